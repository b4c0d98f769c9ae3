#!/usr/bin/env python3
"""Every kind of health check against real backends, each seen in explain, in answers and in metrics."""
import contextlib
import json
import socket
import subprocess
import threading
import time
import urllib.request

import lib

INTERVAL_S, TIMEOUT_S, THRESHOLD = 0.2, 0.15, 2
BOUND_S = THRESHOLD * INTERVAL_S + TIMEOUT_S
SLACK_S = 0.3  # of a machine that does other things; the bound itself is measured in bench/
FRONT = lib.ZONE + """---
apiVersion: fairway.dev/v1alpha1
kind: RoutingControl
metadata: {name: switch, namespace: default}
spec: {initialState: "On"}
"""


def check(name, **spec):
    spec = {"intervalMs": 200, "timeoutMs": 150, "unhealthyThreshold": 2, "healthyThreshold": 1, **spec}
    if spec.get("type") in ("Calculated", "External", "RoutingControl"):
        spec = {key: value for key, value in spec.items() if not key.endswith(("Ms", "Threshold"))}
    return {"apiVersion": "fairway.dev/v1alpha1", "kind": "HealthCheck",
            "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def policy(name):
    """NAME.example.com answers 127.1.1.1 while the check of that name is up, else 127.2.2.2."""
    return {"apiVersion": "fairway.dev/v1alpha1", "kind": "TrafficPolicy",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"hostnames": [f"{name}.example.com"], "ttl": 1, "root": "order", "nodes": [
                {"name": "order", "select": {"op": "priority"},
                 "children": [{"node": "up", "priority": 1}, {"node": "down", "priority": 2}]},
                {"name": "up", "leaf": {"values": ["127.1.1.1"]}, "gates": [{"kind": "HealthCheck", "name": name}]},
                {"name": "down", "leaf": {"values": ["127.2.2.2"]}}]}}


def authority(folder, name):
    """A CA of our own and a certificate for backend.test by it."""
    folder.mkdir()
    (folder / "san").write_text("subjectAltName=DNS:backend.test\n")
    for command in (
            f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout ca.key -out ca.crt",
            "openssl req -newkey rsa:2048 -nodes -subj /CN=backend.test -keyout tls.key -out tls.csr",
            "openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile san -out tls.crt"):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    (folder / "tls.key").chmod(0o644)
    return folder


def secret(name, folder):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "default"},
            "stringData": {"ca.crt": (folder / "ca.crt").read_text()}}


class Nginx(lib.Backends):
    """Plain on `port`, TLS on `tls_port`; a file NAME.down in its folder breaks /NAME."""

    def __init__(self, folder, keys):
        super().__init__(folder, {"all": "127.0.0.1"})
        self.keys, self.tls_port = keys, lib.free_port()

    def __enter__(self):
        self.folder.mkdir(mode=0o755)
        temps = "".join(f"{kind}_temp_path {self.folder}/tmp;\n" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(f"""daemon off; worker_processes 1; pid {self.folder}/nginx.pid;
            error_log {self.folder}/error.log; events {{ worker_connections 256; }}
            http {{ access_log off; {temps}
            server {{ listen 127.0.0.1:{self.port}; listen 127.0.0.1:{self.tls_port} ssl;
                ssl_certificate {self.keys}/tls.crt; ssl_certificate_key {self.keys}/tls.key;
                location = /teapot {{ return 418 "tea"; }}
                location = /moved {{ return 301 /; }}
                location = /body {{ if (-f {self.folder}/body.down) {{ return 200 "all is lost"; }} return 200 "all is well"; }}
                location / {{ if (-f {self.folder}/plain.down) {{ return 503; }} return 200 "hello"; }} }} }}""")
        self.start()
        return self


class Silent:
    """Accepts and never answers, or refuses: a backend that can be told which."""

    def __init__(self):
        self.port, self.socket = lib.free_port(), None

    def accept_only(self):
        self.socket = socket.create_server(("127.0.0.1", self.port), backlog=512)

    def refuse(self):
        self.socket.close()


class Answering:
    """A backend that answers 200 until told to hang: then it accepts and is silent."""

    def __init__(self):
        self.hang, self.held = False, []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                if self.hang:
                    self.held.append(client)
                    continue
                with contextlib.suppress(OSError):
                    client.recv(4096)
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                client.close()

    def close(self):
        # shutdown() wakes accept(), which would hold the port open.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def tell(fairway, kind, name, **body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{fairway.api}/fairway/v1/facts/{kind}/default/{name}",
        data=json.dumps(body).encode(), method="PUT")
    with urllib.request.urlopen(request, timeout=5) as reply:
        return reply.status


