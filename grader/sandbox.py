"""A process of its own for a student's code, with walls around it.

It is forked from a *stem*, a process that has imported what students use and knows nothing else. On Linux the
walls are namespaces: no network, processes that end with the first one, and a file system that holds only
Python, a copy of this package without the answers and an empty folder: neither the assignment's source nor
other submissions. As root the code runs as a user without rights. Elsewhere there are only limits; `WALLS`
says what there is.
"""

import ast
import atexit
import json
import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Lock
from typing import Any, Protocol

import psutil

import lecture9_utils
from tools.command import ROOT, RefusedError


def firm(path: str) -> Path:
    """Return a path that holds wherever one stands; a link at its end stays one."""
    return Path(path).parent.resolve() / Path(path).name


PYTHON, STUDENT = firm(sys.executable), firm(__file__).with_name("student.py")
PACKAGE = firm(lecture9_utils.__file__).parent
SYSTEM = (Path("/bin"), Path("/sbin"), Path("/lib"), Path("/lib64"))
HOME = "/student/home"
# What is loaded for all of them would warn the instructor that home and /dev/shm cannot be written to.
UNWARNED = dict.fromkeys(("MPLCONFIGDIR", "XDG_CACHE_HOME"), "/tmp") | {"JOBLIB_MULTIPROCESSING": "0"}
FIRST_USER = 64000
POLL = 0.1  # seconds
PATIENCE = 600.0  # seconds to wait for what is the grader's own, however busy the machine is
FAIR = "pss" if sys.platform == "linux" else "rss"
LARGEST_REPLY = 4 * 2**20  # bytes
MOST_FILES = 1024  # open ones of a student's processes together
NOWHERE = "http://127.0.0.1:9"  # a proxy that refuses: for where the network cannot be cut off
SHARERS = (b"/dev/zero", b"/memfd:", b"/SYSV")
SHARED = re.compile(r"^(\w+)-(\w+) \S+ \S+ (\S+ \d+) +(?:/dev/zero|/memfd:|/SYSV)", re.M)
OFF = "of lecture9_utils is switched off here: it is what you are asked to write"


@dataclass(frozen=True)
class Limits:
    """What a submission may use; time is in seconds, the rest in bytes."""

    cell: float = 60.0
    call: float = 30.0
    total: float = 600.0
    processor: float = 300.0  # of all its processes together; the others are of the clock
    memory: int = 2 * 2**30
    output: int = 10 * 2**20
    processes: int = 64


DEFAULT = Limits()


class Stop(Protocol):
    """Says when all waiting ends."""

    def is_set(self) -> bool:
        """Tell whether it is time."""


@dataclass(frozen=True)
class Place:
    """Where a student's process runs: within limits, beside others, until a person interrupts."""

    limits: Limits = DEFAULT
    user: int = FIRST_USER  # if you are root: one without rights or a name, another for each student
    stop: Stop = field(default_factory=Event)  # when it is set all waiting ends

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out on the way to another process or machine what is of this one."""
        return Place, (self.limits, self.user)


@dataclass(frozen=True)
class Kit:
    """What the students' processes of an assignment have."""

    modules: tuple[str, ...] = ()  # imported for all of them, once
    without: tuple[str, ...] = ()  # the package's functions that students write, as "pad" or "Class.method"
    locked: str = ""  # the locked cells, whose data are made ready


class BrokenError(Exception):
    """The student's process ended or was ended; the message says why, in words for a person."""


class LateError(BrokenError):
    """It took longer than it may."""


class SandboxError(Exception):
    """The grader could not start a process; no student is to blame."""


@cache
def walls() -> str:
    """Find out which walls this machine has: "root", "user" (both namespaces) or "limits"."""
    more = ["--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child"]
    become = ["setpriv", "--reuid", str(FIRST_USER), "--regid", str(FIRST_USER), "--clear-groups"]
    tries = {"root": become} if os.geteuid() == 0 else {}
    for kind, rights in (tries | {"user": []}).items() if sys.platform == "linux" else ():
        with tempfile.TemporaryDirectory() as folder, suppress(OSError):
            command = inside(kind, Path(folder), {}, [*rights, "/bin/sh", "-c", "echo ready"], more)
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


def bindings(more: Mapping[Path, Path]) -> dict[Path, Path]:
    """List what the students' processes can read, by the place where they find it: Python, and more."""
    wanted = [Path("/usr"), Path("/etc"), *(Path(base).resolve() for base in (sys.base_prefix, sys.prefix))]
    places = {path: path for path in [*wanted, STUDENT, *(path for path in SYSTEM if not path.is_symlink())]}
    places = {path: path for path in places if path.exists() and not set(places) & set(path.parents)}
    return {**places, **more}


