#include "app/api.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "why/drill.h"
#include "why/explain.h"
#include "wire/dns/types.h"

namespace fairway::app {
namespace {

constexpr const char* kJson = "application/json";

http::Response problem(std::uint16_t status, const std::string& text) {
    http::Response response;
    response.status = status;
    response.body = text + "\n";
    return response;
}

http::Response of_error(const Error& error) {
    switch (error.code) {
        case Code::kNotFound:
            return problem(404, error.text);
        case Code::kConflict:
            return problem(409, error.text);
        case Code::kUnavailable:
            return problem(503, error.text);
        default:
            return problem(400, error.text);
    }
}

http::Response as(bool json, std::string body) {
    http::Response response;
    response.body = std::move(body);
    if (json) response.content_type = kJson;
    return response;
}

// Every value of a parameter that may be given several times: down=a&down=b.
std::vector<std::string> all_of(const http::Request& request, std::string_view name) {
    std::vector<std::string> values;
    const std::string_view target = request.target;
    std::size_t at = target.find('?');
    while (at != std::string_view::npos) {
        const std::size_t end = target.find('&', at + 1);
        http::Request one;
        one.target = "?" + std::string(target.substr(
                               at + 1, end == std::string_view::npos ? end : end - at - 1));
        if (auto value = one.query(name)) values.push_back(std::move(*value));
        at = end;
    }
    return values;
}

bool wants_json(const http::Request& request) {
    return request.query("o").value_or("") == "json";
}

Result<why::ExplainRequest> explain_request(const http::Request& request) {
    why::ExplainRequest out;
    out.name = request.query("name").value_or("");
    if (out.name.empty()) {
        return fail(Code::kInvalid, Origin::kDownstream, "name=: the name to explain is missing");
    }
    const std::string type = request.query("type").value_or("A");
    const auto number = wire::dns::type_from_text(type);
    if (!number)
        return fail(Code::kInvalid, Origin::kDownstream, "type=" + type + ": no record type");
    out.qtype = static_cast<std::uint16_t>(*number);
    if (const auto from = request.query("from"); from && !from->empty()) {
        out.from = Cidr::parse(*from);
        if (!out.from) {
            return fail(Code::kInvalid, Origin::kDownstream,
                        "from=" + *from + ": give an address or a prefix, such as 198.51.100.0/24");
        }
    }
    FW_TRY(out.facts, why::split_facts(all_of(request, "fact")));
    out.down = all_of(request, "down");
    return out;
}

Result<ToldFact> told_fact(const Json& body) {
    ToldFact fact;
    const std::pair<const char*, std::string*> known[] = {
        {"health", &fact.health}, {"state", &fact.state}, {"by", &fact.by}, {"why", &fact.why}};
    for (const auto& [key, value] : body.items()) {
        const auto* at = std::find_if(std::begin(known), std::end(known),
                                      [&](const auto& one) { return key == one.first; });
        if (at == std::end(known)) {
            return fail(Code::kInvalid, Origin::kDownstream,
                        "body: a key is unknown; known are health, state, by and why");
        }
        const auto* text = value.template get_ptr<const std::string*>();
        if (text && text->size() > kToldTextMax) limit_hit(Limit::kToldText);
        if (!text || text->size() > kToldTextMax) {
            return fail(Code::kInvalid, Origin::kDownstream,
                        "body: " + key + ": a text of at most " + std::to_string(kToldTextMax) +
                            " bytes is expected");
        }
        *at->second = *text;
    }
    return fact;
}

}  // namespace

http::Response Api::handle(const http::Request& request) {
    const std::string_view path = request.path();
    constexpr std::string_view kFacts = "/fairway/v1/facts";
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (path.starts_with(std::string(kFacts) + "/") && request.method == "PUT") {
        return put_fact(request, path.substr(kFacts.size() + 1));
    }
    if (!reads)
        return problem(405,
                       "only GET here; PUT is for " + std::string(kFacts) + "/KIND/NAMESPACE/NAME");
    if (path == "/healthz") return problem(200, "ok");
    if (path == "/readyz") return ready(request);
    if (path == "/metrics") {
        http::Response response = as(false, metrics().text());
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        return response;
    }
    if (path == "/fairway/v1/status") return as(true, control_.status_json());
    if (path == kFacts) return facts();
    if (path == "/fairway/v1/explain") return explain(request);
    if (path == "/fairway/v1/drill") return drill(request);
    return problem(404, "unknown path; see docs/cli.md, The API");
}

http::Response Api::ready(const http::Request& request) const {
    const auto waiting = not_ready_();
    std::string text;
    if (request.query("verbose")) {
        for (const auto& line : waiting) text += "waiting: " + line + "\n";
        text += "generation: " +
                std::to_string(control_.has_world() ? control_.world().generation : 0) + "\n";
    }
    return problem(waiting.empty() ? 200 : 503, text + (waiting.empty() ? "ready" : "not ready"));
}

http::Response Api::facts() const {
    return as(true, control_.facts_json());
}

http::Response Api::put_fact(const http::Request& request, std::string_view rest) {
    const auto first = rest.find('/');
    const auto second = rest.find('/', first == std::string_view::npos ? first : first + 1);
    if (second == std::string_view::npos) return problem(404, "give KIND/NAMESPACE/NAME");
    const auto body = parse_json(request.body);
    if (!body) return problem(400, "body: " + body.error().text);
    if (!body->is_object()) return problem(400, "body: an object is expected");
    const auto fact = told_fact(*body);
    if (!fact) return of_error(fact.error());
    const auto done =
        control_.tell(rest.substr(0, first), rest.substr(first + 1, second - first - 1),
                      rest.substr(second + 1), *fact);
    return done ? problem(200, "told") : of_error(done.error());
}

http::Response Api::explain(const http::Request& request) const {
    if (!control_.has_world()) return problem(503, "no World yet");
    const auto wanted = explain_request(request);
    if (!wanted) return of_error(wanted.error());
    const auto told = why::explain(
        control_.world(), control_.facts(), [this](world::FactId id) { return control_.story(id); },
        *wanted);
    if (!told) return of_error(told.error());
    const bool json = wants_json(request);
    return as(json, json ? why::explain_json(*told) : why::explain_text(*told));
}

http::Response Api::drill(const http::Request& request) const {
    if (!control_.has_world()) return problem(503, "no World yet");
    if (all_of(request, "down").empty()) {
        return problem(400, "down=KIND/NAME: what to lose is missing");
    }
    const auto report = why::drill(control_.world(), control_.facts(), all_of(request, "down"));
    if (!report) return of_error(report.error());
    const bool json = wants_json(request);
    auto response = as(json, json ? why::drill_json(*report) : why::drill_text(*report));
    response.headers.emplace_back("Fairway-Drill", report->fine() ? "fine" : "not-fine");
    return response;
}

}  // namespace fairway::app
