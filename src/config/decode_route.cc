// HTTPRoute.
#include <algorithm>
#include <limits>

#include "config/decode_kinds.h"
#include "config/gateway_rules.h"
#include "wire/http1/head.h"

namespace fairway::config {

namespace {

using namespace model;
using wire::http1::equal_ignoring_case;

constexpr std::pair<std::string_view, PathMatch> kPathMatches[] = {
    {"PathPrefix", PathMatch::kPrefix},
    {"Exact", PathMatch::kExact},
    {"RegularExpression", PathMatch::kRegex}};
constexpr std::pair<std::string_view, TextMatch> kTextMatches[] = {
    {"Exact", TextMatch::kExact}, {"RegularExpression", TextMatch::kRegex}};

// Fields that say where a message ends and where it goes, and those of one hop: they are written by
// the gateway alone, or a filter could smuggle a request.
bool is_gateways_own(std::string_view header) {
    constexpr std::string_view kOwn[] = {"connection", "content-length",    "host",
                                         "keep-alive", "proxy-connection",  "te",
                                         "trailer",    "transfer-encoding", "upgrade"};
    return std::any_of(std::begin(kOwn), std::end(kOwn),
                       [&](std::string_view own) { return equal_ignoring_case(header, own); });
}

// More than 49 days are as good as 49.
std::uint32_t milliseconds(const Reader& duration) {
    const std::uint64_t ms = duration_ms(duration.view()).value_or(0);
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(ms, std::numeric_limits<std::uint32_t>::max()));
}

class RouteDecoder {
  public:
    RouteDecoder(HttpRoute& out, Findings& findings) : out_(out), findings_(findings) {}
    void run(const Reader& spec);

  private:
    void read_parent(const Reader& parent);
    void read_rule(const Reader& rule, RouteRule& out);
    void read_match(const Reader& match, RouteMatch& out);
    void read_headers(const Reader& headers, std::vector<NamedMatch>& out);
    void read_filters(const Reader& filters, std::vector<Filter>& out);
    void read_edits(const Reader& edits, HeaderEdits& out);
    void check_editable(const Value& name);
    void read_retry(const Reader& retry, model::Retry& out);

