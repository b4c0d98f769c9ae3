#!/usr/bin/env python3
"""Two instances on one machine do not disturb each other; a taken port is named with its holder."""
import os
import subprocess

import lib

lib.need("dig", "nginx")
with lib.Report() as report, lib.workdir() as folder:
    with lib.Backends(folder, lib.REGIONS) as backends:
        manifests = lib.three_regions(folder, backends)
        with lib.Fairway(manifests, folder, name="one") as one, \
                lib.Fairway(manifests, folder, name="two") as two:
            ask = lambda it: it.dig("shop.example.com", "A", lib.EU_CLIENT)
            report.check("both answer", ask(one) == ask(two) == ["127.0.1.1"])
            one.stop()
            report.check("the other goes on", ask(two) == ["127.0.1.1"])

            third = subprocess.run(
                [lib.FAIRWAY, "up", str(manifests), "--dns", f"127.0.0.1:{two.dns}", "--api",
                 f"127.0.0.1:{lib.free_port()}", "--state", str(folder / "three")],
                capture_output=True, text=True, timeout=10, check=False)
            said = third.stdout + third.stderr
            report.check("a taken port ends with 2", third.returncode == 2, third.returncode)
            report.check("and is named with role, option and holder",
                         f"127.0.0.1:{two.dns}" in said and "--dns" in said and
                         str(two.process.popen.pid) in said, said)
            report.check("the holder was not disturbed", ask(two) == ["127.0.1.1"])

            same_state = subprocess.run(
                [lib.FAIRWAY, "up", str(manifests), "--dns", f"127.0.0.1:{lib.free_port()}", "--api",
                 f"127.0.0.1:{lib.free_port()}", "--state", str(folder / "two-state")],
                capture_output=True, text=True, timeout=10, check=False)
            report.check("a state folder in use is refused", same_state.returncode == 2 and
                         "two-state" in same_state.stderr, same_state.stderr)
            mode = os.stat(folder / "two-state").st_mode & 0o777
            report.check("a state folder is private", mode == 0o700, oct(mode))
