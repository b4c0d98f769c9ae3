#!/usr/bin/env python3
"""Killed at any moment, under reloads, flips and moves of a switch, it starts and answers rightly."""
import json
import random
import threading
import time
import urllib.error
import urllib.request

import lib

ROUNDS = 20
lib.need("dig", "nginx")

SWITCH = """---
apiVersion: fairway.dev/v1alpha1
kind: RoutingControl
metadata: {name: us, namespace: default}
spec: {initialState: "On", region: us}
"""


def with_switch(name, text):
    if name == "health.yaml":
        return text + SWITCH
    return text.replace("gates: [{kind: HealthCheck, name: us}]",
                        "gates: [{kind: HealthCheck, name: us}, {kind: RoutingControl, name: us}]")


class Unrest:
    """Moves the switch, reloads and flips until it is told to stop; knows what was confirmed last."""

    def __init__(self, fairway, manifests, backends, seed):
        self.fairway, self.manifests, self.backends = fairway, manifests, backends
        self.random = random.Random(seed)
        self.confirmed, self.asked = True, True
        self.stopped = False
        self.threads = [threading.Thread(target=self.repeat, args=(what,))
                        for what in (self.move, self.reload)]

    def repeat(self, what):
        while not self.stopped:
            what()
            time.sleep(self.random.random() / 50)

    def move(self):
        self.asked = self.random.random() < 0.5
        body = json.dumps({"state": "On" if self.asked else "Off", "by": "crash", "why": "test"})
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.fairway.api}/fairway/v1/facts/RoutingControl/default/us",
            data=body.encode(), method="PUT", headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=2) as reply:
                if reply.status == 200:
                    self.confirmed = self.asked
        except (OSError, ValueError, urllib.error.URLError):
            self.stopped = True  # it was killed: this move may or may not be kept

    def reload(self):
        # Each of these checks flips whenever its port is another.
        for n in range(3):
            lib.write(self.manifests, {f"more-{n}.yaml": f"""apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {{name: more-{n}, namespace: default}}
spec: {{type: TCP, intervalMs: 100, timeoutMs: 100, address: "127.0.1.1:{self.random.choice([1, self.backends.port])}"}}
"""})


with lib.Report() as report, lib.workdir() as folder:
    with lib.Backends(folder, lib.REGIONS) as backends:
        manifests = lib.three_regions(folder, backends, with_switch)
        backends.kill("eu")
        fairway = lib.Fairway(manifests, folder)
        fairway.start()
        ask = lambda: fairway.dig("shop.example.com", "A", lib.EU_CLIENT)
        lib.wait_until(lambda: ask() == ["127.0.2.1"], 8)
        failures = []
        for i in range(ROUNDS):
            unrest = Unrest(fairway, manifests, backends, i)
            for thread in unrest.threads:
                thread.start()
            time.sleep(random.Random(1000 + i).random() * 0.6)
            fairway.process.popen.kill()
            fairway.process.stop()
            unrest.stopped = True
            for thread in unrest.threads:
                thread.join()
            try:
                fairway.start()
            except RuntimeError as error:
                failures.append(f"round {i}: {error}")
                break
            # eu was down all the time: the first answer must know. us follows its switch.
            first = ask()
            may_be = {unrest.confirmed, unrest.asked}
            wrong = first == ["127.0.1.1"] or len(first) != 1
            wrong = wrong or (first == ["127.0.2.1"] and may_be == {False})
            wrong = wrong or (first != ["127.0.2.1"] and may_be == {True})
            if wrong:
                failures.append(f"round {i}: {first}, the switch was {may_be}")
            if [line for line in fairway.process.text().splitlines() if "facts_damaged" in line]:
                failures.append(f"round {i}: damaged facts")
        report.check(f"{ROUNDS} kills: every first answer avoids what was down or off",
                     not failures, "; ".join(failures)[-1500:])

        facts = folder / "fairway-state" / "facts.log"
        fairway.stop()
        with open(facts, "ab") as log:
            log.write(b"\x00\xffrubbish\n")
        fairway.start()
        report.check("damaged facts: the rest still serves", ask() != ["127.0.1.1"], ask())
        report.check("and the log says what was kept aside",
                     "facts_damaged" in fairway.process.text() and facts.with_name("facts.log.damaged").exists())

        manifests.rename(folder / "gone")
        fairway.stop()
        fairway.start()
        report.check("with the directory gone it serves what it accepted", ask() != [], ask())
        report.check("and the log says so", "serving what was accepted last" in fairway.process.text())
        (folder / "gone").rename(manifests)
        zone = (manifests / "zone.yaml").read_text()
        lib.write(manifests, {"zone.yaml": zone.replace("on one machine", "come back")})
        moved, _ = lib.wait_until(lambda: "come back" in str(fairway.dig("example.com", "TXT")), 3)
        report.check("back again it is followed", moved, fairway.process.text()[-500:])
        fairway.stop()
