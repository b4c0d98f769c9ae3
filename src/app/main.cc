// The program `fairway`: its command line, nothing else. CLI11 is included here only (it is slow to
// compile); what the commands do is in cmd_*.cc and up.cc.
#include <CLI/CLI.hpp>

#include "app/commands.h"

namespace {

using namespace fairway::app;

void add_source(CLI::App& command, Source& source) {
    auto* dir = command.add_option("--dir", source.directory,
                                   "a directory of manifests; nothing is probed, all is up");
    auto* api = command.add_option("--api", source.api,
                                   "a running instance: http://127.0.0.1:5380 or unix:PATH");
    dir->excludes(api);
    command.callback([&source, &command] {
        if (source.directory.empty() && source.api.empty()) {
            throw CLI::RequiredError(command.get_name() + ": --dir DIR or --api URL");
        }
    });
}

void add_output(CLI::App& command, bool& json) {
    command
        .add_option_function<std::string>(
            "-o,--output", [&json](const std::string& form) { json = form == "json"; },
            "text or json")
        ->check(CLI::IsMember({"text", "json"}));
}

void add_serving_options(CLI::App& command, UpOptions& up) {
    command.add_option("--dns", up.dns, "where to answer DNS, UDP and TCP; several are fine")
        ->capture_default_str();
    command.add_option("--state", up.state, "folder of what must outlive a restart");
    command.add_option("--workers", up.workers, "threads that serve; default: one for each core");
    command.add_option("--region", up.regions,
                       "the Regions for which this instance probes; several are fine");
    command.add_option("--user", up.user, "whom to become after binding, when started as root");
    command.add_option("--seed", up.seed, "makes all random choices repeatable");
}

// One line, as for every other reason not to run.
std::string why_not_parsed(const CLI::App* app, const CLI::Error& error) {
    const auto commands = app->get_subcommands();
    const std::string command =
        commands.empty() ? "fairway" : "fairway " + commands.front()->get_name();
    std::string why = error.what();
    const auto unknown = app->remaining();
    if (commands.empty() && !unknown.empty()) why = "unknown command " + unknown.front();
    return command + ": " + why + "; see " + command + " --help\n";
}

// Each command: its options live as long as the App, and its callback leaves the exit code.
void add_up(CLI::App& app, UpOptions& up, int& code) {
    auto* command = app.add_subcommand("up", "run every role in one process");
    command->add_option("DIR", up.directory, "manifests: *.yaml, *.yml, *.json below it")
        ->required();
    add_serving_options(*command, up);
    command
        ->add_option("--api", up.api,
                     "where to serve status, metrics, explain: ADDR:PORT or unix:PATH")
        ->capture_default_str();
    command->callback([&] { code = run_up(up); });
}

void add_dns(CLI::App& app, UpOptions& dns, int& code) {
    dns.api = {"127.0.0.1:5381"};
    auto* command = app.add_subcommand("dns", "run the DNS role alone");
    command->add_option("--dir", dns.directory, "manifests")->required();
    add_serving_options(*command, dns);
    command->add_option("--admin", dns.api, "where to serve status and metrics")
        ->capture_default_str();
    command->callback([&] { code = run_up(dns); });
}

void add_check(CLI::App& app, CheckOptions& check, int& code) {
    auto* command = app.add_subcommand("check", "report every fault of a directory of manifests");
    command->add_option("DIR", check.directory)->required();
    add_output(*command, check.json);
    command->callback([&] { code = run_check(check); });
}

void add_explain(CLI::App& app, ExplainOptions& explain, int& code) {
    auto* command = app.add_subcommand("explain", "why does this client get this answer?");
    command->add_option("NAME", explain.name, "the name asked for")->required();
    command->add_option("--from", explain.from, "the client: address or prefix");
    command->add_option("--type", explain.type, "record type")->capture_default_str();
    command->add_option("--fact", explain.facts,
                        "given outright: latency.REGION=ms, distance.NODE=km, geo=KEY, line=KEY");
    command->add_option("--down", explain.down,
                        "as if lost: region/NAME, healthcheck/NAME, routingcontrol/NAME, "
                        "service/NAME, endpoint/ADDRESS");
    add_output(*command, explain.json);
    add_source(*command, explain.source);
    command->final_callback([&] { code = run_explain(explain); });
}

void add_drill(CLI::App& app, DrillOptions& drill, int& code) {
    auto* command = app.add_subcommand("drill", "what would move if these were lost?");
    command->add_option("--down", drill.down, "as for explain")->required();
    add_output(*command, drill.json);
    add_source(*command, drill.source);
    command->final_callback([&] { code = run_drill(drill); });
}

void add_import(CLI::App& app, ImportOptions& import, int& code) {
    auto* command = app.add_subcommand("import", "turn another system's export into manifests");
    command->add_option("SYSTEM", import.system)
        ->required()
        ->check(CLI::IsMember({"route53", "azure-traffic-manager", "alibaba-gtm", "alibaba-lines",
                               "k8gb", "zonefile"}));
    command->add_option("FILE", import.files)->required();
    command->add_option("-o,--output", import.output, "new, empty, or an earlier import")
        ->required();
    command->add_flag("--strict", import.strict, "exit 1 if anything was lost");
    command->callback([&] { code = run_import(import); });
}

void add_vectors(CLI::App& app, VectorsOptions& vectors, int& code) {
    auto* command =
        app.add_subcommand("vectors", "run worked cases through importer and evaluator");
    command->add_option("DIR", vectors.directory, "files of worked cases, *.json")->required();
    command->add_option("--system", vectors.system, "only the file of this stem");
    command->add_flag("--show-native", vectors.show_native, "print each case's export");
    command->callback([&] { code = run_vectors(vectors); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Fairway takes every request to the right healthy place."};
    app.require_subcommand(1);
    app.failure_message(why_not_parsed);
    app.set_version_flag("--version", FAIRWAY_VERSION);
    int code = kExitFine;
    UpOptions up, dns;
    CheckOptions check;
    ExplainOptions explain;
    DrillOptions drill;
    ImportOptions import;
    VectorsOptions vectors;
    add_up(app, up, code);
    add_dns(app, dns, code);
    add_check(app, check, code);
    add_explain(app, explain, code);
    add_drill(app, drill, code);
    add_import(app, import, code);
    add_vectors(app, vectors, code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int parse_code = app.exit(error);
        return parse_code == 0 ? kExitFine : kExitCannotRun;
    }
    return code;
}
