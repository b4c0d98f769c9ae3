#!/usr/bin/env python3
"""Walk "drill": what drill says of losing a region is what happens when it is really lost."""
import json

import lib

lib.need("dig", "nginx")
CLIENTS = {"eu": "198.51.100.7/32", "us": "203.0.113.7/32", "ap": "192.0.2.7/32"}
ADDRESS = lib.REGIONS


def answers(fairway):
    return {region: fairway.dig("shop.example.com", "A", f"+subnet={client}")
            for region, client in CLIENTS.items()}


def predicted(report, when):
    views = {view["client"]: view["shares"] for view in report["policies"][0]["views"]}
    return {region: [ADDRESS[share["place"]] for share in views[region] if share[when] == "1"]
            for region in CLIENTS}


with lib.Report() as report, lib.workdir() as folder:
    with lib.Backends(folder, lib.REGIONS) as backends:
        manifests = lib.three_regions(folder, backends)
        with lib.Fairway(manifests, folder) as fairway:
            code, text, error = fairway.run("drill", "--down", "region/eu", "-o", "json")
            told = json.loads(text)
            report.check("before is what dig gets now", predicted(told, "before") == answers(fairway),
                         f"{predicted(told, 'before')} {answers(fairway)}")
            # us takes eu's 500 clients beside its own 300: within its capacity of 900.
            report.check("nobody is overloaded: exit 0", code == 0, f"{code} {error}")

            backends.kill("eu")
            lib.wait_until(lambda: fairway.metric("fairway_health_check_up", check="default/eu") == 0, 5)
            lib.wait_until(lambda: answers(fairway)["eu"] == ["127.0.2.1"], 2)
            report.check("after is what dig gets then", predicted(told, "after") == answers(fairway),
                         f"{predicted(told, 'after')} {answers(fairway)}")

            code, text, _ = fairway.run("drill", "--down", "region/us")
            report.check("with eu lost, losing us too overloads ap: exit 1",
                         code == 1 and "OVERLOAD" in text, text)
            code, text, _ = fairway.run("drill", "--down", "region/nowhere")
            report.check("an unknown region: exit 2", code == 2, text)
