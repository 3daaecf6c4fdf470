"""What runs behind the walls: a stem that imports once what takes long, and forks a process for each student.

Usage: student.py CONTROL LIFELINE PACKAGE MODULE… (on CONTROL come requests for students, each with three
files: for questions and answers, for output, and a leash). Requests and replies are lines of JSON; arrays are
lists of numbers with their shape. Nothing in here is secret, and nothing that is decided in here counts: the
grader compares.
"""

import asyncio
import ctypes
import gc
import json
import os
import random
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
import types
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

LINUX = sys.platform == "linux"
FILES = 256  # open ones of a process: what lies in pipes and sockets is no process's memory
INSTALLS = re.compile(r"(?:sudo\s+)?(?:\S*python\S*\s+-m\s+)?(?:pip3?|conda|mamba|uv|apt(?:-get)?)\b")
NO_PRIVILEGES, SECCOMP, DROP_BOUND, DUMPABLE, SUBREAPER = 38, 22, 24, 4, 36  # of prctl
NEW_MOUNT, NEW_NAMES, NEW_IPC, NEW_PROCESSES, NEW_NET = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000
BIND = 4096  # of mount
# Calls to the kernel that a notebook does not need, and which keep memory that belongs to no process, or
# messages to others: memfd_create, memfd_secret, shmget, msgget, semget, add_key, request_key, keyctl,
# io_uring_setup, userfaultfd, bpf, perf_event_open. By machine, with the number of its kind.
REFUSED = {
    "x86_64": (0xC000003E, (319, 447, 29, 68, 64, 248, 249, 250, 425, 323, 321, 298)),
    "aarch64": (0xC00000B7, (279, 447, 194, 186, 190, 217, 218, 219, 425, 282, 280, 241)),
}


def main() -> None:
    """Import, then fork for each request, until the grader is gone."""
    control, lifeline = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    sys.path.insert(0, sys.argv[3])
    for name in ["psutil", "IPython.core.interactiveshell", *sys.argv[4:]]:
        import_module(name)
    if LINUX and len(list(Path("/proc/self/task").iterdir())) > 1:
        sys.exit("an import has started threads: no student can be forked from here")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        ready, _, _ = select.select([control.fileno(), lifeline], [], [])
        if lifeline in ready:
            os._exit(0)
        message, files, _, _ = socket.recv_fds(control, 2**16, 3)
        if os.fork() == 0:
            try:
                control.close()
                os.close(lifeline)
                keep(json.loads(message), *files)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        for file in files:
            os.close(file)


def keep(request: dict[str, Any], channel: int, output: int, leash: int) -> None:
    """Fork the student's process within its walls; when it or the leash ends, end all that it started."""
    import psutil

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for file, standard in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (output, 2)):
        os.dup2(file, standard)
    os.close(output)
    if LINUX:
        ask_kernel("prctl", SUBREAPER, 1, 0, 0, 0)
    if request["walls"] != "limits":
        ask_kernel("unshare", NEW_MOUNT | NEW_NAMES | NEW_IPC | NEW_PROCESSES | NEW_NET)
    if (student := os.fork()) == 0:
        os.close(leash)
        serve(request, socket.socket(fileno=channel))
    os.close(channel)
    os.write(leash, b"%d\n" % os.getpid())
    ended = False
    while not ended and not select.select([leash], [], [], 0.2)[0]:
        ended = os.waitpid(student, os.WNOHANG) != (0, 0)
    if not ended:
        os.kill(student, signal.SIGKILL)  # and all of its namespace end with it
        os.waitpid(student, 0)
    while request["walls"] == "limits" and (children := psutil.Process().children(recursive=True)):
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
    os._exit(0)


def ask_kernel(name: str, *arguments: Any) -> None:
    """Call a function of the C library; OSError if it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        raise OSError(number := ctypes.get_errno(), f"{name}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Mount a file system."""
    ask_kernel("mount", *map(os.fsencode, (source, target, kind)), flags, options.encode())


