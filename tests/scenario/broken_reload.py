#!/usr/bin/env python3
"""Walk "change": a good change is served within 200 ms, a broken one changes nothing but the status."""
import time

import lib

lib.need("dig", "nginx")
with lib.Report() as report, lib.workdir() as folder:
    with lib.Backends(folder, lib.REGIONS) as backends:
        manifests = lib.three_regions(folder, backends)
        good = (manifests / "policy.yaml").read_text()
        with lib.Fairway(manifests, folder) as fairway:
            ask = lambda: fairway.dig("shop.example.com", "A", lib.EU_CLIENT)
            before = fairway.status()["generation"]

            lib.write(manifests, {"policy.yaml": good.replace("127.0.1.1", "127.0.1.2")})
            moved, took = lib.wait_until(lambda: ask() == ["127.0.1.2"], 3, 0.005)
            report.check("a change is served", moved, ask())
            report.check("within 200 ms of the rename", took <= 0.2 + 0.1, f"{took * 1000:.0f} ms")

            lib.write(manifests, {"policy.yaml": good.replace("op: latency", "op: nearest")})
            line = 1 + good.split("\n").index("    select: {op: latency}")
            told, _ = lib.wait_until(lambda: f"policy.yaml:{line}:" in str(fairway.status()), 3)
            report.check("the error names file and line in status", told, fairway.status())
            report.check("answers go on as before", ask() == ["127.0.1.2"], ask())
            report.check("the log says so too", f"policy.yaml:{line}:" in fairway.process.text(),
                         fairway.process.text()[-800:])
            report.check("and a metric counts it",
                         (fairway.metric("fairway_config_objects", state="last-good") or 0) >= 1)

            # The rest of a reload is not held up by the bad document.
            zone = (manifests / "zone.yaml").read_text()
            lib.write(manifests, {"zone.yaml": zone.replace("on one machine", "on this machine")})
            moved, _ = lib.wait_until(
                lambda: fairway.dig("example.com", "TXT") == ['"three regions on this machine"'], 3)
            report.check("other documents still change", moved, fairway.dig("example.com", "TXT"))

            fairway.stop()
            fairway.start()
            report.check("after a restart the last good version still serves", ask() == ["127.0.1.2"], ask())

            lib.write(manifests, {"policy.yaml": good})
            moved, _ = lib.wait_until(lambda: ask() == ["127.0.1.1"], 3)
            report.check("the mended document serves", moved, ask())
            report.check("and status is clean again", not fairway.status()["diagnostics"], fairway.status())
            report.check("generations only grow", fairway.status()["generation"] >= 1 and before >= 1)

            (manifests / "policy.yaml").unlink()
            moved, _ = lib.wait_until(lambda: ask() == [], 3)
            report.check("a removed document is gone", moved, ask())
            time.sleep(0.1)
            report.check("queries were never refused a reply", fairway.dig("ns1.example.com") == ["127.0.0.1"])
