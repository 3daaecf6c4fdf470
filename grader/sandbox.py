"""A process of its own for a student's code, with walls around it.

On Linux the walls are namespaces: no network, processes that end with the first one, and a file system that
holds only Python, this package and an empty folder: neither the assignment's source nor other submissions. As
root the code runs as a user without rights. Elsewhere there are only limits; `WALLS` says what there is.
"""

import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from threading import Event
from typing import Any

import psutil

from tools.command import ROOT

STUDENT, PACKAGE = Path(__file__).with_name("student.py"), ROOT / "lecture9_utils"
SYSTEM = (Path("/bin"), Path("/sbin"), Path("/lib"), Path("/lib64"))
HOME = "/home/student"
FIRST_USER = 64000
POLL = 0.1  # seconds
FAIR = "pss" if sys.platform == "linux" else "rss"
LARGEST_REPLY = 4 * 2**20  # bytes
NOWHERE = "http://127.0.0.1:9"  # a proxy that refuses: for where the network cannot be cut off


@dataclass(frozen=True)
class Limits:
    """What a submission may use; time is wall time in seconds, the rest in bytes."""

    cell: float = 60.0
    call: float = 30.0
    total: float = 300.0
    memory: int = 2 * 2**30
    output: int = 10 * 2**20
    processes: int = 64


DEFAULT = Limits()


@dataclass(frozen=True)
class Place:
    """Where a student's process runs: within limits, beside others, until a person interrupts."""

    limits: Limits = DEFAULT
    user: int = FIRST_USER  # if you are root: one without rights or a name, another for each student
    stop: Event = field(default_factory=Event)  # when it is set all waiting ends

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out on the way to another machine what is of this one."""
        return Place, (self.limits, self.user)


class BrokenError(Exception):
    """The student's process ended or was ended; the message says why, in words for a person."""


@cache
def walls() -> str:
    """Find out which walls this machine has: "root", "user" (both namespaces) or "limits"."""
    if sys.platform == "linux":
        kind = "root" if os.geteuid() == 0 else "user"
        with tempfile.TemporaryDirectory() as folder, suppress(OSError):
            command = inside(kind, Path(folder), FIRST_USER, ["/bin/sh", "-c", "echo ready"])
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.stdout == "ready\n":
                return kind
    return "limits"


WALLS = {
    "root": "no network, no files but Python's and this package's, as a user without rights",
    "user": "no network, no files but Python's and this package's",
    "limits": "time, memory, output and processes are limited, but the network is only discouraged and your "
    "files are within reach: grade submissions that you do not trust on Linux",
}


def bindings() -> list[Path]:
    """List what the student's process can read: Python, and the package with its sample."""
    wanted = [Path("/usr"), Path("/etc"), Path(sys.base_prefix), Path(sys.prefix), PACKAGE, STUDENT]
    paths = [path.absolute() for path in wanted + [path for path in SYSTEM if not path.is_symlink()]]
    return [path for path in paths if path.exists() and not any(other in path.parents for other in paths)]


def inside(kind: str, root: Path, user: int, command: Iterable[str]) -> list[str]:
    """Return the command line that runs a command in a small file system made in an empty folder."""
    q = shlex.quote
    lines = ["set -e", f"r={q(str(root))}"]
    lines += ['mount -t tmpfs -o size=512m,nr_inodes=20k,mode=755 tmpfs "$r"', 'mkdir "$r/dev" "$r/proc"']
    for path in [*bindings(), *(Path("/dev", name) for name in ("null", "zero", "random", "urandom"))]:
        here, parent = (f'"$r"{q(str(place))}' for place in (path, path.parent))
        lines += [f"mkdir -p {here}" if path.is_dir() else f"mkdir -p {parent}; touch {here}"]
        lines += [f"mount --bind {q(str(path))} {here}"]
        lines += [] if path.parent == Path("/dev") else [f"mount -o remount,bind,ro {here}"]
    lines += [f'ln -s {q(str(link.readlink()))} "$r"{link}' for link in SYSTEM if link.is_symlink()]
    lines += ['mount -t proc proc "$r/proc"', f'mkdir -p "$r{HOME}" "$r/tmp" "$r/dev/shm"']
    lines += ['chmod 1777 "$r/tmp" "$r/dev/shm"']
    namespaces, who = ["--user", "--map-root-user"], []
    if kind == "root":
        lines += [f'chown {user}:{user} "$r{HOME}"']
        namespaces, who = [], ["--reuid", str(user), "--regid", str(user), "--clear-groups"]
    rights = ["setpriv", *who, "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs"]
    lines += [f'exec chroot "$r" {shlex.join([*rights, *command])}']
    namespaces += ["--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child"]
    return ["unshare", *namespaces, "/bin/sh", "-c", "\n".join(lines)]