def furnish(user: int, hidden: list[str]) -> None:
    """Give the student's process files of its own: one limited place for its home, /tmp and shared memory."""
    mount("tmpfs", "/student", "tmpfs", options="size=256m,nr_inodes=20k,mode=755")
    for name, place in (("home", ""), ("tmp", "/tmp"), ("shm", "/dev/shm")):
        (path := Path("/student", name)).mkdir()
        os.chown(path, user, user)
        if place:
            mount(str(path), place, "none", BIND)
    for i, path in enumerate(map(Path, hidden)):  # what is read in /tmp
        if (source := Path("/behind", str(i))).is_dir():
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        mount(str(source), str(path), "none", BIND)
    mount("proc", "/proc", "proc")


def drop_rights(user: int) -> None:
    """Become the user, and lose all that root may do."""
    for right in range(64):
        try:
            ask_kernel("prctl", DROP_BOUND, right, 0, 0, 0)
        except OSError:
            break  # the kernel has no more of them
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    ask_kernel("capset", struct.pack("Ii", 0x20080522, 0), bytes(24))
    ask_kernel("prctl", DUMPABLE, 1, 0, 0, 0)


def refuse_calls() -> None:
    """Let the kernel refuse what is listed above, and rights that a program might give."""
    ask_kernel("prctl", NO_PRIVILEGES, 1, 0, 0, 0)
    kind, numbers = REFUSED.get(os.uname().machine, (0, ()))
    if not kind:
        return
    load, equal, above, give = 0x20, 0x15, 0x35, 0x06
    no, yes = 0x50000 | 38, 0x7FFF0000  # 38: there is no such call
    steps = [(load, 0, 0, 4), (equal, 1, 0, kind), (give, 0, 0, no), (load, 0, 0, 0)]
    steps += [(above, len(numbers) + 1, 0, 0x40000000)]  # another numbering of the same calls
    steps += [(equal, len(numbers) - i, 0, number) for i, number in enumerate(numbers)]
    steps += [(give, 0, 0, yes), (give, 0, 0, no)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    filters = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
    ask_kernel("prctl", SECCOMP, 2, filters, 0, 0)


def limit(memory: int, processes: int, seconds: int) -> None:
    """Set the limits that the kernel keeps, for this process and all that it starts."""
    wanted = {"NPROC": processes, "CORE": 0, "FSIZE": 100 * 2**20, "CPU": seconds, "NOFILE": FILES}
    wanted["DATA" if LINUX else "AS"] = memory
    for name, value in wanted.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def serve(request: dict[str, Any], channel: socket.socket) -> None:
    """Put up the walls, then answer requests until the grader ends this process."""
    home = request["home"]
    if request["walls"] != "limits":
        furnish(request["user"], request["hidden"])
        drop_rights(request["user"])
    if LINUX:
        refuse_calls()
    limit(*request["limits"])
    os.environ["HOME"] = os.environ["TMPDIR"] = home
    os.chdir(home)
    sys.path.insert(1, "")
    tempfile.tempdir = None
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    channel.set_inheritable(False)
    shell, loop = start(), asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    channel.sendall(b"ready\n")
    for line in channel.makefile("rb"):
        channel.sendall(loop.run_until_complete(reply(shell, json.loads(line))) + b"\n")
    os._exit(0)


async def reply(shell: Any, request: dict[str, Any]) -> bytes:
    """Do what is asked, and put it or what it raises in a line."""
    ticket = {"ticket": request["ticket"]}
    try:
        return json.dumps(ticket | {"value": await answer(shell, request)}).encode()
    except BaseException as error:
        try:
            described = {"type": type(error).__name__, "message": str(error)[:1000]}
            return json.dumps(ticket | {"error": described}).encode()
        except BaseException:
            described = {"type": "Error", "message": "an error that cannot be put in words"}
            return json.dumps(ticket | {"error": described}).encode()


def start() -> Any:
    """Start IPython, whose magics and top-level await a notebook may use, as it is in a kernel."""
    from IPython.core import page
    from IPython.core.error import UsageError
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        """A shell without windows, files of its own, and installations; magics that it lacks cost nothing."""

        def enable_gui(self, gui: Any = None) -> None:
            pass

        def enable_matplotlib(self, gui: Any = None) -> tuple[Any, str]:
            return gui, "agg"

        def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
            if INSTALLS.match(magic_name):
                return self.system(f"{magic_name} {line}")
            try:
                return super().run_line_magic(magic_name, line, _stack_depth + 1)
            except UsageError as error:
                return print(error)

        def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
            try:
                return super().run_cell_magic(magic_name, line, cell)  # type: ignore[no-untyped-call]
            except UsageError as error:
                return print(error)

        def system(self, cmd: str) -> None:
            code = 0
            if INSTALLS.match(cmd):
                print("Nothing is installed here: there is no network.")
            else:
                expanded = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]
                code = subprocess.call(expanded, shell=True)
            self.user_ns["_exit_code"] = code

    HistoryManager.enabled = False  # type: ignore[assignment]
    shell = Shell.instance(user_module=types.ModuleType("__main__"))
    pager = page.as_hook(page.display_page)  # type: ignore[no-untyped-call]
    shell.set_hook("show_in_pager", pager, 90)  # type: ignore[no-untyped-call]
    sys.modules["__main__"] = shell.user_module
    return shell


