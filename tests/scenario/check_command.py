#!/usr/bin/env python3
"""`fairway check` on a bad directory, and the exit codes of the whole command line."""
import json
import re
import subprocess

import lib

BAD = {
    "zone.yaml": """apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example, namespace: default}
spec:
  origin: example.com
  soa: {primary: ns1.example.com, contact: hostmaster.example.com}
  nameServers: [ns1.example.com]
  records:
  - {name: ns1.example.com, type: A, values: [127.0.0.1]}
  - {name: beside.example.com, type: A, values: [127.0.0.2]}
""",
    "policy.yaml": """apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: shop, namespace: default}
spec:
  hostnames: [shop.example.com]
  ttl: minus
  colour: blue
  root: nowhere
  nodes:
  - name: a
    leaf: {values: [127.0.1.1]}
  - name: b
    select: {op: priority}
    children:
    - {node: gone}
---
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: loop, namespace: default}
spec:
  hostnames: [loop.example.org, beside.example.com]
  root: a
  nodes:
  - name: a
    select: {op: priority}
    children:
    - {node: b, priority: 1}
    - {node: c, priority: 2}
  - name: b
    select: {op: weight}
    children:
    - {node: a, weight: 0}
  - name: c
    leaf: {values: [127.0.1.1]}
    gates: [{kind: HealthCheck, name: missing}]
""",
    "broken.yaml": """apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: eu}
spec:
  cidrs: [198.51.100.0/24
  clients: 5
""",
    "deeper/dup.json": """{"apiVersion": "fairway.dev/v1alpha1", "kind": "Region",
 "metadata": {"name": "us"},
 "spec": {"clients": 5, "clients": 6, "geo": ["planet/mars"]}}
""",
    "other.yml": """apiVersion: fairway.dev/v1alpha1
kind: Regiom
metadata: {name: x}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: h, namespace: default}
spec: {type: GRPC, address: "127.0.0.1:80"}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: i, namespace: default}
spec: {address: "127.0.0.1", intervalMs: 50, timeoutMs: 40}
""",
    "warned.yaml": """apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: warned, namespace: default}
spec:
  hostnames: [warned.example.com]
  root: a
  nodes:
  - name: a
    select: {op: priority}
    children:
    - {node: b, priority: 1}
    - {node: c, priority: 2}
  - {name: b, leaf: {values: [127.0.1.1]}}
  - {name: c, leaf: {values: [127.0.1.2]}}
""",
    # A document that does not read is there all the same, and whom it names is judged.
    "zz-named.yaml": """apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: ap}
spec: {clients: many, latency: {nowhere: 10}}
---
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: draft, namespace: default}
spec:
  hostnames: [draft.example.org]
  ttl: minus
  root: a
  nodes:
  - {name: a, region: pa, leaf: {serviceRef: {name: nobody}}, gates: [{kind: HealthCheck, name: i}]}
---
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: user, namespace: default}
spec:
  hostnames: [user.example.com]
  root: a
  nodes:
  - {name: a, region: ap, leaf: {values: [127.0.1.1]}, gates: [{kind: HealthCheck, name: i}]}
""",
    "notes.txt": "not a manifest: {",
}
# file, line, column, severity, object, field: what an editor must jump to.
FAULTS = {
    ("broken.yaml", 6, 10, "error", "", ""),
    ("deeper/dup.json", 3, 25, "error", "Region/us", ""),
    ("deeper/dup.json", 3, 47, "error", "Region/us", "spec.geo[0]"),
    ("policy.yaml", 6, 8, "error", "TrafficPolicy/shop", "spec.ttl"),
    ("policy.yaml", 7, 3, "error", "TrafficPolicy/shop", "spec.colour"),
    ("policy.yaml", 8, 9, "error", "TrafficPolicy/shop", "spec.root"),
    ("policy.yaml", 15, 14, "error", "TrafficPolicy/shop", "spec.nodes[1].children[0].node"),
    ("policy.yaml", 21, 15, "error", "TrafficPolicy/loop", "spec.hostnames[0]"),
    ("policy.yaml", 21, 33, "error", "TrafficPolicy/loop", "spec.hostnames[1]"),
    ("policy.yaml", 32, 14, "error", "TrafficPolicy/loop", "spec.nodes[1].children[0].node"),
    ("policy.yaml", 35, 39, "error", "TrafficPolicy/loop", "spec.nodes[2].gates[0].name"),
    ("other.yml", 2, 7, "error", "", "kind"),
    ("other.yml", 8, 14, "error", "HealthCheck/h", "spec.type"),
    ("other.yml", 13, 17, "error", "HealthCheck/i", "spec.address"),
    ("other.yml", 13, 42, "error", "HealthCheck/i", "spec.intervalMs"),
    ("zz-named.yaml", 4, 17, "error", "Region/ap", "spec.clients"),
    ("zz-named.yaml", 4, 33, "error", "Region/ap", "spec.latency.nowhere"),
    ("zz-named.yaml", 10, 15, "error", "TrafficPolicy/draft", "spec.hostnames[0]"),
    ("zz-named.yaml", 11, 8, "error", "TrafficPolicy/draft", "spec.ttl"),
    ("zz-named.yaml", 14, 23, "error", "TrafficPolicy/draft", "spec.nodes[0].region"),
    ("zz-named.yaml", 14, 53, "error", "TrafficPolicy/draft", "spec.nodes[0].leaf.serviceRef.name"),
    ("zz-named.yaml", 14, 97, "error", "TrafficPolicy/draft", "spec.nodes[0].gates[0].name"),
    ("zz-named.yaml", 23, 23, "error", "TrafficPolicy/user", "spec.nodes[0].region"),
    ("zz-named.yaml", 23, 90, "error", "TrafficPolicy/user", "spec.nodes[0].gates[0].name"),
}
LINE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<severity>error|warning): "
                  r"(?:(?P<object>[A-Z][A-Za-z]+/[a-z0-9.-]+): )?(?:(?P<field>(?:spec|kind|metadata)[\w.\[\]]*): )?"
                  r"(?P<text>.+)$")


