// `fairway up` and `fairway dns`: binds, drops privileges, starts the threads, serves until a
// signal.
//   main thread = control shard: documents, facts, API     health thread: probes
//   N serving shards: DNS                                   one log thread
#include <sys/signal.h>

#include <cstdio>
#include <filesystem>
#include <random>

#include "app/api.h"
#include "app/commands.h"
#include "app/control.h"
#include "app/process_metrics.h"
#include "base/log.h"
#include "dns/server.h"
#include "health/prober.h"
#include "http/server.h"
#include "io/cores.h"
#include "io/listener_store.h"
#include "io/privileges.h"
#include "io/signals.h"
#include "io/tree_watcher.h"

namespace fairway::app {
namespace {

constexpr std::uint64_t kDrainMaxMs = 5000;   // SIGTERM: at most so long
constexpr std::uint32_t kReloadDelayMs = 50;  // after the first event of a burst

struct Listeners {
    io::ListenerStore store;
    std::vector<std::pair<io::Transport, io::Listener>> dns;
    std::vector<io::Listener> api;
};

// UDP and TCP at one port. Port 0: the one that UDP gets, and another where TCP's is taken.
Status open_both(const SockAddr& asked, const std::string& option, unsigned shards,
                 Listeners& out) {
    for (int attempts = asked.port == 0 ? 20 : 1;; --attempts) {
        FW_TRY(io::Listener udp, out.store.open(io::Transport::kUdp, asked, shards, option));
        auto tcp = out.store.open(io::Transport::kTcp, udp.address, shards, option);
        if (tcp) {
            out.dns.emplace_back(io::Transport::kUdp, std::move(udp));
            out.dns.emplace_back(io::Transport::kTcp, std::move(*tcp));
            return {};
        }
        if (attempts <= 1 || tcp.error().code != Code::kConflict)
            return tl::unexpected(std::move(tcp.error()));
        out.store.close(io::Transport::kUdp, udp.address);
    }
}

Status open_dns(const UpOptions& options, unsigned shards, Listeners& out) {
    for (const auto& text : options.dns) {
        const auto address = SockAddr::parse(text);
        if (!address) {
            return fail(
                Code::kInvalid, Origin::kConfig,
                "--dns " + text + ": give ADDRESS:PORT, such as 127.0.0.1:5300 or [::1]:5300");
        }
        FW_TRY_VOID(open_both(*address, "--dns " + text + " (role dns)", shards, out));
    }
    return {};
}

Status open_api(const UpOptions& options, Listeners& out) {
    for (const auto& text : options.api) {
        const std::string option = "--api " + text + " (role control)";
        if (text.starts_with("unix:")) {
            FW_TRY(io::Listener listener, out.store.open_unix(text.substr(5), option));
            out.api.push_back(std::move(listener));
            continue;
        }
        const auto address = SockAddr::parse(text);
        if (!address) {
            return fail(
                Code::kInvalid, Origin::kConfig,
                "--api " + text + ": give ADDRESS:PORT, such as 127.0.0.1:5380, or unix:PATH");
        }
        if (!address->ip.is_loopback()) {
            return fail(Code::kInvalid, Origin::kConfig,
                        option + ": without credentials the API listens only on a loopback " +
                            "address or unix:PATH; give one of these");
        }
        FW_TRY(io::Listener listener, out.store.open(io::Transport::kTcp, *address, 1, option));
        out.api.push_back(std::move(listener));
    }
    return {};
}

class Up {
  public:
    Up(const UpOptions& options, unsigned shards, StateDir state, Listeners listeners)
        : options_(options),
          listeners_(std::move(listeners)),
          control_shard_({0, -1, "control", true}),
          health_shard_({0, -1, "health"}),
          control_(options.directory, control_shard_, std::move(state), clock_),
          api_(control_, [this] { return not_ready(); }) {
        const auto cores = io::usable_cores();
        for (unsigned i = 0; i < shards; ++i) {
            const int cpu = shards <= cores.size() ? cores[i] : -1;
            serving_.push_back(std::make_unique<ServingShard>(
                io::Shard::Options{i, cpu, "serve-" + std::to_string(i)}, control_shard_));
        }
    }

    // Nothing that a thread uses goes before the thread has ended.
    ~Up() { stop_threads(); }
    Up(const Up&) = delete;
    Up& operator=(const Up&) = delete;

    Result<int> run() {
        make_dns();
        make_probers();
        FW_TRY_VOID(control_.start(serving_list(), [this](const world::WorldChange& change) {
            for (auto& prober : probers_) prober->set_checks(change);
        }));
        for (auto& one : serving_) one->shard().start();
        health_shard_.start();
        // After the first World: it was posted first.
        for (const auto& [transport, listener] : listeners_.dns) {
            dns_->listen(transport, listener);
            log_info("dns.listening",
                     {{"address", listener.address.text()},
                      {"transport", transport == io::Transport::kUdp ? "udp" : "tcp"}});
        }
        FW_TRY_VOID(start_api());
        watch();
        control_shard_.run();
        stop_threads();
        control_.save_now();
        log_info("up.stopped");
        return kExitFine;
    }

  private:
    std::vector<ServingShard*> serving_list() {
        std::vector<ServingShard*> list;
        for (auto& one : serving_) list.push_back(one.get());
        return list;
    }

    void make_dns() {
        std::vector<io::Shard*> shards;
        for (auto& one : serving_) shards.push_back(&one->shard());
        dns::ServerOptions server;
        server.engine.seed = options_.seed.value_or(
            mix64(std::random_device{}()));  // tidy-allow: the first seed, once a process
        dns_ = std::make_unique<dns::Server>(
            shards, [this](unsigned i) -> const steer::State& { return serving_[i]->state(); },
            server);
        for (unsigned i = 0; i < serving_.size(); ++i) {
            serving_[i]->on_world([this, i] { dns_->on_publish(i); });
        }
    }

