"""Grade one submission: run it behind walls, call its functions, and compare what they return out here."""

import platform
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.assignment import Assignment, Part
from grader.sandbox import BrokenError, LateError, Place, Sandbox, SandboxError
from grader.student import packed, unpacked
from grader.submissions import Submission
from lecture9_utils.checks import CheckFailedError, NoData, judged, plain

MOST_DEATHS = 8  # so many cells and functions may break before the rest of a submission is not run
PATIENCE = 2  # so often a function may take too long before it is not called any more
LARGEST_VALUE = 64 * 2**20  # bytes that a value may take when it is compared
COMPARE = 10.0  # processor seconds that reading and comparing what a test calls for may take
MOST, LONGEST = 100, 1000  # flags and errors, and characters of one: who reads on
MOST_CODE = 20_000  # characters of a cell that a person is shown
UNSEEN = "its test was not run"
BESIDE = "right alone, but wrong beside other calls: does the function keep or change what others use?"
OURS = "the grader could not run a cell of its own: this is no fault of yours, and a person looks at it"
OBJECTS, UNWRITTEN = "returns objects instead of data", "not written, or a left-over NotImplementedError"


@dataclass
class Outcome:
    """What became of one part."""

    points: float
    message: str = ""  # why points are lost, for the student; it says nothing of hidden tests
    cause: str = ""  # OBJECTS or UNWRITTEN, where that is why
    detail: str = ""  # what a hidden test called, expected and received: for the teacher only


@dataclass
class Result:
    """What became of one submission; `failed` if the grader itself did, and a person has to look."""

    outcomes: dict[str, Outcome]
    written: dict[str, str]
    flags: list[str]
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    failed: bool = False
    late: bool = False  # whether it ran out of time, for which others can be the reason
    code: list[str] = field(default_factory=list)  # the student's own cells, in order

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Result":
        """Make it from its fields as plain data."""
        return cls(**data | {"outcomes": {key: Outcome(**one) for key, one in data["outcomes"].items()}})


class GaveUpError(BaseException):
    """A submission has used up its time or its lives; no test may catch this."""


class RemoteError(Exception):
    """A student's function raised, or its process broke."""


