"""A warehouse of the shipped study and a server on it, for the oracles and benches of `herkomst serve`."""

import json
import os
import signal
import subprocess
from pathlib import Path

from wire import Client

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("auditor", "analyst", "public")
PASSWORD = "a password for {}"


def without_ours(**more):
    """The environment without what would lead the command to another study or warehouse."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HERKOMST_", "RUST_"))}
    return kept | {"NO_COLOR": "1"} | more


def herkomst(program, *arguments, **options):
    """What the command says; an exit code other than 0 is an error."""
    done = subprocess.run(
        [str(program), *map(str, arguments)], cwd=ROOT, env=without_ours(), capture_output=True, text=True, **options
    )
    if done.returncode != 0:
        raise SystemExit(f"herkomst {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


class Served:
    """A server with a user for each role, in a folder of its own; ended when the block is left.

    `before` is put before its command, as a tracer is.
    """

    def __init__(self, program, folder, *options, before=()):
        self.program, self.folder, self.options = Path(program).resolve(), Path(folder), options
        self.before = list(before)
        self.warehouse, self.users = self.folder / "warehouse", self.folder / "users"
        self.temporary, self.log = self.folder / "temporary", self.folder / "queries.jsonl"

    def __enter__(self):
        if not self.warehouse.exists():
            herkomst(self.program, "--warehouse", self.warehouse, "run")
        self.temporary.mkdir(exist_ok=True)
        for role in ROLES:
            arguments = ("serve", "user", role, "--role", role, "--users", self.users)
            herkomst(self.program, *arguments, input=PASSWORD.format(role) + "\n")
        command = [
            *self.before, self.program, "--warehouse", self.warehouse, "--json", "--log", "text", "serve",
            "--listen", "127.0.0.1:0", "--users", self.users, "--query-log", self.log, *self.options,
        ]
        self.said = (self.folder / "server.log").open("w+")
        self.process = subprocess.Popen(
            list(map(str, command)), cwd=self.folder, env=without_ours(TMPDIR=str(self.temporary)),
            stdout=subprocess.PIPE, stderr=self.said, text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the server does not start:\n{Path(self.said.name).read_text()}")
        said = json.loads(line)
        self.address, self.page = said["listening"], said.get("page")
        self.pid = self.process.pid if not self.before else children(self.process.pid)[0]
        return self

    def __exit__(self, *_):
        if alive(self.pid):
            os.kill(self.pid, signal.SIGTERM)
        self.process.wait(timeout=60)
        self.said.close()

    def client(self, role, **options):
        return Client(self.address, role, PASSWORD.format(role), **options)

    def lives(self):
        return self.process.poll() is None and alive(self.pid)

    def memory(self):
        """Resident bytes of the server, and of each worker."""
        return resident(self.pid), [resident(pid) for pid in children(self.pid)]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children(pid):
    """Processes that a process started from whichever of its threads, the oldest first."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found.extend(int(child) for child in thread.read_text().split())
        except OSError:
            continue
    return sorted(found)


def resident(pid):
    """Bytes that a process holds in memory; 0 for one that is no more."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def percentile(values, share):
    """The value below which so large a share lies; of none, 0."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