    // One prober set for each Region that we stand for; all on the health thread.
    void make_probers() {
        auto places = options_.regions;
        if (places.empty()) places.emplace_back();
        for (const auto& place : places) {
            health::Prober::Options prober;
            prober.place = place;
            prober.on_reports = [this](const auto& reports) { control_.on_reports(reports); };
            prober.on_heartbeat = [this](const std::string& from, std::int64_t unix_ms) {
                control_.on_heartbeat(from, unix_ms);
            };
            prober.seed = options_.seed.value_or(1);
            probers_.push_back(
                std::make_unique<health::Prober>(health_shard_, control_shard_, std::move(prober)));
        }
    }

    Status start_api() {
        for (const auto& listener : listeners_.api) {
            FW_TRY(auto server,
                   http::Server::start(control_shard_, listener,
                                       [this](const http::Request& r) { return api_.handle(r); }));
            api_servers_.push_back(std::move(server));
            log_info("api.listening",
                     {{"address",
                       listener.path.empty() ? listener.address.text() : "unix:" + listener.path}});
        }
        return {};
    }

    void watch() {
        signals_ = std::make_unique<io::SignalWatch>(
            control_shard_, std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP},
            [this](int signal) {
                if (signal == SIGHUP)
                    control_.reload();
                else
                    drain(signal);
            });
        auto watcher = io::TreeWatcher::open(control_shard_, options_.directory, kReloadDelayMs,
                                             [this] { control_.reload(); });
        if (!watcher) {
            log_warn("config.no_watch",
                     {{"error", watcher.error().text}, {"hint", "reload with SIGHUP"}});
            return;
        }
        watcher_ = std::move(*watcher);
        control_.reload();  // what changed between the first load and the watch
    }

    std::vector<std::string> not_ready() const {
        std::vector<std::string> lines;
        for (const auto& one : serving_) {
            if (one->generation() == 0)
                lines.push_back("no World yet on " + std::to_string(one->shard().index()));
        }
        return lines;
    }

    void drain(int signal) {
        if (drain_timer_) return control_shard_.stop();  // a second signal: at once
        log_info("up.draining", {{"signal", signal}});
        drain_timer_ =
            std::make_unique<io::Timer>(control_shard_, [this] { control_shard_.stop(); });
        drain_timer_->arm_in(kDrainMaxMs);
        dns_->drain([this] { (void)control_shard_.post([this] { control_shard_.stop(); }); });
    }

    void stop_threads() {
        health_shard_.stop();
        health_shard_.join();
        for (auto& one : serving_) one->shard().stop();
        for (auto& one : serving_) one->shard().join();
    }

    const UpOptions& options_;
    Listeners listeners_;
    SystemClock clock_;
    io::Shard control_shard_, health_shard_;
    std::shared_ptr<void> process_metrics_ = metrics().collect(expose_process);
    Control control_;
    Api api_;
    std::vector<std::unique_ptr<ServingShard>> serving_;
    std::unique_ptr<dns::Server> dns_;  // watches and timers on the serving shards
    std::vector<std::unique_ptr<health::Prober>> probers_;
    std::vector<std::unique_ptr<http::Server>> api_servers_;
    std::unique_ptr<io::SignalWatch> signals_;
    std::unique_ptr<io::TreeWatcher> watcher_;
    std::unique_ptr<io::Timer> drain_timer_;
};

// A directory that is gone or closed does not end what was accepted from it before.
Status check_directory(const UpOptions& options, const std::string& user) {
    if (StateDir::is_of(options.state, options.directory)) return {};
    std::error_code error;
    const bool is_directory = std::filesystem::is_directory(options.directory, error);
    if (!is_directory && error != std::errc::permission_denied) {
        return fail(Code::kNotFound, Origin::kConfig, options.directory + ": is not a directory");
    }
    if (::access(options.directory.c_str(), R_OK | X_OK) == 0) return {};
    return fail(Code::kInvalid, Origin::kConfig,
                options.directory + ": user " + user + " cannot read it; let it, or give --user");
}

Result<int> up(const UpOptions& options) {
    const std::string user = options.user.empty() ? "nobody" : options.user;
    FW_TRY_VOID(check_directory(options, user));
    const unsigned shards =
        options.workers > 0 ? options.workers : static_cast<unsigned>(io::usable_cores().size());
    Listeners listeners{io::ListenerStore::from_environment(), {}, {}};
    FW_TRY_VOID(open_dns(options, shards, listeners));
    FW_TRY_VOID(open_api(options, listeners));
    FW_TRY(StateDir state, StateDir::open(options.state, options.directory));
    if (::geteuid() == 0) FW_TRY_VOID(state.give_to(user));
    FW_TRY(const std::string kept, io::drop_privileges(user));
    FW_TRY_VOID(check_directory(options, user));
    const LogThread log_thread;
    log_info("up.privileges", {{"kept", kept}});
    return Up(options, shards, std::move(state), std::move(listeners)).run();
}

}  // namespace

int run_up(const UpOptions& options) {
    io::block_signals({SIGINT, SIGTERM, SIGHUP});
    ::signal(SIGPIPE, SIG_IGN);
    const auto code = up(options);
    if (!code) {
        std::fprintf(stderr, "fairway up: %s\n", code.error().text.c_str());
        return kExitCannotRun;
    }
    return *code;
}

}  // namespace fairway::app