class Session:
    """A student's process that is started again, with all that ran so far, when it breaks."""

    def __init__(self, assignment: Assignment, place: Place):
        self.assignment, self.place, self.limits = assignment, place, place.limits
        self.end = time.monotonic() + self.limits.total
        self.done: list[str] = []
        self.flags: list[str] = []
        self.deaths: set[str] = set()  # the cells and functions that broke the process
        self.lates: Counter[str] = Counter()  # and those that took too long, and how often
        self.slow: set[str] = set()  # the cells that did so in an earlier run
        self.locked: list[str] = []  # what locked cells that were run define
        self.about = ""  # what the test says that it is about
        self.cause = ""  # what the last call was like, as of `Outcome`
        self.sandbox: Sandbox | None = None

    def ask(self, request: dict[str, Any], seconds: float, where: str) -> dict[str, Any]:
        """Ask the student's process, which is started if there is none, also after a BrokenError."""
        sandbox = self.sandbox or self.start()
        try:
            reply = sandbox.ask(request, self.within(seconds))
        except BrokenError as broken:
            self.sandbox = None
            self.deaths.add(where)
            self.lates[where] += isinstance(broken, LateError)
            self.flags.append(f"{where} {broken}")
            raise
        kind = in_words(reply)[0]
        if kind == "MemoryError":
            self.flags.append(f"{where} asked for more than {self.limits.memory / 2**30:.1f} GB of memory")
        elif kind in ("SyntaxError", "IndentationError", "SystemExit") and request["do"] == "run":
            self.flags.append(f"{where} ends with a {kind}")
        return reply

    def within(self, seconds: float) -> float:
        """Return the time that is left, at most so many seconds."""
        left = self.end - time.monotonic()
        if left > 0 and len(self.deaths) <= MOST_DEATHS:
            return min(seconds, left)
        why = f"has more than {MOST_DEATHS} cells and functions that broke it"
        if left <= 0:
            self.lates["all"] += 1
            why = f"took longer than {self.limits.total:.0f} seconds in all"
        raise GaveUpError(f"the submission {why}: the rest was not run")

    def start(self) -> Sandbox:
        """Start the process and run again what ran before; what breaks it now is left out."""
        self.sandbox = Sandbox(self.place, self.assignment.kit)
        for source in list(self.done):
            try:
                self.sandbox.ask({"do": "run", "source": source}, self.within(self.limits.cell))
            except BrokenError:
                self.done.remove(source)
                self.deaths.add(source)
                return self.start()
        return self.sandbox

    def run(self, source: str, where: str) -> str:
        """Run a cell; return its error in words, or nothing."""
        if where in self.slow:
            return f"{where} took longer than {self.limits.cell:.0f} seconds"
        try:
            reply = self.ask({"do": "run", "source": source}, self.limits.cell, where)
        except BrokenError as broken:
            return f"{where} {broken}"
        self.done.append(source)
        if where in self.assignment.locked:
            self.locked.append(self.assignment.definitions[where])
        kind, message = in_words(reply)
        return f"{where}: {kind}: {message}" if kind else ""

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a student's function; raise NotImplementedError if it does, RemoteError for all else."""
        self.cause = ""
        request = {"do": "call", "name": name, "arguments": packed(plain(list(arguments)))}
        if self.lates[f"{name}()"] >= PATIENCE:
            limit = f"{self.limits.call:.0f} seconds"
            raise RemoteError(f"{name} took longer than {limit} before, and was not called again")
        try:
            reply = self.ask(request, self.limits.call, f"{name}()")
        except BrokenError as broken:
            raise RemoteError(f"{name} {broken}") from None
        kind, message = in_words(reply)
        if kind == "NotImplementedError":
            self.cause = UNWRITTEN
            raise NotImplementedError(message)
        if kind:
            raise RemoteError(f"{name} raised {kind}: {message}")
        try:
            value = unpacked(reply["value"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError, MemoryError):
            raise RemoteError(f"{name} returned something that is no data") from None
        if objects := sorted(set(kinds_in(value)))[:9]:
            self.cause = OBJECTS
            raise RemoteError(f"{name} returned an object of type {', '.join(objects)} instead of data")
        if size(value) > LARGEST_VALUE:
            raise RemoteError(f"{name} returned more than {LARGEST_VALUE / 2**20:.0f} MB to compare")
        return value

    def check(self, *arguments: Any, about: str = "", hint: str = "", **wanted: Any) -> None:
        """Stand for `l9.check` in a test, and remember what it is about."""
        self.about = f"{about}\n  To try next: {hint}" if hint else about
        judged(*arguments, about=about, hint=hint, **wanted)

    def test(self, part: Part) -> Outcome:
        """Run a part's tests out here; they see NumPy, the checks, and the student's functions, far away."""
        self.about = self.cause = ""
        names: dict[str, Any] = {"np": np, "l9": SimpleNamespace(check=self.check), "print": lambda *_: None}
        for name in self.assignment.functions:
            names[name] = partial(self.call, name)
            names[name].__name__ = name
        with suppress(BrokenError):  # it is started again for the test
            self.ask({"do": "define", "source": "\n".join(self.locked)}, self.limits.cell, part.name)
        for source, hidden in ((part.visible, False), (part.hidden, True)):
            try:
                with limited(COMPARE):
                    exec(compile(source, f"<test {part.name}>", "exec"), names)
                continue
            except CheckFailedError as failure:
                message, about = str(failure), failure.about
            except (RemoteError, NotImplementedError, AssertionError) as failure:
                message = "\n".join([str(failure), *getattr(failure, "__notes__", [])])
                about = self.about or "it raises an error on a case that is not shown"
            except Exception as error:  # what was returned is not what the test can read
                about = f"what the function returns has the wrong form ({type(error).__name__})"
                message = "\n".join([about, *getattr(error, "__notes__", [])])
                about += f": {self.about}" if self.about else ""
            shown, detail = (f"a hidden test fails: {about}", message) if hidden else (message, "")
            return Outcome(0, shown, self.cause, detail)
        return Outcome(part.points)

    def close(self) -> None:
        """End the process."""
        if self.sandbox is not None:
            self.sandbox.close()


def in_words(reply: dict[str, Any]) -> tuple[str, str]:
    """Return the kind and message of the error in a reply, as the student's process tells it."""
    error = reply.get("error")
    if not isinstance(error, dict):
        return "Error" if error else "", ""
    return str(error.get("type"))[:80], str(error.get("message"))[:500]


def kinds_in(value: Any) -> Iterator[str]:
    """Name the types of what in a value is no data."""
    if isinstance(value, NoData):
        yield value.kind
    for inner in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from kinds_in(inner)


def size(value: Any) -> int:
    """Estimate the bytes that a value takes as an array: of texts, each is as long as the longest."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, str):
        return 4 * len(value)
    inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    sizes = list(map(size, inner))
    return max(8, len(sizes) * max(sizes, default=0))


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise RemoteError when the grader's own work has taken so many processor seconds."""

    def stop(*_: Any) -> None:
        raise RemoteError("what the function returns takes too long to compare")

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread can be interrupted
        return
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def newer(python: str) -> bool:
    """Tell whether a student's Python is newer than this one."""
    numbers = re.match(r"(\d{1,3})\.(\d{1,3})", python)
    return numbers is not None and tuple(map(int, numbers.groups())) > sys.version_info[:2]


def grade(assignment: Assignment, submission: Submission, place: Place | None = None) -> Result:
    """Grade a submission; whatever it does, a result comes back.

    What a student's code says may hold what a hidden test has called it with. So where it is to be shown, it
    comes from a second run, without hidden tests; the points are those of the first.
    """
    start = time.monotonic()
    session = Session(assignment, place or Place())
    result = run(session, submission)
    hidden = [key for key, part in assignment.parts.items() if part.hidden]
    lost = [key for key, outcome in result.outcomes.items() if outcome.message and key not in hidden]
    if hidden and (lost or result.errors):
        parts = {key: replace(part, hidden="") for key, part in assignment.parts.items()}
        again = Session(replace(assignment, parts=parts), session.place)
        again.end, again.lates, again.slow = session.end, session.lates, {*session.lates}
        told = run(again, submission)
        result.errors = told.errors
        for key in lost:
            result.outcomes[key].message = told.outcomes[key].message or BESIDE
        if told.failed:
            result.failed, result.flags = True, list(dict.fromkeys([*result.flags, *told.flags]))
    result.seconds = time.monotonic() - start
    return result


def run(session: Session, submission: Submission) -> Result:
    """Run a submission from top to bottom."""
    assignment = session.assignment
    result = ungraded(assignment, list(submission.flags), UNSEEN)
    result.written = submission.written
    own = (source for where, source in submission.steps if source and where not in assignment.locked)
    result.code = [source[:MOST_CODE] for source in own]
    reason, ours = UNSEEN, False
    try:
        for where, source in submission.steps:
            if source is None:
                result.outcomes[where] = outcome = session.test(assignment.parts[where])
                if ours and outcome.message:
                    outcome.message = f"{OURS}\n{outcome.message}"
            elif error := session.run(source, where):
                result.errors.append(explained(error, submission.python))
                if "SyntaxError: " in error and newer(submission.python):
                    session.flags.append(f"{where} may be right in Python {submission.python}, mark by hand")
                    result.failed = True
                if where in assignment.locked:
                    session.flags.append(f"THE GRADER FAILED in its own cell, mark by hand: {where}")
                    result.failed = ours = True
    except GaveUpError as gave_up:
        session.flags.append(str(gave_up))
        reason = f"not run: {gave_up}"
    except SandboxError as error:
        session.flags.append(f"THE GRADER FAILED, mark by hand: {error}")
        result.failed, reason = True, OURS
    finally:
        session.close()
    for outcome in result.outcomes.values():
        if not outcome.points and outcome.message in ("", UNSEEN):
            outcome.message = reason
    result.flags += dict.fromkeys(session.flags)
    for cause in (OBJECTS, UNWRITTEN):
        names = [part.name for key, part in assignment.parts.items() if result.outcomes[key].cause == cause]
        result.flags += [f"{cause}: {', '.join(names)}"] if names else []
    result.flags = [flag[:LONGEST] for flag in result.flags[:MOST]]
    result.errors = [error[:LONGEST] for error in result.errors[:MOST]]
    result.late = bool(session.lates.total())
    return result


def explained(error: str, python: str) -> str:
    """Say of an error in Python's grammar which Python read it: a newer one may know more."""
    if "SyntaxError: " not in error:
        return error
    theirs = f", and this notebook was written with {python}" if python else ""
    ours = platform.python_version()
    return f"{error} (read by Python {ours}{theirs}: what only a newer one knows is an error here)"


def ungraded(assignment: Assignment, flags: list[str], reason: str) -> Result:
    """Return the result of a submission that has no points, or none yet, and why."""
    outcomes = {key: Outcome(0, reason) for key in assignment.parts}
    return Result(outcomes, dict.fromkeys(assignment.written, ""), flags)