def documents(nginx, keys, other, hanging, dying, silent):
    http = f"127.0.0.1:{nginx.port}"
    https = f"127.0.0.1:{nginx.tls_port}"
    verified = {"verifyCertificate": True, "host": "backend.test", "caSecretRef": {"name": "ca"}}
    checks = [
        check("http", address=http, http={"expectedStatuses": ["200"]}),
        check("teapot", address=http, http={"path": "/teapot", "expectedStatuses": ["204", "410-419"]}),
        check("moved", address=http, http={"path": "/moved", "expectedStatuses": ["200-299"]}),
        check("body", address=http, http={"path": "/body", "bodyMatch": "is well"}),
        check("tcp", type="TCP", address=http),
        check("tcp-dead", type="TCP", address="127.0.0.1:1"),
        check("https", type="HTTPS", address=https),
        check("https-verified", type="HTTPS", address=https, http=verified),
        check("https-wrong-name", type="HTTPS", address=https, http={**verified, "host": "other.test"}),
        check("https-wrong-ca", type="HTTPS", address=https, http={**verified, "caSecretRef": {"name": "other"}}),
        check("https-system-ca", type="HTTPS", address=https, http={"verifyCertificate": True, "host": "backend.test"}),
        check("https-plain", type="HTTPS", address=http),
        check("hanging", address=f"127.0.0.1:{hanging.port}"),
        check("dying", address=f"127.0.0.1:{dying.port}"),
        check("inverted", address="127.0.0.1:1", inverted=True),
        check("disabled", address="127.0.0.1:1", disabled=True),
        check("disabled-inverted", address="127.0.0.1:1", disabled=True, inverted=True),
        check("told", type="External"),
        check("told-down", type="External", initial="down"),
        check("switched", type="RoutingControl", routingControlRef={"name": "switch"}),
        check("both", type="Calculated", threshold=2, children=[{"name": "http"}, {"name": "told"}]),
        check("either", type="Calculated", threshold=1, children=[{"name": "http"}, {"name": "told"}]),
    ]
    # Slow ones, to see what counts before the first verdict.
    slow = {"address": f"127.0.0.1:{silent.port}", "intervalMs": 5000, "timeoutMs": 5000, "unhealthyThreshold": 3}
    checks += [check(f"initial-{word}", initial=word, **slow) for word in ("up", "down", "checking")]
    names = [one["metadata"]["name"] for one in checks]
    return names, checks, {
        "front.yaml": FRONT,
        "secrets.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": [secret("ca", keys), secret("other", other)]}),
        "checks.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": checks}),
        "policies.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": [policy(name) for name in names]}),
    }


class Seen:
    """One check as dig, explain and metrics see it."""

    def __init__(self, fairway, report):
        self.fairway, self.report = fairway, report

    def up(self, name):
        return self.fairway.dig(f"{name}.example.com") == ["127.1.1.1"]

    def becomes(self, name, up, within=3.0):
        return lib.wait_until(lambda: self.up(name) == up, within)

    def gate(self, name):
        _, out, _ = self.fairway.run("explain", f"{name}.example.com", "-o", "json")
        return next(node["gates"][0] for node in json.loads(out)["nodes"] if node["name"] == "up")

    def check(self, what, name, up, by="", detail="", since=True):
        reached, _ = self.becomes(name, up)
        gate = self.gate(name)
        metric = self.fairway.metric("fairway_fact_up", fact=f"HealthCheck/default/{name}")
        age = time.time() - gate["sinceUnixMs"] / 1000
        self.report.check(f"{what}: answers", reached, self.fairway.dig(f"{name}.example.com"))
        self.report.check(f"{what}: explain tells what was seen, since when, by whom",
                          (gate["health"] != "down") == up and by in gate["by"] and detail in gate["detail"] and
                          (not since or -1 < age < 30) and not gate["stale"], gate)
        self.report.check(f"{what}: metrics", metric == (1 if up else 0), metric)


def first_states(seen):
    for name, up in (("initial-up", True), ("initial-down", False), ("initial-checking", True)):
        seen.report.check(f"{name}: counts until the first verdict", seen.up(name) == up and
                          seen.gate(name)["by"] == "declared", seen.gate(name))


