"""What strace saw of the files of a server: which it read, which it wrote, and which of them it should not have."""

import re
import shutil
import subprocess
from pathlib import Path

# A call with the folder that a path counts from, the path and the flags; how it ended does not matter, for an attempt counts.
CALL = re.compile(r'^(?P<pid>\d+) +(?P<call>[a-z0-9_]+)\((?:(?P<at>AT_FDCWD|\d+)(?:<(?P<folder>[^>]*)>)?, )?"(?P<path>(?:[^"\\]|\\.)*)"(?P<rest>.*)')
CONNECT = re.compile(r"^(?P<pid>\d+) +connect\((?P<rest>.*)")
OPENING = {"open", "openat", "openat2"}
READING = OPENING | {
    "access", "faccessat", "faccessat2", "stat", "lstat", "newfstatat", "statx", "statfs", "readlink", "readlinkat", "getcwd",
    "chdir", "execve",
}
# What a system gives to every program: libraries, their cache, processors, memory, time, random numbers.
SYSTEM = (
    "/lib/", "/lib64/", "/usr/lib/", "/etc/ld.so.", "/proc/self/", "/sys/fs/cgroup", "/sys/devices/system/", "/sys/kernel/mm/",
    "/proc/sys/vm/", "/proc/stat", "/proc/cpuinfo", "/proc/meminfo", "/dev/null", "/dev/urandom", "/usr/share/zoneinfo",
    "/etc/localtime",
)


def can_watch():
    """Whether strace is there and may be used."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


class Watched:
    """The file operations in a trace."""

    def __init__(self, trace, server):
        self.server, self.found = server, []
        self.operations, self.written, calls, pids = 0, 0, [], set()
        for line in Path(trace).read_text(errors="replace").splitlines():
            call, connected = CALL.match(line), CONNECT.match(line)
            if connected:
                self.found.append(f"a connection to elsewhere: {connected['rest'][:200]}")
            # Without a path it is about a file that is open already.
            if call and call["path"]:
                self.operations += 1
                pids.add(call["pid"])
                calls.append(call)
        for call in calls:
            self.look(call, pids)
        self.processes = len(pids)

    @staticmethod
    def command(trace):
        """What to put before the command of a server."""
        seen = ["-e", "trace=%file,connect", "-e", "signal=none"]
        return ["strace", "-f", "--seccomp-bpf", "-y", "-s", "4096", *seen, "-o", str(trace), "--"]

    def look(self, call, pids):
        path = call["path"]
        of = re.match(r"/proc/(\d+)/", path)
        if of and of[1] in pids:
            path = path.replace(of[1], "self", 1)
        if not path.startswith("/"):
            path = str(Path(call["folder"] or self.server.folder) / path)
        name = call["call"]
        writes = name not in READING or (name in OPENING and re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", call["rest"]))
        if writes:
            self.written += 1
            if not self.may_write(path):
                self.found.append(f"{name} writes {path} {call['rest'][:80]}")
        elif not self.may_read(path):
            self.found.append(f"{name} looks at {path}")

    def may_write(self, path):
        server = self.server
        return path == str(server.log) or path.startswith(f"{server.temporary}/") or path in ("/dev/null",)

    def may_read(self, path):
        server = self.server
        ours = {str(server.program), str(server.users), str(server.log), str(server.folder), str(server.temporary), str(server.warehouse)}
        inside = (f"{server.warehouse}/", f"{server.temporary}/", f"{server.log}.")
        return path in ours or path.startswith((*inside, *SYSTEM))

    def faults(self):
        """What was done that should not be done, each once."""
        return list(dict.fromkeys(self.found))
