#!/usr/bin/env python3
"""Services: EndpointSlices and a HealthCheck of each endpoint behind a serviceRef leaf."""
import json
import subprocess
import time

import lib

INTERVAL_S, TIMEOUT_S, THRESHOLD = 0.2, 0.15, 2
FIXED = """apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: eu}
spec: {cidrs: [198.51.100.0/24]}
---
apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: us}
spec: {cidrs: [203.0.113.0/24]}
---
""" + lib.ZONE + """---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec:
  clusterIP: None
  ports: [{name: http, port: 80}]
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: web, namespace: default}
spec:
  targetRef: {name: web, port: http}
  intervalMs: 200
  timeoutMs: 150
  unhealthyThreshold: 2
  healthyThreshold: 1
  http: {expectedStatuses: [200]}
---
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: web, namespace: default}
spec:
  hostnames: [web.example.com]
  ttl: 5
  root: order
  nodes:
  - name: order
    select: {op: priority}
    children: [{node: eu, priority: 1}, {node: us, priority: 2}]
  - name: eu
    region: eu
    leaf: {serviceRef: {name: web, region: eu}}
  - name: us
    region: us
    leaf: {serviceRef: {name: web, region: us}}
---
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: anywhere, namespace: default}
spec:
  hostnames: [anywhere.example.com]
  ttl: 5
  root: all
  nodes:
  - name: all
    leaf: {serviceRef: {name: web, maxAnswers: 2}}
"""
EU = {"a": "127.0.1.1", "b": "127.0.1.2", "c": "127.0.1.3"}
US = {"d": "127.0.2.1"}


def slice_of(region, port, endpoints):
    """endpoints: {address: conditions}"""
    listed = [{"addresses": [address], "conditions": conditions} for address, conditions in endpoints.items()]
    return json.dumps({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": f"web-{region}", "namespace": "default",
                     "labels": {"kubernetes.io/service-name": "web", "topology.kubernetes.io/region": region}},
        "ports": [{"name": "http", "port": port}], "endpoints": listed})


with lib.Report() as report, lib.workdir() as folder:
    lib.need("dig", "nginx")
    with lib.Backends(folder, {**EU, **US}) as backends:
        manifests = folder / "manifests"
        ready = {"ready": True}

        def members(region, **endpoints):
            lib.write(manifests, {f"{region}.json": slice_of(region, backends.port, {
                {**EU, **US}[name]: conditions for name, conditions in endpoints.items()})})

        lib.write(manifests, {"fixed.yaml": FIXED})
        members("eu", a=ready, b=ready)
        members("us", d=ready)
        with lib.Fairway(manifests, folder) as fairway:
            def ask(name="web.example.com"):
                return {address[-3:] for address in fairway.dig(name)}

            def becomes(*addresses, name="web.example.com", within=3.0):
                return lib.wait_until(lambda: ask(name) == set(addresses), within)

            report.check("both endpoints in eu answer", becomes("1.1", "1.2")[0], ask())
            report.check("maxAnswers: two of the three", len(ask("anywhere.example.com")) == 2)

            # Membership: a file renamed into place is seen within 200 ms.
            members("eu", a=ready, b=ready, c=ready)
            seen, took = becomes("1.1", "1.2", "1.3")
            report.check("a new endpoint answers", seen, ask())
            report.check("within 200 ms of the rename", took < 0.35, f"{took:.2f} s")

            # Death and return of one endpoint.
            backends.kill("b")
            gone, took = becomes("1.1", "1.3")
            report.check("a dead endpoint is out of the answers", gone, ask())
            report.check("within threshold x interval + timeout",
                         took < THRESHOLD * INTERVAL_S + TIMEOUT_S + 0.3, f"{took:.2f} s")
            code, text, _ = fairway.run("explain", "web.example.com")
            report.check("explain names it, with what the probe saw", code == 0 and "127.0.1.2 a check is down" in text and
                         "503" in text, text)
            _, told, _ = fairway.run("explain", "web.example.com", "-o", "json")
            shares = {entry["answer"]: entry["share"] for entry in json.loads(told)["answers"]}
            report.check("and the exact shares of the others", shares == {"127.0.1.1": "1/2", "127.0.1.3": "1/2"},
                         shares)
            backends.revive("b")
            report.check("it comes back", becomes("1.1", "1.2", "1.3")[0], ask())

            # Conditions.
            members("eu", a={"ready": False}, b=ready, c={"ready": True, "serving": True, "terminating": True})
            report.check("not ready and terminating are out", becomes("1.2")[0], ask())
            members("eu", a={"ready": False}, b={"ready": False})
            report.check("none ready in eu: us answers", becomes("2.1")[0], ask())
            members("eu")
            report.check("an empty slice: us answers", becomes("2.1")[0], ask())
            (manifests / "eu.json").unlink()
            time.sleep(0.3)
            report.check("no slice: us answers", becomes("2.1")[0], ask())
            members("eu", a={}, b=ready)
            report.check("ready left out counts as ready", becomes("1.1", "1.2")[0], ask())
            facts = {fact["name"] for fact in json.loads(fairway.get("/fairway/v1/facts")[1])}
            stale = [name for name in facts if "127.0.1.3" in name]
            report.check("facts of endpoints that are gone are gone", not stale, stale)

            # What if.
            for down, wanted in (("endpoint/127.0.1.1", {"127.0.1.2"}), ("service/web", None),
                                 ("service/default/web", None), ("region/eu", {"127.0.2.1"})):
                code, told, err = fairway.run("explain", "web.example.com", "--down", down, "-o", "json")
                told = json.loads(told) if code == 0 else {}
                answers = {entry["answer"] for entry in told.get("answers", [])}
                fine = answers == wanted if wanted else told.get("lastResort") is True
                report.check(f"explain --down {down}", code == 0 and fine, f"{code} {err}{answers} {told.get('lastResort')}")
                offline = subprocess.run([lib.FAIRWAY, "explain", "web.example.com", "--down", down, "--dir",
                                              manifests, "-o", "json"], capture_output=True, text=True, check=False)
                same = offline.returncode == 0 and {e["answer"] for e in json.loads(offline.stdout)["answers"]} == answers
                report.check(f"and the same of the directory", same, offline.stdout[:300] + offline.stderr)
            code, text, err = fairway.run("drill", "--down", "endpoint/127.0.1.1")
            report.check("drill --down endpoint: nobody is lost", code == 0 and "web" in text, f"{code} {err}{text}")
            code, text, err = fairway.run("drill", "--down", "service/web")
            report.check("drill --down service: a last resort, exit 1", code == 1, f"{code} {err}{text}")
            for down in ("endpoint/127.0.9.9", "service/none", "endpoint/", "service/a/b/c"):
                code, _, err = fairway.run("explain", "web.example.com", "--down", down)
                report.check(f"--down {down} is unknown: exit 2", code == 2 and "--down" in err, f"{code} {err}")

            # All die: the last resort answers, and everything comes back.
            for name in (*EU, *US):
                backends.kill(name)
            dead, _ = lib.wait_until(lambda: fairway.run("explain", "web.example.com")[1].count("last resort"), 4)
            report.check("all dead: the last resort of the first tier answers", dead and ask() <= {"1.1", "1.2"} and ask(),
                         ask())
            for name in (*EU, *US):
                backends.revive(name)
            report.check("and back", becomes("1.1", "1.2")[0], ask())
            code, log = fairway.stop()
            report.check("SIGTERM ends it with 0", code == 0, log[-500:])
