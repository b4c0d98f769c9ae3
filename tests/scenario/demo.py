#!/usr/bin/env python3
"""What `make up` starts, used as its reader would: the lines that it prints, Ctrl-C, a taken port."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import lib

lib.need("dig", "nginx", "curl", "ss")
TRY = re.compile(r"^  (?P<what>\S.*?\S) {2,}(?P<line>\S.*)$", re.M)


class Demo(lib.Process):
    """scripts/demo with ports of its own, in a process group of its own as a terminal gives it."""

    def __init__(self, folder, ports):
        self.ports = ports
        environment = {**os.environ, "TMPDIR": str(folder),
                       **{f"DEMO_{name}_PORT": str(port) for name, port in ports.items()}}
        # Whoever starts a scenario in the background has SIGINT ignored in all that comes of it.
        (folder / "demo.log").unlink(missing_ok=True)
        super().__init__(["scripts/demo"], folder / "demo.log", cwd=lib.ROOT, env=environment,
                         start_new_session=True,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def is_up(self):
        return "Ctrl-C stops everything." in self.text() or self.popen.poll() is not None

    def processes(self):
        """The pids of the demo and all that it started."""
        pids = [self.popen.pid]
        for pid in pids:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            pids += map(int, children)
        return pids

    def interrupt(self):
        os.killpg(self.popen.pid, signal.SIGINT)
        return self.popen.wait(10)


def shell(line):
    done = subprocess.run(["bash", "-c", line], cwd=lib.ROOT, capture_output=True, text=True,
                          check=False, timeout=20)
    return done.returncode, done.stdout, done.stderr


def is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:  # as a server does: what is closed lingers
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True


def try_lines(report, demo):
    lines = [match["line"] for match in TRY.finditer(demo.text())]
    report.check("it prints four lines to try", len(lines) == 4, demo.text())
    ask, kill, explain, drill = lines
    revive = kill.rpartition("then: ")[2]
    answer = lambda: shell(ask)[1].split()
    report.check("a client in eu gets eu", answer() == ["127.0.1.1"], shell(ask))
    report.check("the line that kills eu", shell(kill)[0] == 0, kill)
    elsewhere = answer()
    report.check("the answer moved, as soon as that line is done",
                 elsewhere in (["127.0.2.1"], ["127.0.3.1"]), elsewhere)
    code, out, err = shell(explain)
    report.check("the line that explains it names eu's check and what it saw",
                 code == 0 and "HealthCheck/default/eu" in out and "503" in out, f"{code} {out}{err}")
    report.check("the line that revives eu", shell(revive)[0] == 0, revive)
    back, _ = lib.wait_until(lambda: answer() == ["127.0.1.1"], 5)
    report.check("the answer came back", back, answer())
    code, out, err = shell(drill)
    report.check("the line that drills", code in (0, 1) and "shop" in out and err == "",
                 f"{code} {out}{err}")


def stopping(report, demo, folder):
    pids = demo.processes()
    names = [pathlib.Path(f"/proc/{pid}/comm").read_text().strip() for pid in pids]
    report.check("it runs nginx and fairway", {"nginx", "fairway"} <= set(names), names)
    demo.interrupt()
    alive = [pid for pid in pids if pathlib.Path(f"/proc/{pid}").exists()]
    report.check("Ctrl-C stops all that it started", not alive, alive)
    report.check("and frees the ports", all(map(is_free, demo.ports.values())), demo.ports)
    report.check("and leaves nothing behind", not list(folder.glob("fairway-demo*")),
                 list(folder.iterdir()))


HOLD = """import socket, sys, time
holder = socket.socket(socket.AF_INET, getattr(socket, sys.argv[1]))
holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # beside what lingers of the demo
holder.bind(("127.0.0.1", int(sys.argv[2])))
if sys.argv[1] == "SOCK_STREAM": holder.listen()
print("held", flush=True)
time.sleep(60)
"""


def taken_port(report, folder, ports, name, kind):
    holder = lib.Process([sys.executable, "-c", HOLD, kind, str(ports[name])], folder / "holder.log")
    lib.wait_until(lambda: "\n" in holder.text(), 5)
    if holder.text() != "held\n":
        raise RuntimeError(f"port {ports[name]} is not free: {holder.text()}")
    demo = Demo(folder, ports)
    try:
        lib.wait_until(demo.is_up, 10)
        said = demo.text()
        report.check(f"a taken port ({name}) ends it, named with its holder and the way out",
                     demo.popen.poll() == 2 and f"port {ports[name]}," in said and
                     f"(pid {holder.popen.pid})" in said and f"DEMO_{name}_PORT" in said and
                     said.count("\n") == 1, f"{demo.popen.poll()} {said}")
    finally:
        demo.stop()
        holder.stop()
        holder.log.unlink()


with lib.Report() as report, lib.workdir() as folder:
    ports = {name: lib.free_port() for name in ("DNS", "API", "BACKEND")}
    demo = Demo(folder, ports)
    try:
        lib.wait_until(demo.is_up, 15)
        if demo.popen.poll() is not None:
            raise RuntimeError("the demo did not start: " + demo.text())
        try_lines(report, demo)
        stopping(report, demo, folder)
    finally:
        demo.stop()
    taken_port(report, folder, ports, "DNS", "SOCK_DGRAM")
    taken_port(report, folder, ports, "API", "SOCK_STREAM")
    taken_port(report, folder, ports, "BACKEND", "SOCK_STREAM")