def inside(
    kind: str, root: Path, shown: Mapping[Path, Path], command: Iterable[str], more: Iterable[str] = ()
) -> list[str]:
    """Return the command line that runs a command in a small file system made in an empty folder."""
    q = shlex.quote
    lines = ["set -e", f"r={q(str(root))}"]
    lines += ['mount -t tmpfs -o size=16m,nr_inodes=20k,mode=755 tmpfs "$r"']
    lines += ['mkdir "$r/dev" "$r/dev/shm" "$r/proc" "$r/student" "$r/tmp" "$r/behind"']
    # For what looks for a /tmp when it is imported; each student has another one above it.
    lines += ['mount -t tmpfs -o size=16m,nr_inodes=20k,mode=755 tmpfs "$r/tmp"']
    devices = [Path("/dev", name) for name in ("null", "zero", "random", "urandom")]
    bound = bindings(shown)
    behind = {Path("/behind", str(i)): bound[place] for i, place in enumerate(hidden(shown))}
    for place, path in (bound | behind | {device: device for device in devices}).items():
        here, parent = (f'"$r"{q(str(where))}' for where in (place, place.parent))
        lines += [f"mkdir -p {here}" if path.is_dir() else f"mkdir -p {parent}; touch {here}"]
        lines += [f"mount --bind {q(str(path))} {here}"]
        lines += [] if path in devices else [f"mount -o remount,bind,ro {here}"]
    lines += [f'ln -s {q(str(link.readlink()))} "$r"{link}' for link in SYSTEM if link.is_symlink()]
    lines += ['mount --rbind /proc "$r/proc"', 'mount -o remount,bind,ro "$r"']
    lines += [f'exec chroot "$r" {shlex.join(command)}']
    namespaces = ["--mount", *([] if kind == "root" else ["--user", "--map-root-user"]), *more]
    return ["unshare", *namespaces, "/bin/sh", "-c", "\n".join(lines)]


def hidden(shown: Mapping[Path, Path]) -> list[Path]:
    """List the places that a /tmp of a student's own would hide."""
    return [place for place in bindings(shown) if Path("/tmp") in place.parents]


def used() -> int:
    """Count the processes and threads that the kernel counts for this user already."""
    mine = [p for p in psutil.process_iter(["uids", "num_threads"]) if p.info["uids"]]
    return sum(p.info["num_threads"] or 1 for p in mine if p.info["uids"].real == os.getuid())


def variables(home: str) -> dict[str, str]:
    """Return all environment variables of the students' processes."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    proxies = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    places = {"PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", "HOME": home}
    rest = {"LANG": "C.UTF-8", "MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3", "LECTURE9_STATIC": "1"}
    return places | rest | dict.fromkeys(threads, "1") | dict.fromkeys(proxies, NOWHERE)


def without(package: Path, names: Collection[str]) -> None:
    """Take the bodies of functions and methods out of a package's files; called, they refuse."""
    for path in package.rglob("*.py"):
        lines = path.read_text("utf-8").splitlines()
        for name, function in reversed(list(functions(ast.parse("\n".join(lines))))):
            if name in names:
                first, *rest = function.body
                described = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and rest
                begin = (rest[0] if described else first).lineno - 1
                refusal = f'raise RuntimeError("{function.name} {OFF}")'
                lines[begin : function.end_lineno] = [" " * first.col_offset + refusal]
        path.write_text("\n".join(lines) + "\n", "utf-8")


def functions(tree: ast.Module) -> Iterable[tuple[str, ast.FunctionDef]]:
    """Go through the functions of a module and the methods of its classes, by their names."""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        before = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        yield from ((before + one.name, one) for one in inner if isinstance(one, ast.FunctionDef))


@dataclass(frozen=True)
class Door:
    """Where to ask a stem for a student's process, also from a process that has inherited the file."""

    control: int
    walls: str
    hidden: tuple[str, ...]


