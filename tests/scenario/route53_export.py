#!/usr/bin/env python3
"""A real-form Route 53 export, failover over latency over weighted with health checks, imported and
served: what dig gets is what explain tells, before a backend dies and after."""
import collections
import json
import subprocess

import lib

lib.need("dig", "nginx")
BACKENDS = {"us1": "127.0.1.11", "us2": "127.0.1.12", "eu1": "127.0.2.11", "spare": "127.0.3.11"}
ZONE = "/hostedzone/Z0123456789EXAMPLE"
QUERIES = 240
# Five sigma of the widest share (1/2).
NEAR = 5 * (0.25 / QUERIES) ** 0.5


def record(name, identifier, ttl=5, **fields):
    return {"Name": f"{name}.example.com.", "Type": "A", "SetIdentifier": identifier, **fields} | (
        {"TTL": ttl} if "ResourceRecords" in fields else {})


def value(address, check):
    return {"ResourceRecords": [{"Value": address}], "HealthCheckId": check}


def alias(target):
    return {"AliasTarget": {"HostedZoneId": ZONE.split("/")[-1], "DNSName": f"{target}.example.com.",
                            "EvaluateTargetHealth": True}}


RECORD_SETS = {"ResourceRecordSets": [
    {"Name": "example.com.", "Type": "NS", "TTL": 172800, "ResourceRecords": [{"Value": "ns-1.example.net."}]},
    {"Name": "example.com.", "Type": "SOA", "TTL": 900, "ResourceRecords": [
        {"Value": "ns-1.example.net. hostmaster.example.com. 1 7200 900 1209600 60"}]},
    record("www", "main", Failover="PRIMARY", **alias("near")),
    record("www", "spare", Failover="SECONDARY", **value(BACKENDS["spare"], "spare")),
    record("near", "us", Region="us-east-1", **alias("us")),
    record("near", "eu", Region="eu-west-1", **alias("eu")),
    record("us", "us1", Weight=3, **value(BACKENDS["us1"], "us1")),
    record("us", "us2", Weight=1, **value(BACKENDS["us2"], "us2")),
    record("eu", "eu1", Weight=1, **value(BACKENDS["eu1"], "eu1")),
]}


def health_checks(port):
    return {"HealthChecks": [
        {"Id": name, "CallerReference": name, "HealthCheckVersion": 1, "HealthCheckConfig": {
            "IPAddress": address, "Port": port, "Type": "HTTP", "ResourcePath": "/", "RequestInterval": 10,
            "FailureThreshold": 1, "MeasureLatency": False, "Inverted": False, "Disabled": False}}
        for name, address in BACKENDS.items()]}


def fraction(text):
    top, _, bottom = text.partition("/")
    return int(top) / int(bottom or 1)


def compare(report, fairway, when, expected):
    """The answers and their shares by dig, beside explain's, from a client in us-east-1."""
    code, text, error = fairway.run("explain", "www.example.com", "--from", "198.51.100.0/24", "-o", "json")
    if code != 0:
        report.check(f"{when}: explain runs", False, error)
        return
    told = {answer["answer"]: fraction(answer["share"]) for answer in json.loads(text)["answers"]}
    report.check(f"{when}: explain tells {expected}", told == expected, told)
    seen = collections.Counter(
        answer for _ in range(QUERIES)
        for answer in fairway.dig("www.example.com", "A", "+subnet=198.51.100.0/24"))
    report.check(f"{when}: dig gets the same set", set(seen) == set(told), seen)
    wide = {a: n / QUERIES for a, n in seen.items() if abs(n / QUERIES - told.get(a, 0)) > NEAR}
    report.check(f"{when}: dig gets the same shares", not wide, f"told {told}, seen {seen}")


def told(fairway):
    text = fairway.run("explain", "www.example.com", "--from", "198.51.100.0/24", "-o", "json")[1]
    return {answer["answer"] for answer in json.loads(text or '{"answers": []}')["answers"]}


with lib.Report() as report, lib.workdir() as folder, lib.Backends(folder, BACKENDS) as backends:
    for name, document in {"recordsets": RECORD_SETS, "checks": health_checks(backends.port)}.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2))
    manifests = folder / "manifests"
    done = subprocess.run([lib.FAIRWAY, "import", "route53", folder / "recordsets.json", folder / "checks.json",
                           "-o", manifests], capture_output=True, text=True, check=False)
    report.check("the export is imported", done.returncode == 0, done.stderr)
    # What no export holds: where clients are. And probes as fast as a test wants them.
    region = manifests / "region-us-east-1.yaml"
    before = region.read_text()
    region.write_text(before.replace("spec: {", "spec: {cidrs: [198.51.100.0/24], "))
    report.check("the Region of us-east-1 is there to be completed", region.read_text() != before, before)
    for path in manifests.glob("healthcheck-*.yaml"):
        path.write_text(path.read_text().replace("intervalMs: 10000", "intervalMs: 200")
                        .replace("timeoutMs: 6000", "timeoutMs: 150"))
    check = subprocess.run([lib.FAIRWAY, "check", manifests], capture_output=True, text=True, check=False)
    report.check("check finds no error", check.returncode == 0, check.stdout)

    with lib.Fairway(manifests, folder, "--workers", "1") as fairway:
        us1, us2, eu1, spare = BACKENDS.values()
        compare(report, fairway, "all up", {us1: 0.75, us2: 0.25})
        backends.kill("us1")
        moved, _ = lib.wait_until(lambda: told(fairway) == {us2}, 5)
        report.check("a dead backend leaves", moved, told(fairway))
        compare(report, fairway, "us1 dead", {us2: 1.0})
        backends.kill("us2")
        lib.wait_until(lambda: told(fairway) == {eu1}, 5)
        compare(report, fairway, "us dead: the next region", {eu1: 1.0})
        backends.kill("eu1")
        lib.wait_until(lambda: told(fairway) == {spare}, 5)
        compare(report, fairway, "all regions dead: the spare", {spare: 1.0})
        backends.revive("us1")
        backends.revive("us2")
        lib.wait_until(lambda: told(fairway) == {us1, us2}, 5)
        compare(report, fairway, "revived", {us1: 0.75, us2: 0.25})
