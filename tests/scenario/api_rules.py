#!/usr/bin/env python3
"""The API's rules: who may ask, what is refused, what a bad request costs, and that metrics parse."""
import http.client
import json
import math
import re
import socket
import subprocess
import time

import lib

FACTS = "/fairway/v1/facts"
DOCUMENTS = {
    "zone.yaml": lib.ZONE,
    "policy.yaml": """apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: shop, namespace: default}
spec:
  hostnames: [shop.example.com]
  root: all
  nodes:
  - name: all
    select: {op: priority}
    children: [{node: a, priority: 1}, {node: b, priority: 2}]
  - name: a
    leaf: {values: [127.0.0.11]}
    gates: [{kind: HealthCheck, name: told}, {kind: RoutingControl, name: switch}]
  - name: b
    leaf: {values: [127.0.0.12]}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: told, namespace: default}
spec: {type: External}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: probed, namespace: default}
spec: {type: TCP, address: "127.0.0.1:1", intervalMs: 1000, timeoutMs: 100}
---
apiVersion: fairway.dev/v1alpha1
kind: RoutingControl
metadata: {name: switch, namespace: default}
spec: {initialState: "On"}
""",
}
SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (NaN|[+-]Inf|[-+0-9.eE]+)$')
LABELS = re.compile(r'\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\})|(?=\})))*\}$')
# Prometheus' base units; everything else that is counted has none.
NOT_BASE = re.compile(r"_(ms|us|ns|milliseconds|microseconds|nanoseconds|minutes|kb|mb|kib|percent)(_|$)")


def parse_metrics(text):
    """{family: (type, {sample with labels: value})}; raises at the first line out of form."""
    families, current = {}, None
    assert text.endswith("\n"), "the last line has no end"
    for number, line in enumerate(text.splitlines(), 1):
        where = f"line {number}: {line}"
        if line.startswith("# HELP "):
            name, _, helped = line[7:].partition(" ")
            assert helped.strip() and name not in families, where
            families[name], current = [None, {}], name
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            assert name == current and families[name][0] is None and not families[name][1], where
            assert kind in ("counter", "gauge", "histogram", "summary"), where
            families[name][0] = kind
        else:
            match = SAMPLE.match(line)
            assert match, where
            name, labels, value = match.groups()
            assert labels is None or LABELS.match(labels), where
            kind, samples = families[current]
            family = re.sub("_(bucket|sum|count)$", "", name) if kind == "histogram" else name
            assert family == current and kind, where
            assert name + (labels or "") not in samples, where
            number_value = float(value)
            assert kind == "gauge" or number_value >= 0 and not math.isnan(number_value), where
            samples[name + (labels or "")] = number_value
    return families


def name_faults(families):
    faults = [name for name in families if not name.startswith(("fairway_", "process_"))]
    faults += [name for name in families if NOT_BASE.search(name)]
    for name, (kind, _) in families.items():
        if (kind == "counter") != name.endswith("_total"):
            faults.append(f"{name} is a {kind}")
    return faults


def ask(port, method, path, body=None, headers=None, timeout=5):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def raw(port, data, timeout=5):
    """What comes back for these bytes, until the other side closes or time is up."""
    with socket.create_connection(("127.0.0.1", port), timeout) as client:
        reply = b""
        try:
            client.sendall(data)
            while chunk := client.recv(65536):
                reply += chunk
        except (TimeoutError, ConnectionError):
            pass
        return reply


def status_of(reply):
    return int(reply.split(b" ")[1]) if reply.startswith(b"HTTP/1.1 ") else None


def loopback_only(report, folder, manifests):
    """A dummy interface would need rights; any address of this machine that is not loopback does."""
    listed = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout
    for address in ["0.0.0.0", "[::]", *[ip for ip in listed.split() if "." in ip][:1]]:
        done = subprocess.run(
            [lib.FAIRWAY, "up", manifests, "--dns", f"127.0.0.1:{lib.free_port()}", "--api",
             f"{address}:{lib.free_port()}", "--state", folder / "refused"],
            capture_output=True, text=True, check=False, timeout=10)
        name = address if address in ("0.0.0.0", "[::]") else "ADDRESS"
        report.check(f"--api {name} is refused: exit 2, with the reason",
                     done.returncode == 2 and "--api" in done.stderr and "loopback" in done.stderr and
                     done.stderr.count("\n") == 1, f"{done.returncode} {done.stderr}")


