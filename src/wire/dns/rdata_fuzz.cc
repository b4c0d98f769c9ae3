// Two octets of type, then text or (the type's upper bit set) octets: what is accepted prints, and
// what is printed reads back to the same octets.
#include "base/check.h"
#include "wire/dns/rdata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairway::wire::dns;
    if (size < 2) return 0;
    const fairway::Bytes rest(data + 2, size - 2);
    // Types above 300 have no layout but for two; spend the fuzzer's time below.
    const Type type{static_cast<std::uint16_t>(((data[0] & 0x7F) << 8 | data[1]) % 300)};
    const auto reads_back = [&](fairway::Bytes wire) {
        const auto again = rdata_from_text(type, rdata_text(type, wire));
        FW_CHECK(again && std::equal(again->begin(), again->end(), wire.begin(), wire.end()));
    };
    if (data[0] & 0x80) {
        std::size_t names = 0;
        each_name(type, rest, [&](NameView name) { names += name.size(); });
        FW_CHECK(names <= rest.size());
        if (check_rdata(type, rest)) reads_back(rest);
        FW_CHECK(!rdata_text(type, rest).empty() || rest.empty());
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    const auto wire = rdata_from_text(type, text, *Name::parse("origin.example."));
    if (!wire) {
        FW_CHECK(!wire.error().text.empty());
        return 0;
    }
    FW_CHECK(check_rdata(type, *wire));
    reads_back(*wire);
    return 0;
}
