"""What runs inside a student's process: it executes cells and calls functions for the grader.

Usage: student.py SOCKET MEMORY PROCESSES SECONDS. Requests and replies are lines of JSON; arrays are lists of
numbers with their shape. Nothing in here is secret, and nothing that is decided in here counts: the grader
compares.
"""

import json
import os
import resource
import socket
import sys
import types
from pathlib import Path
from typing import Any


def limit(memory: int, processes: int, seconds: int) -> None:
    """Set the limits that the kernel keeps, for this process and all that it starts."""
    wanted = {"NPROC": processes, "CORE": 0, "FSIZE": 100 * 2**20, "CPU": seconds}
    wanted["DATA" if sys.platform == "linux" else "AS"] = memory
    for name, value in wanted.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def main() -> None:
    """Answer requests until the grader ends this process."""
    limit(*map(int, sys.argv[2:]))
    os.chdir(Path.home())
    sys.path.insert(1, "")
    channel = socket.socket(fileno=int(sys.argv[1]))
    channel.set_inheritable(False)
    shell = start()
    for line in channel.makefile("rb"):
        request = json.loads(line)
        ticket = {"ticket": request["ticket"]}
        try:
            reply = json.dumps(ticket | {"value": answer(shell, request)})
        except BaseException as error:
            described = {"type": type(error).__name__, "message": str(error)[:1000]}
            reply = json.dumps(ticket | {"error": described})
        channel.sendall(reply.encode() + b"\n")


def start() -> Any:
    """Start IPython, whose magics and top-level await a notebook may use, without files of its own."""
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    HistoryManager.enabled = False  # type: ignore[assignment]
    shell = InteractiveShell.instance(user_module=types.ModuleType("__main__"))
    sys.modules["__main__"] = shell.user_module
    return shell


def answer(shell: Any, request: dict[str, Any]) -> Any:
    """Run one cell, or call one function of the student's; raise what it raises."""
    from lecture9_utils.checks import plain

    if request["do"] == "run":
        return shell.run_cell(request["source"], store_history=False).raise_error()
    if (name := request["name"]) not in shell.user_ns:
        raise NameError(f"there is no function {name}")
    return packed(plain(shell.user_ns[name](*unpacked(request["arguments"]))))


def packed(value: Any) -> Any:
    """Write plain data, as of `lecture9_utils.checks.plain`, in a form that JSON knows."""
    if isinstance(value, list):
        return [packed(item) for item in value]
    if isinstance(value, dict):
        return {"dict": [[packed(key), packed(item)] for key, item in value.items()]}
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
        return {plain(unpacked(key)): unpacked(item) for key, item in value["dict"]}
    if "array" in value:
        return plain(array(value["array"]).reshape([int(size) for size in value["shape"]]))
    return NoData(str(value["no data"])[:80])


if __name__ == "__main__":
    main()