def hosts_and_origins(report, port):
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "10.0.0.1",
                 "127.0.0.1:80:90", "[::1", "[::1].evil"):
        reply = raw(port, f"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        report.check(f"Host `{host}` is refused", status_of(reply) in (400, 403), reply[:200])
    reply = raw(port, b"GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n")
    report.check("no Host is refused", status_of(reply) == 400, reply[:200])
    reply = raw(port, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    report.check("two Hosts are refused", status_of(reply) == 400, reply[:200])
    reply = raw(port, b"GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    report.check("a foreign absolute target is refused", status_of(reply) in (400, 403), reply[:200])
    for host in ("localhost", "LOCALHOST:80", "127.0.0.1", "127.9.9.9:1", "[::1]:5380"):
        code, _ = ask(port, "GET", "/healthz", headers={"Host": host})
        report.check(f"Host `{host}` is let in", code == 200, code)
    for origin in ("http://evil.example", "null", "https://localhost.evil.example", "http://10.0.0.1"):
        code, text = ask(port, "PUT", f"{FACTS}/HealthCheck/default/told", '{"health": "down"}', {"Origin": origin})
        report.check(f"Origin `{origin}` is refused", code == 403, f"{code} {text}")
    code, _ = ask(port, "GET", "/healthz", headers={"Origin": f"http://127.0.0.1:{port}"})
    report.check("its own Origin is let in", code == 200, code)


def paths_and_methods(report, port):
    for path, wanted in (("/healthz", 200), ("/readyz", 200), ("/readyz?verbose", 200), ("/metrics", 200),
                         ("/fairway/v1/status", 200), (FACTS, 200), ("/", 404), ("/nothing", 404),
                         ("/healthz/", 404), ("/fairway/v1/explain", 400), ("/fairway/v1/drill", 400),
                         ("/fairway/v1/explain?name=other.example.org", 404),
                         ("/fairway/v1/explain?name=shop.example.com&type=NOPE", 400),
                         ("/fairway/v1/explain?name=shop.example.com&from=nobody", 400),
                         ("/fairway/v1/explain?name=shop.example.com&down=moon/one", 404),
                         ("/fairway/v1/explain?name=" + "a" * 300, 404),
                         ("/fairway/v1/explain?name=%00", 404),
                         ("/fairway/v1/drill?down=region/nowhere", 404)):
        code, text = ask(port, "GET", path)
        report.check(f"GET {path[:60]}: {wanted}", code == wanted, f"{code} {text[:200]}")
    _, text = ask(port, "GET", "/readyz?verbose")
    report.check("/readyz?verbose names the generation", "generation: " in text, text)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
        code, text = ask(port, method, "/metrics")
        report.check(f"{method} /metrics: 405", code == 405, f"{code} {text}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("HEAD", "/metrics")
    reply = connection.getresponse()
    report.check("HEAD: the length, no body", reply.status == 200 and
                 int(reply.headers["Content-Length"]) > 0 and reply.read() == b"", reply.status)
    connection.request("GET", "/healthz")
    report.check("and the connection is kept", connection.getresponse().status == 200)
    connection.close()


def telling(report, port):
    check, switch = f"{FACTS}/HealthCheck/default/told", f"{FACTS}/RoutingControl/default/switch"
    for name, path, body, wanted in (
            ("no body", check, "", 400), ("no JSON", check, "{", 400), ("a list", check, "[]", 400),
            ("no health", check, "{}", 400), ("a wrong word", check, '{"health": "sideways"}', 400),
            ("a number", check, '{"health": 1}', 400), ("state for health", check, '{"state": "Off"}', 400),
            ("trailing bytes", check, '{"health": "up"} {}', 400),
            ("an unknown key", check, '{"health": "up", "colour": "blue"}', 400),
            ("by that is no text", check, '{"health": "up", "by": 7}', 400),
            ("no UTF-8", check, b'{"health": "up", "by": "\xff\xfe"}', 400),
            ("deep nesting", check, "[" * 100000, 400),
            ("an unknown check", f"{FACTS}/HealthCheck/default/none", '{"health": "up"}', 404),
            ("an unknown kind", f"{FACTS}/Region/default/told", '{"health": "up"}', 404),
            ("no name", f"{FACTS}/HealthCheck/default", '{"health": "up"}', 404),
            ("a probed check", f"{FACTS}/HealthCheck/default/probed", '{"health": "down"}', 409),
            ("health for state", switch, '{"health": "down"}', 400), ("a wrong state", switch, '{"state": "off"}', 400)):
        code, text = ask(port, "PUT", path, body)
        report.check(f"PUT {name}: {wanted}, with a reason", code == wanted and len(text) > 10 and
                     text.count("\n") == 1, f"{code} {text[:200]}")
    code, text = ask(port, "PUT", check, json.dumps({"health": "up", "by": "x" * 100_000, "why": "y"}))
    report.check("an endless `by` is refused", code == 400, f"{code} {text[:200]}")
    code, text = ask(port, "PUT", check, '{"health": "down", "by": "bob\\nmallory", "why": "test \\u001b[31m"}')
    report.check("a good PUT is told", code == 200, f"{code} {text}")
    facts = {fact["name"]: fact for fact in json.loads(ask(port, "GET", FACTS)[1])}
    told = facts["HealthCheck/default/told"]
    report.check("and stands in facts with by and since", told["health"] == "down" and
                 "bob" in told["by"] and abs(told["sinceUnixMs"] / 1000 - time.time()) < 5, told)


def sizes(report, port):
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    reply = raw(port, head + b"X: " + b"a" * 20_000 + b"\r\n\r\n")
    report.check("a big header: 431", status_of(reply) in (414, 431), reply[:200])
    reply = raw(port, head + b"".join(b"X%d: a\r\n" % i for i in range(100)) + b"\r\n")
    report.check("many headers: 431", status_of(reply) == 431, reply[:200])
    reply = raw(port, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    report.check("a long target: 414 or 431", status_of(reply) in (414, 431), reply[:200])
    put = f"PUT {FACTS}/HealthCheck/default/told HTTP/1.1\r\nHost: localhost\r\n".encode()
    reply = raw(port, put + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000)
    report.check("a big body: 413", status_of(reply) == 413, reply[:200])
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    reply = raw(port, put + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 20)
    report.check("a big chunked body: 413", status_of(reply) == 413, reply[:200])
    long_text = json.dumps({"health": "up", "by": "x" * 2_000, "why": "test"}).encode()
    reply = raw(port, put + b"Content-Length: %d\r\n\r\n" % len(long_text) + long_text)
    report.check("a long text: 400", status_of(reply) == 400, reply[:200])
    for name, extra in (("a bad length", b"Content-Length: -1\r\n"),
                        ("two lengths", b"Content-Length: 1\r\nContent-Length: 2\r\n"),
                        ("length and chunks", b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")):
        reply = raw(port, put + extra + b"\r\n{}")
        report.check(f"{name}: 400", status_of(reply) == 400, reply[:200])


def slow_clients(report, fairway):
    port = fairway.api
    slow = []
    for _ in range(50):
        client = socket.create_connection(("127.0.0.1", port), 5)
        client.sendall(b"GET /metrics HTTP/1.1\r\nHo")
        slow.append(client)
    start = time.monotonic()
    code, _ = ask(port, "GET", "/healthz")
    took = time.monotonic() - start
    report.check("50 slow clients hold up nobody", code == 200 and took < 0.5, f"{code} {took:.2f} s")
    # One that never reads its answers: they stay bounded, others are served.
    lazy = socket.create_connection(("127.0.0.1", port), 5)
    lazy.setblocking(False)
    asked = 0
    try:
        while asked < 200_000:
            asked += lazy.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
    except BlockingIOError:
        pass
    code, _ = ask(port, "GET", "/healthz")
    report.check("a client that never reads holds up nobody", code == 200, code)
    for client in [*slow, lazy]:
        client.close()
    many = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(300)]
    time.sleep(0.2)
    for client in many:
        client.close()
    ready, _ = lib.wait_until(lambda: fairway.is_ready(), 3)
    report.check("after too many connections it serves again", ready)
    hits = {name: fairway.metric("fairway_limit_hits_total", limit=name)
            for name in ("http_connections", "http_head", "http_body", "told_text")}
    report.check("limits that were hit are counted", all(hits.values()), hits)


def metrics(report, port):
    try:
        families = parse_metrics(ask(port, "GET", "/metrics")[1])
    except AssertionError as error:
        report.check("/metrics parses", False, error)
        return
    report.check("/metrics parses", len(families) > 10, list(families))
    report.check("names: ours, base units, _total for counters and for them alone",
                 not name_faults(families), name_faults(families))
    for name in ("fairway_world_generation", "fairway_world_objects", "fairway_fact_up", "fairway_facts_stale",
                 "fairway_dns_policy_decisions_total", "fairway_dns_queries_total", "fairway_limit_hits_total",
                 "fairway_config_reloads_total", "fairway_build_info", "process_resident_memory_bytes",
                 "process_cpu_seconds_total", "process_start_time_seconds"):
        report.check(f"/metrics tells {name}", name in families and families[name][1], sorted(families))
    samples = families.get("fairway_fact_up", (None, {}))[1]
    report.check("a told fact is seen there",
                 samples.get('fairway_fact_up{fact="HealthCheck/default/told"}') == 0, samples)


def unix_socket(report, fairway, path):
    mode = path.stat().st_mode & 0o777
    report.check("the socket is for its owner", mode & 0o007 == 0, oct(mode))
    for command in (["explain", "shop.example.com"], ["drill", "--down", "routingcontrol/switch"]):
        done = subprocess.run([lib.FAIRWAY, *command, "--api", f"unix:{path}"], capture_output=True,
                              text=True, check=False)
        code, text, _ = fairway.run(*command)
        report.check(f"{command[0]} --api unix:PATH tells the same", done.returncode == code and
                     done.stdout == text and text, done.stderr)
    done = subprocess.run([lib.FAIRWAY, "explain", "shop.example.com", "--api", "unix:/nonexistent/x"],
                          capture_output=True, text=True, check=False)
    report.check("a missing socket: exit 2, with the reason", done.returncode == 2 and
                 "No such file" in done.stderr, done.stderr)


with lib.Report() as report, lib.workdir() as folder:
    manifests = folder / "manifests"
    lib.write(manifests, DOCUMENTS)
    loopback_only(report, folder, manifests)
    path = folder / "api.sock"
    with lib.Fairway(manifests, folder, "--api", f"unix:{path}") as fairway:
        hosts_and_origins(report, fairway.api)
        paths_and_methods(report, fairway.api)
        unix_socket(report, fairway, path)
        telling(report, fairway.api)
        sizes(report, fairway.api)
        slow_clients(report, fairway)
        metrics(report, fairway.api)
        code, log = fairway.stop()
        report.check("SIGTERM ends it with 0", code == 0, log[-500:])
        report.check("what was told is one log line each", all(
            line.startswith("{") or " " in line for line in log.splitlines()) and "\x1b" not in log, log[-300:])
    fairway.start()
    report.check("the socket is taken over after a restart", lib.wait_until(path.exists, 2)[0])
    again = subprocess.run([lib.FAIRWAY, "up", manifests, "--dns", f"127.0.0.1:{lib.free_port()}", "--api",
                            f"unix:{path}", "--state", folder / "second"], capture_output=True, text=True,
                           check=False, timeout=10)
    report.check("a live socket is not: exit 2", again.returncode == 2 and str(path) in again.stderr, again.stderr)
    fairway.process.popen.kill()
    fairway.process.stop()
    fairway.start()
    report.check("one that a kill left behind is", fairway.is_ready())
    fairway.stop()
