"""Grade one submission: run it behind walls, call its functions, and compare what they return out here."""

import time
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.assignment import Assignment, Part
from grader.sandbox import BrokenError, Place, Sandbox
from grader.student import packed, unpacked
from grader.submissions import Submission
from lecture9_utils.checks import CheckFailedError, NoData, judged, plain

MOST_DEATHS = 4  # after so many the rest of a submission is not run
OBJECTS, UNWRITTEN = "returns objects instead of data", "not written, or a left-over NotImplementedError"


@dataclass
class Outcome:
    """What became of one part."""

    points: float
    message: str = ""  # why points are lost, for the student; it says nothing of hidden tests
    cause: str = ""  # OBJECTS or UNWRITTEN, where that is why


@dataclass
class Result:
    """What became of one submission; `failed` if the grader itself did, and a person has to look."""

    outcomes: dict[str, Outcome]
    written: dict[str, str]
    flags: list[str]
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    failed: bool = False

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
        self.functions, self.place, self.limits = assignment.functions, place, place.limits
        self.end = time.monotonic() + self.limits.total
        self.done: list[str] = []
        self.flags: list[str] = []
        self.deaths = 0
        self.cause = ""  # what the last call was like, as of `Outcome`
        self.sandbox: Sandbox | None = None

    def ask(self, request: dict[str, Any], seconds: float, where: str) -> dict[str, Any]:
        """Ask the student's process, which is started if there is none, also after a BrokenError."""
        sandbox = self.sandbox or self.start()
        try:
            reply = sandbox.ask(request, self.within(seconds))
        except BrokenError as broken:
            self.sandbox = None
            self.deaths += 1
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
        if left > 0 and self.deaths <= MOST_DEATHS:
            return min(seconds, left)
        why = f"broke more than {MOST_DEATHS} times"
        if left <= 0:
            why = f"took longer than {self.limits.total:.0f} seconds in all"
        raise GaveUpError(f"the submission {why}: the rest was not run")

    def start(self) -> Sandbox:
        """Start the process and run again what ran before; what breaks it now is left out."""
        self.sandbox = Sandbox(self.place)
        for source in list(self.done):
            try:
                self.sandbox.ask({"do": "run", "source": source}, self.within(self.limits.cell))
            except BrokenError:
                self.done.remove(source)
                self.deaths += 1
                return self.start()
        return self.sandbox

    def run(self, source: str, where: str) -> str:
        """Run a cell; return its error in words, or nothing."""
        try:
            reply = self.ask({"do": "run", "source": source}, self.limits.cell, where)
        except BrokenError as broken:
            return f"{where} {broken}"
        self.done.append(source)
        kind, message = in_words(reply)
        return f"{where}: {kind}: {message}" if kind else ""

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a student's function; raise NotImplementedError if it does, RemoteError for all else."""
        self.cause = ""
        request = {"do": "call", "name": name, "arguments": packed(plain(list(arguments)))}
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
            self.cause = OBJECTS if holds_object(value) else ""
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise RemoteError(f"{name} returned something that is no data") from None
        return value

    def test(self, part: Part) -> Outcome:
        """Run a part's tests out here; they see NumPy, the checks, and the student's functions, far away."""
        names: dict[str, Any] = {"np": np, "l9": SimpleNamespace(check=judged), "print": lambda *_: None}
        for name in self.functions:
            names[name] = partial(self.call, name)
            names[name].__name__ = name
        for source, hidden in ((part.visible, False), (part.hidden, True)):
            try:
                exec(compile(source, f"<test {part.name}>", "exec"), names)
                continue
            except CheckFailedError as failure:
                message, about = str(failure), failure.about
            except (RemoteError, NotImplementedError, AssertionError) as failure:
                message, about = str(failure), "it raises an error on a case that is not shown"
            except Exception as error:  # what was returned is not what the test can read
                message = f"what the function returns has the wrong form ({type(error).__name__})"
                about = message
            return Outcome(0, f"a hidden test fails: {about}" if hidden else message, self.cause)
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


def holds_object(value: Any) -> bool:
    """Tell whether a value is, or has in it, something that is no data."""
    inner = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return isinstance(value, NoData) or any(map(holds_object, inner))


def grade(assignment: Assignment, submission: Submission, place: Place | None = None) -> Result:
    """Grade a submission; whatever it does, a result comes back."""
    session, start = Session(assignment, place or Place()), time.monotonic()
    result = ungraded(assignment, list(submission.flags))
    result.written = submission.written
    try:
        for where, source in submission.steps:
            if source is None:
                result.outcomes[where] = session.test(assignment.parts[where])
            elif error := session.run(source, where):
                result.errors.append(error)
    except GaveUpError as gave_up:
        session.flags.append(str(gave_up))
        for outcome in result.outcomes.values():
            outcome.message = outcome.message or ("" if outcome.points else f"not run: {gave_up}")
    finally:
        session.close()
    result.flags += dict.fromkeys(session.flags)
    for cause in (OBJECTS, UNWRITTEN):
        names = [part.name for key, part in assignment.parts.items() if result.outcomes[key].cause == cause]
        result.flags += [f"{cause}: {', '.join(names)}"] if names else []
    result.seconds = time.monotonic() - start
    return result


def ungraded(assignment: Assignment, flags: list[str]) -> Result:
    """Return the result of a submission that has no points, or none yet."""
    outcomes = {key: Outcome(0) for key in assignment.parts}
    return Result(outcomes, dict.fromkeys(assignment.written, ""), flags)