def used() -> int:
    """Count the processes and threads that the kernel counts for this user already."""
    mine = [p for p in psutil.process_iter(["uids", "num_threads"]) if p.info["uids"]]
    return sum(p.info["num_threads"] or 1 for p in mine if p.info["uids"].real == os.getuid())


def variables(home: str) -> dict[str, str]:
    """Return all environment variables of a student's process."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    proxies = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    places = {"PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", "HOME": home, "TMPDIR": home}
    rest = {"LANG": "C.UTF-8", "MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return places | rest | dict.fromkeys(threads, "1") | dict.fromkeys(proxies, NOWHERE)


class Sandbox:
    """One student's process: it runs cells and calls functions, and sends back plain data."""

    def __init__(self, place: Place):
        self.limits, self._stop = place.limits, place.stop
        self._printed = 0
        self._folder = tempfile.TemporaryDirectory(prefix="lecture9-", ignore_cleanup_errors=True)
        root, kind = Path(self._folder.name), walls()
        self._channel, theirs = socket.socketpair()
        others = 0 if kind == "root" else used()
        most = [self.limits.memory, 2 * self.limits.processes + others, int(self.limits.total)]
        command = [sys.executable, "-I", "-B", str(STUDENT), *map(str, [theirs.fileno(), *most])]
        self._process = psutil.Popen(
            command if kind == "limits" else inside(kind, root, place.user, command),
            env=variables(str(root) if kind == "limits" else HOME),
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._selector = DefaultSelector()
        self._selector.register(self._channel, EVENT_READ)
        self._selector.register(self._process.stdout, EVENT_READ)

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and wait for the reply; close, and raise BrokenError, if there is none."""
        try:
            ticket = secrets.token_hex(8)  # a forged line has none, and an old reply an old one
            self._channel.settimeout(seconds)
            self._channel.sendall(json.dumps(request | {"ticket": ticket}).encode() + b"\n")
            reply = self._reply(time.monotonic() + seconds, seconds)
            if isinstance(reply, dict) and reply.pop("ticket", None) == ticket:
                return reply
            raise ValueError("a reply to nothing that was asked")
        except (BrokenError, OSError, ValueError, RecursionError) as error:
            self.close()
            if isinstance(error, BrokenError):
                raise
            raise BrokenError("broke the line to the grader, or ended its own program") from None

    def _reply(self, deadline: float, seconds: float) -> Any:
        received = bytearray()
        while not received.endswith(b"\n"):
            for key, _ in self._selector.select(POLL):
                block = os.read(key.fd, 2**20)
                if key.fileobj is self._channel:
                    received += block
                    if not block:
                        raise BrokenError("ended its own program (exit, os._exit or a crash)")
                elif block:
                    self._printed += len(block)
                else:
                    self._selector.unregister(key.fileobj)
            self._look(deadline, seconds, len(received))
        return json.loads(received)

    def _look(self, deadline: float, seconds: float, size: int) -> None:
        """End what uses more than it may."""
        if self._stop.is_set():
            raise KeyboardInterrupt
        limits, members = self.limits, self._members()
        if time.monotonic() > deadline:
            raise BrokenError(f"took longer than {seconds:.0f} seconds")
        if self._printed > limits.output:
            raise BrokenError(f"printed more than {limits.output / 2**20:.0f} MB")
        if size > LARGEST_REPLY:
            raise BrokenError(f"returned more than {LARGEST_REPLY / 2**20:.0f} MB")
        if memory_of(members, "rss") > limits.memory and memory_of(members, FAIR) > limits.memory:
            raise BrokenError(f"used more than {limits.memory / 2**30:.1f} GB of memory")
        if len(members) > limits.processes:
            raise BrokenError(f"started more than {limits.processes} processes")

    def _members(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [self._process, *self._process.children(recursive=True)]
        return [self._process]

    def close(self) -> None:
        """End the process with all that it started, and remove its folder."""
        for process in self._members():  # the first takes all others of its namespace with it
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        for open_one in (self._process.stdout, self._channel, self._selector):
            open_one.close()
        self._folder.cleanup()


def memory_of(processes: Iterable[psutil.Process], kind: str) -> int:
    """Add up the memory of processes in bytes: "rss", or "pss", slower, which counts shared pages once."""
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):  # it ended while it was looked at
            total += getattr(process.memory_info() if kind == "rss" else process.memory_full_info(), kind)
    return total
