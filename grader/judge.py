"""A process of the grader's own for each student, within limits: it reads what was handed in, and compares.

Whatever a notebook or a value does to it, the class goes on: a person is told.
"""

import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from grader.assignment import Assignment, UnreadableError
from grader.grading import Result, grade
from grader.sandbox import PATIENCE, POLL, PYTHON, Place, adopt, door
from grader.submissions import Handed, Submission, arrange, choose
from tools.command import ROOT

MEMORY = 3 * 2**29  # bytes
PROCESSOR = 300  # seconds
LARGEST_RESULT = 2 * 2**20  # bytes


class JudgeError(Exception):
    """The process ended without a result; the message says how, for a person."""


class Orphan:
    """Is set when the process that has started this one is gone."""

    def __init__(self) -> None:
        self._parent = os.getppid()

    def is_set(self) -> bool:
        """Tell whether it is time to stop."""
        return os.getppid() != self._parent


def read(assignment: Assignment, files: list[Handed], place: Place) -> Submission:
    """Read one student's files in a process of its own; raise UnreadableError if there is no notebook."""
    return Submission(**apart("read", assignment, files, place))


def judge(assignment: Assignment, submission: Submission | list[Handed], place: Place) -> Result:
    """Grade one student in a process of its own: a submission, or the files here."""
    return Result.of(apart("grade", assignment, submission, place))


def apart(task: str, *job: Any) -> dict[str, Any]:
    """Start the process, hand it a job, and wait for what comes of it."""
    assignment, _, place = job
    way = door(assignment.kit) if task == "grade" else None
    ours, theirs = os.pipe()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as order, DefaultSelector() as selector:
        pickle.dump((task, job, way), order)
        order.seek(0)
        process = subprocess.Popen(
            [str(PYTHON), "-m", "grader.judge", str(theirs)],
            cwd=ROOT,
            stdin=order,
            stdout=said,
            stderr=subprocess.STDOUT,
            pass_fds=[theirs, *([way.control] if way else [])],
            start_new_session=True,
        )
        os.close(theirs)
        selector.register(ours, EVENT_READ)
        try:
            content = gathered(ours, selector, place)
        finally:
            process.kill()
            code = process.wait()
            os.close(ours)
        if not content:
            said.seek(0)
            last = said.read()[-500:].decode(errors="replace").strip().rpartition("\n")[2]
            raise JudgeError(f"reading or comparing came to no end ({last or f'exit code {code}'})")
    result = json.loads(content)
    if "unreadable" in result:
        raise UnreadableError(result["unreadable"])
    return dict(result["result"])


def gathered(file: int, selector: DefaultSelector, place: Place) -> bytes:
    """Read all that comes from a process until its end; nothing if it takes too long or says too much."""
    content, end = bytearray(), time.monotonic() + place.limits.total + PATIENCE
    while time.monotonic() < end and len(content) < LARGEST_RESULT:
        if place.stop.is_set():
            raise KeyboardInterrupt
        if selector.select(POLL):
            if not (block := os.read(file, 2**20)):
                return bytes(content)
            content += block
    return b""


def main() -> None:
    """Do the job."""
    (task, (assignment, subject, place), way) = pickle.load(sys.stdin.buffer)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    if way:
        adopt(way)
    place = Place(place.limits, place.user, Orphan())
    try:
        if not isinstance(subject, Submission):
            subject = arrange(assignment, *choose(assignment, subject))
        result = subject if task == "read" else grade(assignment, subject, place)
        content: dict[str, Any] = {"result": asdict(result)}
    except UnreadableError as error:
        content = {"unreadable": str(error)}
    with os.fdopen(int(sys.argv[1]), "w") as file:
        file.write(json.dumps(content))


if __name__ == "__main__":
    main()
