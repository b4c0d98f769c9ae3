"""What every scenario uses: a Fairway of its own, nginx as the backends of regions, dig as client.

Everything runs on loopback with ports that were free a moment ago, in a folder of its own, and is
stopped by pid. A scenario prints `ok NAME` or `not ok NAME: why` for each thing that it shows.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAIRWAY = os.environ.get("FAIRWAY", str(ROOT / "build" / "fairway"))
SKIP = 77
# The zone of most scenarios, as a document that ends in its records: more may follow.
ZONE = """apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example, namespace: default}
spec:
  origin: example.com
  soa: {primary: ns1.example.com, contact: hostmaster.example.com, minimum: 30}
  nameServers: [ns1.example.com]
  records:
  - {name: ns1.example.com, type: A, values: [127.0.0.1]}
"""


class Report:
    """Counts what was shown; `with Report() as report` exits 1 if anything failed."""

    def __init__(self):
        self.failed = 0

    def check(self, name, condition, why=""):
        if condition:
            print(f"ok {name}", flush=True)
        else:
            self.failed += 1
            print(f"not ok {name}: {why}", flush=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            sys.exit(1 if self.failed else 0)
        print(f"not ok scenario: {kind.__name__}: {value}", flush=True)


def find_program(name):
    """Servers live in /usr/sbin, which an ordinary user's PATH lacks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def need(*programs):
    for program in programs:
        if not find_program(program):
            print(f"skip {pathlib.Path(sys.argv[0]).stem}: {program} is not installed")
            sys.exit(SKIP)


def free_port(address="127.0.0.1"):
    """A port that is free for both TCP and UDP."""
    while True:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as tcp, socket.socket(family, socket.SOCK_DGRAM) as udp:
            tcp.bind((address, 0))
            port = tcp.getsockname()[1]
            with contextlib.suppress(OSError):
                udp.bind((address, port))
                return port


def wait_until(condition, timeout_s=10.0, every_s=0.02):
    """The condition's first true value, and how long that took; None when time is up."""
    start = time.monotonic()
    while time.monotonic() - start < timeout_s:
        value = condition()
        if value:
            return value, time.monotonic() - start
        time.sleep(every_s)
    return None, timeout_s


@contextlib.contextmanager
def workdir():
    path = pathlib.Path(tempfile.mkdtemp(prefix="fairway-scenario-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        if not os.environ.get("KEEP"):
            shutil.rmtree(path, ignore_errors=True)


class Process:
    def __init__(self, arguments, log, **options):
        self.log = pathlib.Path(log)
        self.file = open(self.log, "ab")
        self.popen = subprocess.Popen(arguments, stdout=self.file, stderr=self.file,
                                      stdin=subprocess.DEVNULL, **options)

    def stop(self, sig=signal.SIGTERM, timeout_s=8):
        if self.popen.poll() is None:
            self.popen.send_signal(sig)
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            return None
        finally:
            self.file.close()

    def text(self):
        return self.log.read_text(errors="replace")


class Backends:
    """One nginx that plays several regions: {name: address}, all on one port."""

    def __init__(self, folder, regions, port=None):
        self.folder = pathlib.Path(folder) / "nginx"
        self.regions = regions
        self.port = port or free_port()
        self.process = None

    def __enter__(self):
        self.folder.mkdir(mode=0o755)
        servers = "".join(
            f"""    server {{ listen {address}:{self.port}; if (-f {self.folder}/{name}.down) {{ return 503; }}
        location / {{ return 200 "hello from {name}\\n"; }} }}\n"""
            for name, address in self.regions.items())
        temps = "".join(f"    {kind}_temp_path {self.folder}/tmp;\n" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off;\nworker_processes 1;\npid {self.folder}/nginx.pid;\n"
            f"error_log {self.folder}/error.log;\nevents {{ worker_connections 256; }}\n"
            f"http {{\n    access_log off;\n{temps}{servers}}}\n")
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        program = find_program("nginx")
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody")
        self.process = Process(
            [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"),
             "-e", str(self.folder / "error.log")], self.folder / "out.log",
            user="nobody" if os.getuid() == 0 else None)
        address = next(iter(self.regions.values()))
        ready, _ = wait_until(lambda: connects(address, self.port), 5)
        if not ready:
            raise RuntimeError("nginx did not start: " + self.process.text())

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def kill(self, region):
        (self.folder / f"{region}.down").touch()

    def revive(self, region):
        (self.folder / f"{region}.down").unlink(missing_ok=True)


def connects(address, port):
    with contextlib.suppress(OSError), socket.create_connection((address, port), 0.5):
        return True
    return False


class Fairway:
    """`fairway up DIR` with ports and state of its own."""

    def __init__(self, directory, folder, *extra, name="fairway", dns=None, api=None):
        self.directory = str(directory)
        self.folder = pathlib.Path(folder)
        self.name = name
        self.dns = dns or free_port()
        self.api = api or free_port()
        self.extra = list(extra)
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.stop()

    def start(self):
        self.process = Process(
            [FAIRWAY, "up", self.directory, "--dns", f"127.0.0.1:{self.dns}", "--api",
             f"127.0.0.1:{self.api}", "--state", str(self.folder / f"{self.name}-state"),
             *self.extra], self.folder / f"{self.name}.log")
        ready, _ = wait_until(lambda: self.process.popen.poll() is not None or self.is_ready(), 10)
        if not ready or self.process.popen.poll() is not None:
            raise RuntimeError("fairway did not become ready: " + self.process.text())

    def is_ready(self):
        with contextlib.suppress(OSError):
            return self.get("/readyz")[0] == 200
        return False

    def stop(self, sig=signal.SIGTERM):
        code = self.process.stop(sig)
        process, self.process = self.process, None
        return code, process.text()

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.api}{path}", timeout=5) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def status(self):
        return json.loads(self.get("/fairway/v1/status")[1])

    def metric(self, name, **labels):
        """The sum of all samples of a metric that carry these labels."""
        total, found = 0.0, False
        for line in self.get("/metrics")[1].splitlines():
            head, _, value = line.rpartition(" ")
            if head.split("{")[0] == name and all(f'{k}="{v}"' in head for k, v in labels.items()):
                total, found = total + float(value), True
        return total if found else None

    def dig(self, name, rtype="A", *options):
        """The answers, in the order that they came."""
        done = subprocess.run(
            ["dig", "@127.0.0.1", "-p", str(self.dns), name, rtype, "+short", "+time=2", "+tries=1",
             *options], capture_output=True, text=True, check=False)
        return done.stdout.split("\n")[:-1]

    def run(self, *arguments):
        """Another command of the program, told where this one's API is."""
        done = subprocess.run([FAIRWAY, *arguments, "--api", f"http://127.0.0.1:{self.api}"],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr


def write(folder, files):
    """Writes {name: text} below the folder, each by rename, as an editor or a deploy does."""
    for name, text in files.items():
        target = pathlib.Path(folder) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.new")
        temporary.write_text(text)
        temporary.rename(target)


def three_regions(folder, backends, edit=lambda name, text: text):
    """The example's documents with the backends' own port."""
    target = pathlib.Path(folder) / "manifests"
    source = ROOT / "examples" / "three-regions"
    write(target, {path.name: edit(path.name, path.read_text().replace(":18080", f":{backends.port}"))
                   for path in sorted(source.glob("*.yaml"))})
    return target


REGIONS = {"eu": "127.0.1.1", "us": "127.0.2.1", "ap": "127.0.3.1"}
EU_CLIENT = "+subnet=198.51.100.0/24"