class Stem:
    """The process from which students' processes are forked."""

    def __init__(self, kit: Kit):
        if walls() != "limits" and (seen := set(bindings({})) & {ROOT, *ROOT.parents}):
            said = f"{min(seen)} holds Python, so students' code can read all of it, and this repository too"
            raise RefusedError(f"{said}: move the repository, or make the environment elsewhere")
        self._files = tempfile.TemporaryDirectory(prefix="lecture9-", ignore_cleanup_errors=True)
        folder = Path(self._files.name).resolve()
        root, cache, package = folder / "root", folder / "cache", folder / "package" / PACKAGE.name
        for path in (root, cache):
            path.mkdir()
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "real"))
        home = str(root) if walls() == "limits" else HOME
        self._environment = variables(home) | {"LECTURE9_CACHE": str(cache)}  # by which it is known
        # What the locked cells load is made while the package is whole, and found in the cache then.
        begin = f"import sys; sys.path.insert(0, {str(package.parent)!r})\n"
        run = [str(PYTHON), "-I", "-B", "-c", begin + kit.locked]
        made = subprocess.run(run, env=self._environment, cwd=folder, stdin=subprocess.DEVNULL, **TOGETHER)
        if made.returncode:
            raise SandboxError(f"the locked cells fail here: {made.stdout.decode(errors='replace')[-300:]}")
        without(package, kit.without)
        shown = {package: package, PACKAGE: package, cache: cache}
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        lifeline, self._lifeline = os.pipe()
        files = [theirs.fileno(), lifeline]
        run = [str(PYTHON), "-I", "-B", str(STUDENT), *map(str, files), str(package.parent)]
        run += kit.modules if sys.platform == "linux" else ()  # elsewhere a fork may break what is loaded
        self._process = psutil.Popen(
            run if walls() == "limits" else inside(walls(), root, shown, run),
            env=self._environment if walls() == "limits" else self._environment | UNWARNED,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=files,
            start_new_session=True,
        )
        theirs.close()
        os.close(lifeline)
        self.door = Door(self._control.fileno(), walls(), tuple(map(str, hidden(shown))))

    def lives(self) -> bool:
        """Tell whether students can be forked."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it with all that came from it."""
        os.close(self._lifeline)
        self._control.close()
        self._process.wait()
        left = psutil.process_iter(["environ"]) if walls() == "limits" else ()
        for process in left:
            if (process.info["environ"] or {}).get("LECTURE9_CACHE") == self._environment["LECTURE9_CACHE"]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        self._files.cleanup()


TOGETHER: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
_stems: dict[Kit, Stem] = {}
_lock = Lock()
_adopted: list[Door] = []  # of the process that has started this one


def adopt(door: Door) -> None:
    """Use the stem of the process that has started this one."""
    _adopted.append(door)


def door(kit: Kit) -> Door:
    """Return the way to a stem for this kit, which is started if there is none."""
    if _adopted:
        return _adopted[-1]
    with _lock:
        if kit not in _stems or not _stems[kit].lives():
            _stems[kit] = Stem(kit)
            atexit.register(_stems[kit].close)
        return _stems[kit].door


