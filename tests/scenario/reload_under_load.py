#!/usr/bin/env python3
"""Policies, zones and switches change five times a second under load: no query is lost, none fails."""
import itertools
import re
import subprocess
import time

import lib

lib.need("dnsperf")
SECONDS, RATE = 6, 5000

with lib.Report() as report, lib.workdir() as folder:
    manifests = folder / "manifests"
    source = lib.ROOT / "examples" / "three-regions"
    # Nothing listens there: the last rule answers, and the load is the same all the while.
    lib.write(manifests, {p.name: p.read_text() for p in source.glob("*.yaml")})
    queries = folder / "queries"
    queries.write_text("shop.example.com A\nwww.example.com A\nexample.com TXT\nno.example.com A\n")
    policy, zone = (manifests / "policy.yaml").read_text(), (manifests / "zone.yaml").read_text()
    with lib.Fairway(manifests, folder) as fairway:
        before = fairway.status()["generation"]
        load = subprocess.Popen(
            ["dnsperf", "-s", "127.0.0.1", "-p", str(fairway.dns), "-d", str(queries), "-c", "4",
             "-T", "1", "-Q", str(RATE), "-l", str(SECONDS), "-q", "100"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for n in itertools.count():
            if load.poll() is not None:
                break
            lib.write(manifests, {"policy.yaml": policy.replace("ttl: 5", f"ttl: {5 + n % 50}"),
                                  "zone.yaml": zone.replace("on one machine", f"on one machine {n}")})
            time.sleep(0.2)
        said = load.communicate()[0]
        count = lambda what: int(re.search(rf"{what}:\s+(\d+)", said)[1])
        changes = fairway.status()["generation"] - before
        report.check("it was changed while it answered", changes >= SECONDS * 2, changes)
        report.check("the load was real", count("Queries completed") >= SECONDS * RATE // 2, said)
        report.check("no query was lost", count("Queries lost") == 0, said)
        codes = dict(re.findall(r"(NOERROR|NXDOMAIN|SERVFAIL|REFUSED|FORMERR) (\d+)", said))
        report.check("every answer is the right kind", set(codes) == {"NOERROR", "NXDOMAIN"} and
                     abs(3 * int(codes["NXDOMAIN"]) - int(codes["NOERROR"])) <= 3, codes)
