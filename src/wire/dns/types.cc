#include "wire/dns/types.h"

#include <strings.h>

#include <charconv>
#include <cstring>

namespace fairway::wire::dns {
namespace {

struct Named {
    std::uint16_t number;
    const char* name;
};

// IANA "Resource Record (RR) TYPEs"; sorted by number.
constexpr Named kTypes[] = {
    {1, "A"},           {2, "NS"},        {3, "MD"},        {4, "MF"},       {5, "CNAME"},
    {6, "SOA"},         {7, "MB"},        {8, "MG"},        {9, "MR"},       {10, "NULL"},
    {11, "WKS"},        {12, "PTR"},      {13, "HINFO"},    {14, "MINFO"},   {15, "MX"},
    {16, "TXT"},        {17, "RP"},       {18, "AFSDB"},    {19, "X25"},     {20, "ISDN"},
    {21, "RT"},         {22, "NSAP"},     {23, "NSAP-PTR"}, {24, "SIG"},     {25, "KEY"},
    {26, "PX"},         {27, "GPOS"},     {28, "AAAA"},     {29, "LOC"},     {30, "NXT"},
    {31, "EID"},        {32, "NIMLOC"},   {33, "SRV"},      {34, "ATMA"},    {35, "NAPTR"},
    {36, "KX"},         {37, "CERT"},     {38, "A6"},       {39, "DNAME"},   {40, "SINK"},
    {41, "OPT"},        {42, "APL"},      {43, "DS"},       {44, "SSHFP"},   {45, "IPSECKEY"},
    {46, "RRSIG"},      {47, "NSEC"},     {48, "DNSKEY"},   {49, "DHCID"},   {50, "NSEC3"},
    {51, "NSEC3PARAM"}, {52, "TLSA"},     {53, "SMIMEA"},   {55, "HIP"},     {56, "NINFO"},
    {57, "RKEY"},       {58, "TALINK"},   {59, "CDS"},      {60, "CDNSKEY"}, {61, "OPENPGPKEY"},
    {62, "CSYNC"},      {63, "ZONEMD"},   {64, "SVCB"},     {65, "HTTPS"},   {66, "DSYNC"},
    {67, "HHIT"},       {68, "BRID"},     {99, "SPF"},      {100, "UINFO"},  {101, "UID"},
    {102, "GID"},       {103, "UNSPEC"},  {104, "NID"},     {105, "L32"},    {106, "L64"},
    {107, "LP"},        {108, "EUI48"},   {109, "EUI64"},   {128, "NXNAME"}, {249, "TKEY"},
    {250, "TSIG"},      {251, "IXFR"},    {252, "AXFR"},    {253, "MAILB"},  {254, "MAILA"},
    {255, "ANY"},       {256, "URI"},     {257, "CAA"},     {258, "AVC"},    {259, "DOA"},
    {260, "AMTRELAY"},  {261, "RESINFO"}, {262, "WALLET"},  {263, "CLA"},    {264, "IPN"},
    {32768, "TA"},      {32769, "DLV"},
};

constexpr Named kClasses[] = {{1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};

constexpr Named kRcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
    {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
    {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"},
};

bool same_text(std::string_view text, const char* name) {
    return std::strlen(name) == text.size() && strncasecmp(text.data(), name, text.size()) == 0;
}

template <std::size_t N>
std::string number_text(const Named (&table)[N], std::uint16_t number, const char* prefix) {
    for (const Named& named : table) {
        if (named.number == number) return named.name;
    }
    return prefix + std::to_string(number);
}

// "TYPE123" with prefix "TYPE".
std::optional<std::uint16_t> numbered(std::string_view text, std::string_view prefix) {
    if (text.size() <= prefix.size() || strncasecmp(text.data(), prefix.data(), prefix.size()) != 0)
        return {};
    std::uint16_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + prefix.size(), last, number);
    if (error != std::errc{} || end != last) return {};
    return number;
}

template <std::size_t N>
std::optional<std::uint16_t> number_of(const Named (&table)[N], std::string_view text,
                                       std::string_view prefix) {
    for (const Named& named : table) {
        if (same_text(text, named.name)) return named.number;
    }
    return numbered(text, prefix);
}

}  // namespace

std::optional<Type> type_from_text(std::string_view text) {
    if (text == "*") return Type::kAny;
    const auto number = number_of(kTypes, text, "TYPE");
    if (!number) return {};
    return static_cast<Type>(*number);
}

std::string type_text(Type type) {
    return number_text(kTypes, static_cast<std::uint16_t>(type), "TYPE");
}

std::optional<Class> class_from_text(std::string_view text) {
    const auto number = number_of(kClasses, text, "CLASS");
    if (!number) return {};
    return static_cast<Class>(*number);
}

std::string class_text(Class klass) {
    return number_text(kClasses, static_cast<std::uint16_t>(klass), "CLASS");
}

std::string rcode_text(Rcode rcode) {
    return number_text(kRcodes, static_cast<std::uint16_t>(rcode), "RCODE");
}

}  // namespace fairway::wire::dns
