#!/usr/bin/env python3
"""tools/tidy refuses each kind of fault, in a tree that has nothing else wrong, and no more."""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = "// A thing of the test.\n#pragma once\n"
GOOD = {
    "src/base/json.h": HEADER + "#include <nlohmann/json.hpp>\n",
    "src/wire/dns/name.h": HEADER + '#include "base/json.h"\n',
    "src/world/world.h": HEADER + '#include "wire/dns/name.h"\nstruct World {};\n',
    "src/steer/decide.h": HEADER + '#include "world/world.h"\nint decide(const World&);\n',
    "src/steer/decide.cc": '#include "steer/decide.h"\nint pick_child(int);\nint n = draw.below(3);\n',
    "src/dns/server.cc": '#include "steer/decide.h"\n// std::mutex would stall here; "std::thread" too\n',
    "src/dns/server_test.cc": '#include <mutex>\nstd::mutex guard;\nauto v = answer.value();\n',
    "src/gateway/server.cc": "int x = 1'000'000;\n",
    "src/config/yaml.cc": "#include <yaml.h>\n",
    "src/app/main.cc": '#include <CLI/CLI.hpp>\n#include "dns/server.cc"\n',
    "src/wire/CMakeLists.txt": "fairway_library(wire NO_EXCEPTIONS SOURCES a.cc DEPS base)\n",
    "src/dns/README.md": "short\n",
    "ARCHITECTURE.md": "`World` `decide()` `src/dns/` `steer/decide.h` `src/*/README.md` `make up` [w](src/dns/README.md)\n",
}
# name: (file, its whole text or what is put below the good one, what the finding says)
BAD = {
    "include_upward": ("src/wire/dns/name.h", '#include "steer/decide.h"\n', "src/wire is not above src/steer"),
    "include_of_the_same_level": ("src/gateway/server.cc", '#include "dns/server.cc"\n', "not above src/dns"),
    "include_not_by_path": ("src/steer/decide.cc", '#include "decide.h"\n', "path below src/"),
    "include_that_is_not_there": ("src/dns/server.cc", '#include "steer/gone.h"\n', "path below src/"),
    "pure_folder_that_does_io": ("src/base/ip.cc", "#include <sys/socket.h>\n", "does no I/O"),
    "unknown_folder": ("src/misc/a.cc", "\n", "not in the layer table"),
    "deps_upward": ("src/wire/CMakeLists.txt", "fairway_library(wire NO_EXCEPTIONS SOURCES a.cc DEPS io)\n", "DEPS io"),
    "exceptions_in_dns": ("src/dns/CMakeLists.txt", "fairway_library(dns SOURCES a.cc)\n", "NO_EXCEPTIONS"),
    "nlohmann_elsewhere": ("src/model/m.cc", "#include <nlohmann/json.hpp>\n", "nlohmann/json.hpp is included only"),
    "yaml_elsewhere": ("src/world/w.cc", "#include <yaml.h>\n", "yaml.h is included only"),
    "cli_elsewhere": ("src/dns/d.cc", "#include <CLI/CLI.hpp>\n", "is included only"),
    "mutex_in_dns": ("src/dns/server.cc", "std::mutex guard;\n", "std::mutex"),
    "shared_ptr_in_gateway": ("src/gateway/server.cc", "std::shared_ptr<int> p;\n", "std::shared_ptr"),
    "atomic_in_proxy": ("src/proxy/p.cc", "std::atomic_int n;\n", "std::atomic_int"),
    "thread_in_mesh": ("src/mesh/m.cc", "std::jthread t;\n", "std::jthread"),
    "allowed_without_a_reason": ("src/dns/server.cc", "int guard;  // tidy-allow:\n", "give the reason"),
    "value_without_exceptions": ("src/wire/a.cc", "int v = parsed.value();\n", ".value()"),
    "manager": ("src/world/w.h", HEADER + "class WorldManager {};\n", "WorldManager"),
    "util_file": ("src/world/time_util.h", HEADER, "name the file"),
    "sleep_in_a_test": ("src/io/a_test.cc", "std::this_thread::sleep_for(t);\n", "fake clock"),
    "rand": ("src/health/a.cc", "int x = rand();\n", "Rng"),
    "draw_outside_steer": ("src/dns/server.cc", "auto& e = list[rng.below(list.size())];\n", "endpoint-choice"),
    "modulo_outside_steer": ("src/gateway/server.cc", "auto& e = list[hash % list.size()];\n", "endpoint-choice"),
    "modulo_through_a_pointer": ("src/gateway/server.cc", "int i = n % group->endpoints.size();\n", "endpoint-choice"),
    "pick_outside_steer": ("src/dns/server.cc", "auto e = pick_endpoint(list);\n", "endpoint-choice"),
    "limit_not_counted": ("src/base/limits.h", HEADER + "enum class Limit { kA, kCount };\n", "`kA` is counted nowhere"),
    "no_pragma_once": ("src/dns/a.h", "// A thing.\nint a;\n", "#pragma once"),
    "no_opening_comment": ("src/dns/a.h", "#pragma once\nint a;\n", "begin with what it is"),
    "lambda_coroutine": ("src/control/a.cc", "auto f = [this](int n) -> Task<int> { co_return n; };\n", "lambda coroutine"),
    "unfinished_merge": ("src/dns/server.cc", "<" * 7 + " HEAD\n", "a merge was not finished"),
    "long_readme": ("src/dns/README.md", "line\n" * 41, "more than 40 lines"),
    "architecture_type": ("ARCHITECTURE.md", "`Wurld`\n", "`Wurld` does not exist"),
    "architecture_member": ("ARCHITECTURE.md", "`World::gone`\n", "`World::gone` does not exist"),
    "architecture_path": ("ARCHITECTURE.md", "`src/gone/`\n", "`src/gone/` does not exist"),
    "dead_link": ("docs/a.md", "[a](b.md)\n", "leads nowhere"),
}
ALLOWED = {
    "reason_on_the_line": ("src/dns/server.cc", "std::mutex guard;  // tidy-allow: held once, at start\n"),
    "reason_above": ("src/dns/server.cc", "// tidy-allow: held once, at start\nstd::mutex guard;\n"),
    "named_coroutine": ("src/control/a.cc", "Task<int> count(int n) { co_return table[n]; }\n"),
    "coroutine_beside_a_lambda": ("src/control/a.cc", "Task<int> f() { auto g = [](int n) { return n; }; co_return g(1); }\n"),
    "fence_is_not_read": ("ARCHITECTURE.md", "```\n`Gone`\n```\n"),
}


def tidy(extra):
    """Runs it over the good tree with one file more, or one made longer."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**GOOD, **extra}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([ROOT / "tools" / "tidy", root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def added(file, text):
    replaces = file.endswith((".txt", "README.md")) or file not in GOOD
    return {file: text if replaces else GOOD[file] + text}


def main():
    faults = 0

    def check(ok, name, why):
        nonlocal faults
        faults += not ok
        print(f"ok {name}" if ok else f"not ok {name}: {' | '.join(why.splitlines())}")

    code, said = tidy({})
    check(code == 0 and " 0 findings" in said, "good_tree", said)
    for name, (file, text, expected) in BAD.items():
        code, said = tidy(added(file, text))
        check(code == 1 and expected in said and " 1 findings" in said, name, said)
    for name, (file, text) in ALLOWED.items():
        code, said = tidy(added(file, text))
        check(code == 0, f"allowed_{name}", said)
    return 1 if faults else 0


sys.exit(main())