def run(*arguments, cwd=None):
    done = subprocess.run([lib.FAIRWAY, *map(str, arguments)], capture_output=True, text=True,
                          check=False, cwd=cwd, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def bad_directory(report, folder):
    bad = folder / "bad"
    lib.write(bad, BAD)
    code, out, err = run("check", bad)
    report.check("errors: exit 1, nothing on stderr", code == 1 and err == "", f"{code} {err}")
    found, odd = set(), []
    for line in out.splitlines():
        match = LINE.match(line)
        if not match or "; " not in match["text"] and match["severity"] == "error":
            odd.append(line)
            continue
        found.add((match["file"], int(match["line"]), int(match["column"]), match["severity"],
                   match["object"] or "", match["field"] or ""))
    report.check("every line has the form file:line:column: …: what; what would be right", not odd, odd)
    errors = {fault for fault in found if fault[3] == "error"}
    report.check("every fault is told at once, at its place", FAULTS <= errors, FAULTS - errors)
    report.check("and nothing that is none", errors <= FAULTS, errors - FAULTS)
    of_user = [line for line in out.splitlines() if "TrafficPolicy/user: " in line]
    report.check("who names a document with errors is told of the errors, not that it is unknown",
                 of_user and all("has errors; mend that one" in line for line in of_user), of_user)
    warned = [fault for fault in found if fault[3] == "warning" and fault[4] == "TrafficPolicy/warned"]
    report.check("a failover without a check is a warning", warned, out)
    places = [(f["file"], f["line"], f["column"]) for f in map(LINE.match, out.splitlines()) if f]
    numbers = [(name, int(line), int(column)) for name, line, column in places]
    report.check("they come in the order of the files", numbers == sorted(numbers), numbers)

    code, out, _ = run("check", bad, "-o", "json")
    listed = json.loads(out)
    keys = {"severity", "file", "line", "column", "object", "field", "what", "right"}
    report.check("-o json: the same exit, the documented keys", code == 1 and
                 all(set(entry) == keys for entry in listed), listed[:1])
    report.check("-o json tells as many", len(listed) == len(places), f"{len(listed)} {len(places)}")


def exit_codes(report, folder):
    example = lib.ROOT / "examples" / "three-regions"
    code, out, err = run("check", example)
    report.check("a good directory: exit 0, silent", (code, out, err) == (0, "", ""), f"{code} {out}{err}")
    warned = folder / "warned"
    lib.write(warned, {"a.yaml": BAD["warned.yaml"], "zone.yaml": BAD["zone.yaml"]})
    code, out, _ = run("check", warned)
    report.check("warnings alone: exit 0", code == 0 and ": warning: " in out and ": error: " not in out, out)
    for arguments in (["check"], ["check", folder / "absent"], ["check", "--bogus", example],
                      ["bogus"], [], ["explain", "shop.example.com"], ["drill", "--dir", example],
                      ["explain", "x.example.com", "--dir", folder / "absent"],
                      ["explain", "x.example.com", "--dir", example, "--type", "NOPE"],
                      ["explain", "x.example.com", "--dir", example, "--from", "nobody"],
                      ["drill", "--down", "moon/one", "--dir", example],
                      ["explain", "x", "--api", "http://127.0.0.1:1"],
                      ["up", folder / "absent"], ["up", example, "--dns", "nonsense"],
                      ["up", example, "--api", "nonsense"], ["up", example, "--workers", "x"],
                      ["up", example, "--workers", "-1"], ["check", example, "-o", "xml"],
                      ["import", "bind", "x", "-o", folder / "o"],
                      ["import", "route53", folder / "absent.json", "-o", folder / "o"]):
        code, out, err = run(*arguments)
        name = " ".join(str(word).replace(str(folder), "…").replace(str(lib.ROOT) + "/", "")
                        for word in arguments)
        report.check(f"`fairway {name}` cannot run: exit 2, one line says why",
                     code == 2 and out == "" and err.count("\n") == 1 and err.startswith("fairway"),
                     f"{code} {out}{err}")


def help_texts(report):
    for command in ("", "up", "dns", "check", "explain", "drill", "import"):
        code, out, err = run(*command.split(), "--help")
        report.check(f"`fairway {command} --help`: exit 0, on stdout",
                     code == 0 and "--help" in out and err == "", f"{code} {err}")
    code, out, _ = run("--version")
    report.check("--version", code == 0 and re.fullmatch(r"(fairway )?\d+\.\d+\.\d+\S*\n", out), out)


def options_before_names(report):
    """An option that may come several times takes one value each, not the name that follows."""
    example = lib.ROOT / "examples" / "three-regions"
    _, plain, _ = run("explain", "shop.example.com", "--dir", example, "--down", "region/eu")
    code, out, err = run("explain", "--dir", example, "--down", "region/eu", "shop.example.com")
    report.check("--down before NAME", code == 0 and out == plain, f"{code} {err}")
    code, out, err = run("explain", "--fact", "geo=country/US", "--dir", example, "shop.example.com")
    report.check("--fact before --dir and NAME", code == 0, err)
    code, _, err = run("drill", "--down", "region/eu", "--down", "region/us", "--dir", example)
    report.check("--down twice", code == 1, f"{code} {err}")
    code, _, err = run("up", "--dns", "127.0.0.1:0", example / "absent")
    report.check("--dns before DIR", code == 2 and "absent" in err, err)


def importing(report, folder):
    export = folder / "export.json"
    export.write_text(json.dumps({"ResourceRecordSets": [
        {"Name": "a.example.com.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}]}))
    target = folder / "imported"
    code, _, err = run("import", "route53", export, "-o", target)
    report.check("import into a new DIR", code == 0 and (target / "IMPORT.md").exists(), err)
    code, _, err = run("import", "route53", export, "-o", target)
    report.check("import again over an earlier import", code == 0, err)
    code, out, _ = run("check", target)
    report.check("what was imported checks clean", code == 0, out)
    foreign = folder / "foreign"
    lib.write(foreign, {"precious.txt": "mine"})
    code, _, err = run("import", "route53", export, "-o", foreign)
    report.check("a foreign DIR is refused and left alone", code == 2 and err.count("\n") == 1 and
                 [path.name for path in foreign.iterdir()] == ["precious.txt"], f"{code} {err}")
    export.write_text('{"ResourceRecordSets": [')
    before = sorted(path.name for path in target.iterdir())
    code, _, err = run("import", "route53", export, "-o", target)
    report.check("unreadable input: exit 1, nothing written", code == 1 and
                 sorted(path.name for path in target.iterdir()) == before, f"{code} {err}")
    code, _, err = run("import", "route53", export, "-o", folder / "never")
    report.check("and no new DIR made", code == 1 and not (folder / "never").exists(), err)


with lib.Report() as report, lib.workdir() as folder:
    bad_directory(report, folder)
    exit_codes(report, folder)
    help_texts(report)
    options_before_names(report)
    importing(report, folder)
