// explain and drill: against a directory, or told by a running instance. One rendering for both:
// the instance renders with the same functions.
#include <cstdio>

#include "app/api_client.h"
#include "app/commands.h"
#include "app/offline.h"
#include "why/drill.h"
#include "why/explain.h"
#include "wire/dns/types.h"

namespace fairway::app {
namespace {

int cannot_run(const char* command, const std::string& why) {
    std::fprintf(stderr, "fairway %s: %s", command, why.c_str());
    if (!why.ends_with('\n')) std::fputc('\n', stderr);
    return kExitCannotRun;
}

int print_reply(const char* command, const Result<ApiReply>& reply) {
    if (!reply) return cannot_run(command, reply.error().text);
    if (reply->status != 200) return cannot_run(command, reply->body);
    std::fputs(reply->body.c_str(), stdout);
    return kExitFine;
}

void add_all(Parameters& parameters, const char* key, const std::vector<std::string>& values) {
    for (const auto& value : values) parameters.emplace_back(key, value);
}

// Errors of the documents are told, but what compiles can be explained.
void warn(const Offline& offline, const char* command) {
    std::size_t errors = 0;
    for (const auto& finding : offline.diagnostics) {
        errors += finding.severity == model::Severity::kError ? 1 : 0;
    }
    if (errors > 0) {
        std::fprintf(stderr,
                     "fairway %s: %zu errors in the documents; `fairway check` lists them\n",
                     command, errors);
    }
}

Result<std::string> explain_directory(const ExplainOptions& options) {
    FW_TRY(const auto offline, load_offline(options.source.directory));
    warn(*offline, "explain");
    const auto& world = *offline->compiler.world();
    why::ExplainRequest request;
    request.name = options.name;
    const auto type = wire::dns::type_from_text(options.type);
    if (!type)
        return fail(Code::kInvalid, Origin::kDownstream,
                    "--type " + options.type + ": no record type");
    request.qtype = static_cast<std::uint16_t>(*type);
    if (!options.from.empty()) {
        request.from = Cidr::parse(options.from);
        if (!request.from) {
            return fail(Code::kInvalid, Origin::kDownstream,
                        "--from " + options.from + ": give an address or a prefix");
        }
    }
    FW_TRY(request.facts, why::split_facts(options.facts));
    request.down = options.down;
    const auto keeper = declared_facts(*offline);
    FW_TRY(const why::Explanation told,
           why::explain(
               world, keeper->facts(),
               [&](world::FactId id) { return why::story_of(*keeper, id, 0); }, request));
    return options.json ? why::explain_json(told) : why::explain_text(told);
}

}  // namespace

int run_explain(const ExplainOptions& options) {
    if (options.source.api.empty()) {
        const auto text = explain_directory(options);
        if (!text) return cannot_run("explain", text.error().text);
        std::fputs(text->c_str(), stdout);
        return kExitFine;
    }
    Parameters parameters{{"name", options.name}, {"type", options.type}, {"from", options.from}};
    add_all(parameters, "fact", options.facts);
    add_all(parameters, "down", options.down);
    if (options.json) parameters.emplace_back("o", "json");
    return print_reply("explain", api_get(options.source.api, "/fairway/v1/explain", parameters));
}

int run_drill(const DrillOptions& options) {
    if (options.source.api.empty()) {
        const auto offline = load_offline(options.source.directory);
        if (!offline) return cannot_run("drill", offline.error().text);
        warn(**offline, "drill");
        const auto& world = *(*offline)->compiler.world();
        const auto keeper = declared_facts(**offline);
        const auto report = why::drill(world, keeper->facts(), options.down);
        if (!report) return cannot_run("drill", report.error().text);
        std::fputs((options.json ? why::drill_json(*report) : why::drill_text(*report)).c_str(),
                   stdout);
        return report->fine() ? kExitFine : kExitFindings;
    }
    Parameters parameters;
    add_all(parameters, "down", options.down);
    if (options.json) parameters.emplace_back("o", "json");
    const auto reply = api_get(options.source.api, "/fairway/v1/drill", parameters);
    const int code = print_reply("drill", reply);
    if (code != kExitFine) return code;
    return reply->headers.find("Fairway-Drill: not-fine") == std::string::npos ? kExitFine
                                                                               : kExitFindings;
}

}  // namespace fairway::app
