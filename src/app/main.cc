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

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Fairway takes every request to the right healthy place."};
    app.require_subcommand(1);
    app.failure_message(why_not_parsed);
    app.set_version_flag("--version", FAIRWAY_VERSION);
    int code = kExitFine;

    UpOptions up;
    auto* cmd_up = app.add_subcommand("up", "run every role in one process");
    cmd_up->add_option("DIR", up.directory, "manifests: *.yaml, *.yml, *.json below it")
        ->required();
    add_serving_options(*cmd_up, up);
    cmd_up
        ->add_option("--api", up.api,
                     "where to serve status, metrics, explain: ADDR:PORT or unix:PATH")
        ->capture_default_str();
    cmd_up->callback([&] { code = run_up(up); });

    UpOptions dns;
    dns.api = {"127.0.0.1:5381"};
    auto* cmd_dns = app.add_subcommand("dns", "run the DNS role alone");
    cmd_dns->add_option("--dir", dns.directory, "manifests")->required();
    add_serving_options(*cmd_dns, dns);
    cmd_dns->add_option("--admin", dns.api, "where to serve status and metrics")
        ->capture_default_str();
    cmd_dns->callback([&] { code = run_up(dns); });

    std::string check_directory;
    bool check_json = false;
    auto* cmd_check = app.add_subcommand("check", "report every fault of a directory of manifests");
    cmd_check->add_option("DIR", check_directory)->required();
    add_output(*cmd_check, check_json);
    cmd_check->callback([&] { code = run_check(check_directory, check_json); });

    ExplainOptions explain;
    auto* cmd_explain = app.add_subcommand("explain", "why does this client get this answer?");
    cmd_explain->add_option("NAME", explain.name, "the name asked for")->required();
    cmd_explain->add_option("--from", explain.from, "the client: address or prefix");
    cmd_explain->add_option("--type", explain.type, "record type")->capture_default_str();
    cmd_explain->add_option(
        "--fact", explain.facts,
        "given outright: latency.REGION=ms, distance.NODE=km, geo=KEY, line=KEY");
    cmd_explain->add_option("--down", explain.down,
                            "as if lost: region/NAME, healthcheck/NAME, routingcontrol/NAME, "
                            "service/NAME, endpoint/ADDRESS");
    add_output(*cmd_explain, explain.json);
    add_source(*cmd_explain, explain.source);
    cmd_explain->final_callback([&] { code = run_explain(explain); });

    DrillOptions drill;
    auto* cmd_drill = app.add_subcommand("drill", "what would move if these were lost?");
    cmd_drill->add_option("--down", drill.down, "as for explain")->required();
    add_output(*cmd_drill, drill.json);
    add_source(*cmd_drill, drill.source);
    cmd_drill->final_callback([&] { code = run_drill(drill); });

    ImportOptions import;
    auto* cmd_import = app.add_subcommand("import", "turn another system's export into manifests");
    cmd_import->add_option("SYSTEM", import.system)
        ->required()
        ->check(CLI::IsMember({"route53", "azure-traffic-manager", "alibaba-gtm", "alibaba-lines",
                               "k8gb", "zonefile"}));
    cmd_import->add_option("FILE", import.files)->required();
    cmd_import->add_option("-o,--output", import.output, "new, empty, or an earlier import")
        ->required();
    cmd_import->add_flag("--strict", import.strict, "exit 1 if anything was lost");
    cmd_import->callback([&] { code = run_import(import); });

    VectorsOptions vectors;
    auto* cmd_vectors =
        app.add_subcommand("vectors", "run worked cases through importer and evaluator");
    cmd_vectors->add_option("DIR", vectors.directory, "files of worked cases, *.json")->required();
    cmd_vectors->add_option("--system", vectors.system, "only the file of this stem");
    cmd_vectors->add_flag("--show-native", vectors.show_native, "print each case's export");
    cmd_vectors->callback([&] { code = run_vectors(vectors); });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int parse_code = app.exit(error);
        return parse_code == 0 ? kExitFine : kExitCannotRun;
    }
    return code;
}