    HttpRoute& out_;
    Findings& findings_;
};

NamedMatch read_named(const Reader& reader) {
    return {reader["name"].text(), reader["value"].text(), reader["type"].pick(kTextMatches),
            reader.pos()};
}

BackendTarget read_target(const Reader& reader) {
    return {reader["group"].text(),
            reader["kind"].text(),
            reader["namespace"].text(),
            reader["name"].text(),
            static_cast<std::uint16_t>(reader["port"].integer()),
            reader.pos()};
}

std::optional<PathChange> read_path(const Reader& path) {
    if (!path.given()) return std::nullopt;
    const bool prefix = path["type"].view() == "ReplacePrefixMatch";
    return PathChange{prefix, path[prefix ? "replacePrefixMatch" : "replaceFullPath"].text()};
}

Redirect read_redirect(const Reader& redirect) {
    return {redirect["scheme"].text(), redirect["hostname"].text(), read_path(redirect["path"]),
            static_cast<std::uint16_t>(redirect["port"].integer()),
            static_cast<std::uint16_t>(redirect["statusCode"].integer())};
}

Mirror read_mirror(const Reader& mirror) {
    Mirror out{.to = read_target(mirror["backendRef"])};
    if (mirror["percent"].given()) {
        out.numerator = mirror["percent"].u32();
        out.denominator = 100;
    } else if (const Reader fraction = mirror["fraction"]; fraction.given()) {
        out.numerator = fraction["numerator"].u32();
        out.denominator = fraction["denominator"].u32();
    }
    return out;
}

void RouteDecoder::run(const Reader& spec) {
    spec["parentRefs"].each([&](const Reader& parent) { read_parent(parent); });
    spec["hostnames"].each([&](const Reader& name) {
        out_.hostnames.push_back(name.text());
        out_.hostname_pos.push_back(name.pos());
    });
    spec["rules"].each([&](const Reader& rule) { read_rule(rule, out_.rules.emplace_back()); });
}

void RouteDecoder::read_parent(const Reader& parent) {
    out_.parents.push_back({parent["group"].text(), parent["kind"].text(),
                            parent["namespace"].text(), parent["name"].text(),
                            parent["sectionName"].text(),
                            static_cast<std::uint16_t>(parent["port"].integer()), parent.pos()});
}

void RouteDecoder::read_rule(const Reader& rule, RouteRule& out) {
    out.name = rule["name"].text();
    out.pos = rule.pos();
    rule["matches"].each(
        [&](const Reader& match) { read_match(match, out.matches.emplace_back()); });
    // As upstream: an empty list is no condition either.
    if (out.matches.empty()) out.matches.emplace_back();
    read_filters(rule["filters"], out.filters);
    rule["backendRefs"].each([&](const Reader& backend) {
        BackendRef& to = out.backends.emplace_back();
        to.to = read_target(backend);
        to.weight = backend["weight"].u32();
        read_filters(backend["filters"], to.filters);
    });
    const Reader timeouts = rule["timeouts"];
    if (timeouts["request"].given()) out.request_ms = milliseconds(timeouts["request"]);
    if (timeouts["backendRequest"].given()) {
        out.backend_request_ms = milliseconds(timeouts["backendRequest"]);
    }
    if (rule["retry"].given()) read_retry(rule["retry"], out.retry.emplace());
}

void RouteDecoder::read_match(const Reader& match, RouteMatch& out) {
    const Reader path = match["path"];
    out.pos = match.pos();
    out.path_type = path["type"].pick(kPathMatches);
    out.path = path["value"].text();
    out.path_pos = path["value"].pos();
    out.method = match["method"].text();
    read_headers(match["headers"], out.headers);
    match["queryParams"].each([&](const Reader& query) { out.query.push_back(read_named(query)); });
}

// Of names that differ in their letters' case alone the first counts, as upstream says.
void RouteDecoder::read_headers(const Reader& headers, std::vector<NamedMatch>& out) {
    headers.each([&](const Reader& header) {
        NamedMatch match = read_named(header);
        const auto first = std::find_if(out.begin(), out.end(), [&](const NamedMatch& other) {
            return equal_ignoring_case(other.name, match.name);
        });
        if (first == out.end()) return out.push_back(std::move(match));
        findings_.warning(header.value(), "name",
                          "has no effect: " + quote(first->name) + " stands before it",
                          "the case of a header's name means nothing");
    });
}

void RouteDecoder::read_filters(const Reader& filters, std::vector<Filter>& out) {
    filters.each([&](const Reader& filter) {
        const std::string_view type = filter["type"].view();
        const auto add = [&](auto what) -> Filter& {
            return out.emplace_back(Filter{.what = std::move(what), .pos = filter.pos()});
        };
        if (type == "RequestHeaderModifier" || type == "ResponseHeaderModifier") {
            const bool request = type == "RequestHeaderModifier";
            HeaderEdits edits;
            read_edits(filter[request ? "requestHeaderModifier" : "responseHeaderModifier"], edits);
            add(std::move(edits)).on_response = !request;
        } else if (type == "RequestRedirect") {
            add(read_redirect(filter["requestRedirect"]));
        } else if (type == "URLRewrite") {
            const Reader rewrite = filter["urlRewrite"];
            add(Rewrite{rewrite["hostname"].text(), read_path(rewrite["path"])});
        } else if (type == "RequestMirror") {
            add(read_mirror(filter["requestMirror"]));
        } else if (type == "ExtensionRef") {
            const Reader extension = filter["extensionRef"];
            add(Extension{extension["group"].text(), extension["kind"].text(),
                          extension["name"].text()});
        }
    });
}

void RouteDecoder::read_edits(const Reader& edits, HeaderEdits& out) {
    const auto read = [&](const Reader& list, auto& to) {
        list.each([&](const Reader& edit) {
            check_editable(edit["name"].value());
            to.emplace_back(edit["name"].text(), edit["value"].text());
        });
    };
    read(edits["set"], out.set);
    read(edits["add"], out.add);
    edits["remove"].each([&](const Reader& name) {
        check_editable(name.value());
        out.remove.push_back(name.text());
    });
}

void RouteDecoder::check_editable(const Value& name) {
    if (!is_gateways_own(name.text())) return;
    findings_.error(name, quote(name.text()) + " is the gateway's own to write",
                    equal_ignoring_case(name.text(), "host")
                        ? "urlRewrite.hostname changes it"
                        : "a field that no hop changes on its own");
}

void RouteDecoder::read_retry(const Reader& retry, model::Retry& out) {
    if (retry["attempts"].given()) out.attempts = retry["attempts"].u32();
    out.backoff_ms = milliseconds(retry["backoff"]);
    retry["codes"].each([&](const Reader& code) {
        out.codes.push_back(static_cast<std::uint16_t>(code.integer()));
    });
}

}  // namespace

void decode_kind(const Reader& root, HttpRoute& out, Findings& findings) {
    RouteDecoder(out, findings).run(root["spec"]);
    check_gateway_rules(root, Kind::kHttpRoute, findings);
}

}  // namespace fairway::config
