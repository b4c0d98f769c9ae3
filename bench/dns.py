#!/usr/bin/python3
"""DNS beside Knot and gdnsd in the same run: CPU microseconds per query of the whole server process.

One UDP worker pinned to core 1, dnsperf -c 20 -T 1 -q 200 pinned to core 0, CPU time (utime + stime of
/proc/PID/stat) divided by completed queries; median of the runs, servers taking turns. The floor
(bench/floor.c) does nothing but receive and send. Prints a table for bench/RESULTS.md.
dns.py [--runs N] [--seconds S] [--only TITLE]…
"""
import argparse
import contextlib
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FAIRWAY = os.environ.get("FAIRWAY", str(ROOT / "build" / "fairway"))
ADDRESSES = {"a": ("192.0.2.1", 70), "b": ("192.0.2.2", 20), "c": ("192.0.2.3", 10)}
NETS = {"a": "203.0.113.0/24", "b": "198.51.100.0/24"}
ECS = ["-E", "8:00011800CB0071"]  # 203.0.113.0/24
HOSTS = "".join(f"host{n} A 192.0.2.{n % 256}\n" for n in range(1000))
ZONE = "$TTL 300\n@ SOA ns1 hostmaster 1 7200 900 1209600 60\n@ NS ns1\nns1 A 192.0.2.53\n" + HOSTS
PLAIN = [f"host{n}.example.com A" for n in range(1000)]
SETS = {  # title: (queries, options of dnsperf, who takes part)
    "plain A": (PLAIN, [], "Fairway Knot gdnsd floor"),
    "plain A + ECS": (PLAIN, ECS, "Fairway Knot gdnsd"),
    "NXDOMAIN": ([f"no{n}.example.com A" for n in range(1000)], [], "Fairway Knot gdnsd"),
    "weighted": (["weighted.example.com A"], [], "Fairway Knot gdnsd"),
    "failover": (["failover.example.com A"], [], "Fairway gdnsd"),  # Knot has none
    "by subnet": (["near.example.com A"], [], "Fairway Knot gdnsd"),
    "by subnet + ECS": (["near.example.com A"], ECS, "Fairway Knot gdnsd"),
}


def policy(name, op, kid):
    nodes = [f"  - {{name: {leaf}, leaf: {{values: [{address}]}}}}\n" for leaf, (address, _) in ADDRESSES.items()]
    kids = [f"    - {{node: {leaf}{kid(leaf)}}}\n" for leaf in ADDRESSES]
    return (
        "---\napiVersion: fairway.dev/v1alpha1\nkind: TrafficPolicy\n"
        f"metadata: {{name: {name}, namespace: default}}\n"
        f"spec:\n  hostnames: [{name}.example.com]\n  type: A\n  ttl: 60\n  root: root\n  nodes:\n"
        f"  - name: root\n    select: {{op: {op}}}\n    children:\n{''.join(kids)}{''.join(nodes)}"
    )


def start_fairway(folder, port):
    documents = (
        "apiVersion: fairway.dev/v1alpha1\nkind: DNSZone\nmetadata: {name: example, namespace: default}\n"
        "spec: {origin: example.com, file: example.zone}\n"
        + policy("weighted", "weight", lambda leaf: f", weight: {ADDRESSES[leaf][1]}")
        + policy("failover", "priority", lambda leaf: f", priority: {ord(leaf) - ord('a') + 1}")
        + policy("near", "cidr", lambda leaf: f", cidrs: [{NETS[leaf]}]" if leaf in NETS else "")
    )
    manifests = folder / "manifests"
    manifests.mkdir()
    (manifests / "example.zone").write_text(ZONE)
    (manifests / "all.yaml").write_text(documents)
    return [FAIRWAY, "up", manifests, "--dns", f"127.0.0.1:{port}", "--api", f"127.0.0.1:{free_port()}",
            "--state", folder / "state", "--workers", "1"]


def start_knot(folder, port):
    (folder / "example.com.zone").write_text(ZONE)
    (folder / "weighted.conf").write_text(
        "weighted.example.com:\n" + "".join(f"  - weight: {w}\n    A: {a}\n" for a, w in ADDRESSES.values()))
    (folder / "near.conf").write_text(
        "near.example.com:\n" + "".join(f"  - net: {net}\n    A: {ADDRESSES[leaf][0]}\n" for leaf, net in NETS.items())
        + "  - net: 0.0.0.0/0\n    A: 192.0.2.3\n")
    (folder / "knot.conf").write_text(
        f"server:\n  rundir: {folder}\n  listen: 127.0.0.1@{port}\n  udp-workers: 1\n  tcp-workers: 1\n"
        f"  background-workers: 1\n  edns-client-subnet: on\n"
        f"database:\n  storage: {folder}\nlog:\n  - target: stderr\n    any: error\n"
        f"mod-geoip:\n  - id: weighted\n    config-file: {folder}/weighted.conf\n    ttl: 60\n    mode: weighted\n"
        f"  - id: near\n    config-file: {folder}/near.conf\n    ttl: 60\n    mode: subnet\n"
        f"zone:\n  - domain: example.com\n    storage: {folder}\n    file: example.com.zone\n"
        f"    module: [mod-geoip/weighted, mod-geoip/near]\n    zonefile-sync: -1\n    journal-content: none\n")
    return [program("knotd"), "-c", folder / "knot.conf"]