async def answer(shell: Any, request: dict[str, Any]) -> Any:
    """Run one cell, define anew what is locked, or call one function; raise what it raises."""
    from lecture9_utils.checks import plain

    if request["do"] == "run":
        source, trouble = request["source"], None
        try:
            source = shell.transform_cell(source)
        except Exception:
            trouble = sys.exc_info()
        how = {"transformed_cell": source, "preprocessing_exc_tuple": trouble}
        return (await shell.run_cell_async(request["source"], **how)).raise_error()
    if request["do"] == "define":
        exec(compile(request["source"], "<locked cells>", "exec"), shell.user_ns)
        return None
    if (name := request["name"]) not in shell.user_ns:
        raise NameError(f"there is no function {name}")
    return packed(plain(shell.user_ns[name](*unpacked(request["arguments"]))))


def packed(value: Any) -> Any:
    """Write plain data, as of `lecture9_utils.checks.plain`, in a form that JSON knows."""
    if isinstance(value, list):
        return [packed(item) for item in value]
    if isinstance(value, dict):
        return {"dict": [[packed(key), packed(item)] for key, item in value.items()]}
    if isinstance(value, (tuple, set)):  # a key or a member; members in the same order in every process
        members = sorted(value, key=repr) if isinstance(value, set) else value
        return {type(value).__name__: [packed(item) for item in members]}
    if hasattr(value, "tolist"):
        return {"array": value.tolist(), "shape": list(value.shape)}
    return {"no data": value.kind} if hasattr(value, "kind") else value


def unpacked(value: Any) -> Any:
    """Read what `packed` wrote; whoever wrote it, data come out.

    Raises
    ------
    ValueError, TypeError, KeyError
        If it is something else.
    """
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    if not isinstance(value, dict):
        return value
    from numpy import array

    from lecture9_utils.checks import NoData, plain

    if "dict" in value:
        return plain({unpacked(key): unpacked(item) for key, item in value["dict"]})
    if "tuple" in value:
        return tuple(unpacked(item) for item in value["tuple"])
    if "set" in value:
        return plain({unpacked(item) for item in value["set"]})
    if "array" in value:
        return plain(array(value["array"]).reshape([int(size) for size in value["shape"]]))
    return NoData(str(value["no data"])[:80])


if __name__ == "__main__":
    main()