def standing(seen):
    seen.check("HTTP, status as expected", "http", True, "prober", "200")
    seen.check("HTTP, another status in a range", "teapot", True, "prober", "418")
    seen.check("HTTP, a redirect is not followed", "moved", False, "prober", "301")
    seen.check("bodyMatch", "body", True, "prober")
    seen.check("TCP", "tcp", True, "prober")
    seen.check("TCP, refused", "tcp-dead", False, "prober", "refused")
    seen.check("HTTPS, not verified", "https", True, "prober", "200")
    seen.check("HTTPS, verified by a CA of our own", "https-verified", True, "prober", "200")
    seen.check("HTTPS, another name", "https-wrong-name", False, "prober", "certificate")
    seen.check("HTTPS, another CA", "https-wrong-ca", False, "prober", "certificate")
    seen.check("HTTPS, the system's CAs do not know it", "https-system-ca", False, "prober", "certificate")
    seen.check("HTTPS, no TLS there", "https-plain", False, "prober", "TLS")
    seen.check("inverted", "inverted", True, "prober", "refused")
    seen.check("disabled", "disabled", True, since=False)
    seen.check("disabled and inverted", "disabled-inverted", False, since=False)
    seen.check("External, not told yet", "told", True, "declared", since=False)
    seen.check("External, initial: down", "told-down", False, "declared", since=False)
    seen.check("Calculated, two of two", "both", True, since=False)


def told(seen, fairway):
    tell(fairway, "HealthCheck", "told", health="down", by="pager", why="disk full")
    seen.check("External, told down", "told", False, "pager", "disk full")
    seen.check("Calculated over it, two of two", "both", False, since=False)
    seen.check("Calculated over it, one of two", "either", True, since=False)
    tell(fairway, "HealthCheck", "told", health="up", by="pager", why="disk swapped")
    seen.check("External, told up", "told", True, "pager", "disk swapped")
    seen.check("Calculated again", "both", True, since=False)
    tell(fairway, "RoutingControl", "switch", state="Off", by="alice", why="rehearsal")
    seen.check("RoutingControl Off", "switched", False, since=False)
    _, text, _ = fairway.run("explain", "switched.example.com")
    seen.report.check("explain names who moved it", "alice" in text, text)
    tell(fairway, "RoutingControl", "switch", state="On", by="alice", why="done")
    seen.check("RoutingControl On", "switched", True, since=False)


def deaths(seen, nginx, hanging, dying):
    report = seen.report
    hanging.hang = True
    gone, took = seen.becomes("hanging", False)
    report.check("a backend that accepts and never answers is out", gone)
    report.check("within threshold x interval + timeout", took < BOUND_S + SLACK_S, f"{took:.2f} s")
    report.check("explain says that time was up", "time" in seen.gate("hanging")["detail"], seen.gate("hanging"))
    dying.close()
    gone, took = seen.becomes("dying", False)
    report.check("a backend that refuses is out", gone)
    report.check("within threshold x interval", took < THRESHOLD * INTERVAL_S + SLACK_S, f"{took:.2f} s")
    nginx.kill("body")
    seen.check("bodyMatch, another body", "body", False, "prober", "body")
    nginx.revive("body")
    seen.check("bodyMatch, back", "body", True, "prober")
    nginx.kill("plain")
    seen.check("HTTPS verified, then 503", "https-verified", False, "prober", "503")
    nginx.revive("plain")
    seen.check("HTTPS verified, back", "https-verified", True, "prober", "200")


def new_authority(seen, manifests, keys, other):
    """The Secret changes, the check does not: the next probes trust the new CA."""
    items = [secret("ca", other), secret("other", keys)]
    lib.write(manifests, {"secrets.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": items})})
    seen.check("the CA's Secret changed: refused", "https-verified", False, "prober", "certificate")
    seen.check("the CA's Secret changed: trusted", "https-wrong-ca", True, "prober", "200")


with lib.Report() as report, lib.workdir() as folder:
    lib.need("dig", "nginx", "openssl")
    keys, other = authority(folder / "keys", "ca"), authority(folder / "other", "other")
    hanging, dying, silent = Answering(), Answering(), Silent()
    silent.accept_only()
    with Nginx(folder, keys) as nginx:
        manifests = folder / "manifests"
        names, _, files = documents(nginx, keys, other, hanging, dying, silent)
        lib.write(manifests, files)
        done = subprocess.run([lib.FAIRWAY, "check", manifests], capture_output=True, text=True, check=False)
        report.check("the documents check clean", done.returncode == 0, done.stdout)
        with lib.Fairway(manifests, folder) as fairway:
            seen = Seen(fairway, report)
            first_states(seen)
            standing(seen)
            told(seen, fairway)
            deaths(seen, nginx, hanging, dying)
            new_authority(seen, manifests, keys, other)
            code, log = fairway.stop()
            report.check("SIGTERM ends it with 0", code == 0, log[-500:])
            report.check("no key and no certificate in the log", "BEGIN" not in log)