class Sandbox:
    """One student's process: it runs cells and calls functions, and sends back plain data."""

    def __init__(self, place: Place, kit: Kit):
        self.limits, self._stop = place.limits, place.stop
        self._printed, self._shown, self._looked = 0, b"", 0.0
        self._keeper: psutil.Process | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="lecture9-", ignore_cleanup_errors=True)
        self._channel, channel = socket.socketpair()
        self._leash, leash = socket.socketpair()
        self._output, output = os.pipe()
        way = door(kit)
        others = 0 if way.walls == "root" else used()
        limits = self.limits
        most = [limits.memory, 2 * limits.processes + others, int(limits.processor)]
        request: dict[str, Any] = {"walls": way.walls, "hidden": way.hidden, "limits": most}
        request |= {"user": place.user if way.walls == "root" else 0}
        request |= {"home": self._folder.name if way.walls == "limits" else HOME}
        self._selector = DefaultSelector()
        for file in (self._channel, self._leash, self._output):
            self._selector.register(file, EVENT_READ)
        try:
            try:
                with socket.fromfd(way.control, socket.AF_UNIX, socket.SOCK_DGRAM) as control:
                    files = [channel.fileno(), output, leash.fileno()]
                    socket.send_fds(control, [json.dumps(request).encode()], files)
            finally:  # else `close` would wait for these ends
                for file in (channel, leash):
                    file.close()
                os.close(output)
            self._selector.unregister(self._channel)
            self._keeper = psutil.Process(int(self._line(PATIENCE, "")))
            self._selector.unregister(self._leash)
            self._selector.register(self._channel, EVENT_READ)
            self._line(PATIENCE, "")
        except (BrokenError, OSError, ValueError, psutil.Error) as error:
            self.close()
            said = self._shown.decode(errors="replace").strip()[-300:]
            raise SandboxError(f"no process could be started for a student: {said or error}") from None

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and wait for the reply; close, and raise BrokenError, if there is none."""
        try:
            ticket = secrets.token_hex(8)  # a forged line has none, and an old reply an old one
            self._channel.settimeout(seconds)
            self._channel.sendall(json.dumps(request | {"ticket": ticket}).encode() + b"\n")
            reply = json.loads(self._line(seconds, f"took longer than {seconds:.0f} seconds"))
            if isinstance(reply, dict) and reply.pop("ticket", None) == ticket:
                return reply
            raise ValueError("a reply to nothing that was asked")
        except (BrokenError, OSError, ValueError, RecursionError) as error:
            self.close()
            if isinstance(error, BrokenError):
                raise
            raise BrokenError("broke the line to the grader, or ended its own program") from None

    def _line(self, seconds: float, late: str) -> bytes:
        """Wait for a line; what has come as a whole counts before any limit does."""
        received, deadline = bytearray(), time.monotonic() + seconds
        while True:
            over = time.monotonic() > deadline  # looked at before what has come is read
            for key, _ in self._selector.select(0 if over else POLL):
                block = os.read(key.fd, 2**20)
                if key.fd == self._output:
                    self._printed += len(block)
                    self._shown = (self._shown + block)[-2000:]
                    if not block:
                        self._selector.unregister(key.fileobj)
                    continue
                received += block
                if not block:
                    raise BrokenError("ended its own program (exit, os._exit or a crash)")
            if received.endswith(b"\n"):
                return bytes(received)
            if over:
                raise LateError(late)
            self._look(len(received))

    def _look(self, size: int) -> None:
        """End what uses more than it may; it takes a while, and is not done too often."""
        if self._stop.is_set():
            raise KeyboardInterrupt
        if time.monotonic() < self._looked + POLL:
            return
        self._looked = time.monotonic()
        limits, members = self.limits, self._members()
        if self._printed > limits.output:
            raise BrokenError(f"printed more than {limits.output / 2**20:.0f} MB")
        if size > LARGEST_REPLY:
            raise BrokenError(f"returned more than {LARGEST_REPLY / 2**20:.0f} MB")
        shared = shared_by(members)
        if sum_of(members, "rss") + shared > limits.memory < sum_of(members, FAIR) + shared:
            raise BrokenError(f"used more than {limits.memory / 2**30:.1f} GB of memory")
        if len(members) > limits.processes:
            raise BrokenError(f"started more than {limits.processes} processes")
        if sum_of(members, "files") > MOST_FILES:
            raise BrokenError(f"opened more than {MOST_FILES} files")
        if sum_of(members, "seconds") > limits.processor:
            raise BrokenError(f"used more than {limits.processor:.0f} seconds of processor time")

    def _members(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return self._keeper.children(recursive=True) if self._keeper else []
        return []

    def close(self) -> None:
        """End the process with all that it started, and remove its folder."""
        for process in self._members():  # the first takes all others of its namespace with it
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                process.kill()
        with suppress(OSError):
            self._leash.shutdown(socket.SHUT_WR)
            self._leash.settimeout(PATIENCE)
            while self._leash.recv(100):
                pass
        self._selector.close()
        self._channel.close()
        self._leash.close()
        os.close(self._output)
        self._folder.cleanup()


def sum_of(processes: Iterable[psutil.Process], what: str) -> float:
    """Add up what processes use.

    That is memory in bytes, "rss" or "pss", slower, which counts shared pages once; open "files"; or
    "seconds" of processor time, with those of their children that have ended.
    """
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):  # it ended while it was looked at
            if what == "seconds":
                total += sum(process.cpu_times()[:4])
            elif what == "files":
                total += process.num_fds()
            else:
                memory = process.memory_info() if what == "rss" else process.memory_full_info()
                total += getattr(memory, what)
    return total


def shared_by(processes: Iterable[psutil.Process]) -> int:
    """Add up the bytes of shared memory that processes have mapped, whether they have touched it or not."""
    found: dict[str, int] = {}
    for process in processes if sys.platform == "linux" else ():
        with suppress(OSError):
            maps = Path(f"/proc/{process.pid}/maps").read_bytes()
            lines = maps.decode(errors="replace") if any(kind in maps for kind in SHARERS) else ""
            for begin, end, name in SHARED.findall(lines):
                found[name] = max(found.get(name, 0), int(end, 16) - int(begin, 16))
    return sum(found.values())