def start_gdnsd(folder, port):
    for sub in ("zones", "run", "state"):
        (folder / sub).mkdir()
    (folder / "zones" / "example.com").write_text(
        ZONE + "weighted 60 DYNA weighted!w\nfailover 60 DYNA simplefo!f\nnear 60 DYNA geoip!near\n")
    weights = ", ".join(f"{leaf} => [ {a}, {w} ]" for leaf, (a, w) in ADDRESSES.items())
    nets = ", ".join(f"{net} => [ {leaf} ]" for leaf, net in NETS.items())
    places = ", ".join(f"{leaf} => {a}" for leaf, (a, _) in ADDRESSES.items())
    (folder / "config").write_text(
        f"options => {{ listen => [ 127.0.0.1 ], dns_port => {port}, udp_threads => 1, tcp_threads => 1,\n"
        f"  run_dir => {folder}/run, state_dir => {folder}/state }}\n"
        f"plugins => {{\n  weighted => {{ service_types => up, w => {{ {weights} }} }}\n"
        f"  simplefo => {{ f => {{ service_types => up, primary => 192.0.2.1, secondary => 192.0.2.2 }} }}\n"
        f"  geoip => {{ maps => {{ m => {{ datacenters => [ c, b, a ], nets => {{ {nets} }} }} }},\n"
        f"    resources => {{ near => {{ map => m, service_types => up, dcmap => {{ {places} }} }} }} }}\n}}\n")
    return [program("gdnsd"), "-c", folder, "start"]


def start_floor(folder, port):
    subprocess.run(["cc", "-O2", "-o", folder / "floor", ROOT / "bench" / "floor.c"], check=True)
    return [folder / "floor", port]


def program(name):
    return shutil.which(name) or f"/usr/sbin/{name}"


def free_port():
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return udp.getsockname()[1]


def answers(port, name):
    done = subprocess.run(["dig", "@127.0.0.1", "-p", str(port), name, "A", "+short", "+time=1", "+tries=1"],
                          capture_output=True, text=True, check=False)
    return done.stdout.startswith("192.0.2.")


class Server:
    def __init__(self, name, start):
        self.name, self.start, self.results = name, start, {}

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"fairway-bench-{self.name}-"))
        self.folder.chmod(0o755)  # started as root, Fairway becomes nobody
        self.port = free_port()
        command = [str(word) for word in self.start(self.folder, self.port)]
        self.process = subprocess.Popen(["taskset", "-c", "1", *command], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "w"))
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, names):
        for name in names:
            for _ in range(100):
                if answers(self.port, name):
                    break
                time.sleep(0.05)
            else:
                sys.exit(f"{self.name} does not answer {name}: {(self.folder / 'log').read_text()[-800:]}")
        # Knot pins its UDP workers itself, the first to core 0: dnsperf's.
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            os.sched_setaffinity(int(thread), {1})


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return tuple(int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[11:13])


def measure(server, queries, options, seconds):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("\n".join(queries) + "\n")
        file.flush()
        before = cpu_seconds(server.pid)
        done = subprocess.run(["taskset", "-c", "0", "dnsperf", "-s", "127.0.0.1", "-p", str(server.port), "-d", file.name,
                               "-c", "20", "-T", "1", "-q", "200", "-l", str(seconds), *options],
                              capture_output=True, text=True, check=True)
        after = cpu_seconds(server.pid)
    completed = int(re.search(r"Queries completed:\s+(\d+)", done.stdout).group(1))
    user, system = after[0] - before[0], after[1] - before[1]
    return (user + system) / completed * 1e6, user / completed * 1e6


def row(title, servers):
    cells, medians = [], {}
    for server in servers:
        runs = server.results.get(title)
        if not runs:
            cells.append("-")
            continue
        total = [t for t, _ in runs]
        medians[server.name] = statistics.median(total)
        user = statistics.median(u for _, u in runs)
        cells.append(f"{medians[server.name]:.2f} [{min(total):.2f}-{max(total):.2f}], {user:.2f}")
    better = min(m for name, m in medians.items() if name in ("Knot", "gdnsd"))
    return f"| {title} | " + " | ".join(cells) + f" | {medians['Fairway'] / better:.2f} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--only", action="append", choices=SETS)
    options = parser.parse_args()
    starts = {"Fairway": start_fairway, "Knot": start_knot, "gdnsd": start_gdnsd, "floor": start_floor}
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server(name, start)) for name, start in starts.items()]
        for server in servers:
            server.wait({queries[-1].split()[0] for title, (queries, _, who) in SETS.items()
                         if server.name in who.split() and server.name != "floor" and title != "NXDOMAIN"})
        print(f"CPU us per query, of which in user space (sampled, coarse); median [min-max] of {options.runs} runs of "
              f"{options.seconds} s\n")
        print("| | " + " | ".join(starts) + " | ratio to the better peer |")
        print("|---|" + "---|" * (len(servers) + 1))
        for title in options.only or SETS:
            queries, extra, who = SETS[title]
            for _ in range(options.runs):
                for server in servers:
                    if server.name in who.split():
                        server.results.setdefault(title, []).append(measure(server, queries, extra, options.seconds))
            print(row(title, servers), flush=True)


main()
