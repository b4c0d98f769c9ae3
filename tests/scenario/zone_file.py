#!/usr/bin/env python3
"""A DNSZone whose contents are a master file: served, reloaded, and confined to its folder."""
import subprocess

import lib

lib.need("dig")
ZONE = """apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example, namespace: default}
spec: {origin: example.com, file: %s}
"""
MASTER = """$TTL 60
@ SOA ns1 hostmaster 1 7200 900 1209600 60
@ NS ns1
ns1 A 192.0.2.53
$INCLUDE hosts.inc
"""

with lib.Report() as report, lib.workdir() as folder:
    manifests = folder / "manifests"
    lib.write(manifests, {"zone.yaml": ZONE % "example.zone", "example.zone": MASTER,
                          "hosts.inc": "www A 192.0.2.1\n"})
    with lib.Fairway(manifests, folder) as fairway:
        report.check("the file is served", fairway.dig("www.example.com") == ["192.0.2.1"])
        lib.write(manifests, {"hosts.inc": "www A 192.0.2.2\n"})
        moved, took = lib.wait_until(lambda: fairway.dig("www.example.com") == ["192.0.2.2"], 3)
        report.check("a change of an included file is served", moved, f"{took:.2f} s")
        lib.write(manifests, {"hosts.inc": "www A not-an-address\n"})
        told, _ = lib.wait_until(lambda: "hosts.inc:1:" in str(fairway.status()), 3)
        report.check("its fault is named by file and line", told, fairway.status())
        report.check("the last good zone serves on", fairway.dig("www.example.com") == ["192.0.2.2"])

    secret = folder / "outside.zone"
    secret.write_text(MASTER)
    lib.write(manifests, {"zone.yaml": ZONE % "../outside.zone"})
    done = subprocess.run([lib.FAIRWAY, "check", str(manifests)], capture_output=True, text=True, check=False)
    report.check("a file outside of the folder is refused",
                 done.returncode == 1 and "outside" in done.stdout, done.stdout)
