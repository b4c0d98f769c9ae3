#!/usr/bin/env python3
"""Static stability: restarted with a region down and a switch off, the first answer avoids both."""
import json
import urllib.request

import lib

lib.need("dig", "nginx")


def move_switch(fairway, name, on):
    request = urllib.request.Request(
        f"http://127.0.0.1:{fairway.api}/fairway/v1/facts/RoutingControl/default/{name}",
        data=json.dumps({"state": "On" if on else "Off", "by": "alice", "why": "rehearsal"}).encode(),
        method="PUT", headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return reply.status


def with_us_switch(name, text):
    if name == "health.yaml":
        text += """---
apiVersion: fairway.dev/v1alpha1
kind: RoutingControl
metadata: {name: us, namespace: default}
spec: {initialState: "On", region: us}
"""
    if name == "policy.yaml":
        text = text.replace("gates: [{kind: HealthCheck, name: us}]",
                            "gates: [{kind: HealthCheck, name: us}, {kind: RoutingControl, name: us}]")
    return text


with lib.Report() as report, lib.workdir() as folder:
    with lib.Backends(folder, lib.REGIONS) as backends:
        # Slow probes: had the facts been forgotten, they would not be learnt again in time.
        slow = lambda name, text: with_us_switch(name, text).replace("intervalMs: 250", "intervalMs: 1000")
        manifests = lib.three_regions(folder, backends, slow)
        with lib.Fairway(manifests, folder) as fairway:
            ask = lambda: fairway.dig("shop.example.com", "A", lib.EU_CLIENT)
            backends.kill("eu")
            report.check("the switch moves", move_switch(fairway, "us", False) == 200)
            moved, _ = lib.wait_until(lambda: ask() == ["127.0.3.1"], 8)
            report.check("eu down and us switched off: ap answers", moved, ask())
            code, text, _ = fairway.run("explain", "shop.example.com", "--from", "198.51.100.7")
            report.check("explain names who moved the switch", "alice" in text, text)

            fairway.process.popen.kill()  # no chance to save anything at the end
            fairway.process.stop()
            fairway.start()
            report.check("the first answer after a restart avoids both", ask() == ["127.0.3.1"], ask())

            report.check("the switch moves back", move_switch(fairway, "us", True) == 200)
            moved, _ = lib.wait_until(lambda: ask() == ["127.0.2.1"], 3)
            report.check("us answers again", moved, ask())
