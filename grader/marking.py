"""Grade one submission: run it behind walls, call its functions, and compare what they return out here."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.assignment import Assignment, Part, Submission
from grader.sandbox import BrokenError, Limits, Sandbox
from grader.student import packed, unpacked
from lecture9_utils.checks import CheckFailedError, compare, plain

MOST_DEATHS = 4  # after so many the rest of a submission is not run
NOT_WRITTEN = "is not written yet, or a line `raise NotImplementedError` is left over in it"


@dataclass
class Outcome:
    """What became of one part; `message` is for the student and says nothing of hidden tests."""

    points: float
    possible: float
    message: str = ""


@dataclass
class Result:
    """What became of one submission."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """The points of all parts together."""
        return sum(outcome.points for outcome in self.outcomes.values())

    def data(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Result":
        """Read what `data` returned."""
        outcomes = {key: Outcome(**outcome) for key, outcome in data["outcomes"].items()}
        return cls(**{**data, "outcomes": outcomes})


class GaveUpError(Exception):
    """A submission has used up its time or its lives."""


class RemoteError(Exception):
    """A student's function raised, or its process broke."""


class Session:
    """A student's process that is started again, with all that ran so far, when it breaks."""

    def __init__(self, limits: Limits, slot: int):
        self.limits, self.slot = limits, slot
        self.end = time.monotonic() + limits.total
        self.done: list[str] = []
        self.flags: list[str] = []
        self.deaths = 0
        self.sandbox: Sandbox | None = None

    def ask(self, request: dict[str, Any], seconds: float, where: str) -> dict[str, Any]:
        """Ask the student's process, which is started if there is none.

        Raises
        ------
        BrokenError
            If it broke; the next call starts it again.
        GaveUpError
            If there is no time left, or it broke too often.
        """
        if self.sandbox is None:
            self.start()
        assert self.sandbox is not None
        try:
            return self.sandbox.ask(request, self.within(seconds))
        except BrokenError as broken:
            self.sandbox = None
            self.deaths += 1
            self.flags.append(f"{where} {broken}")
            raise

    def within(self, seconds: float) -> float:
        """Return the time that is left, at most so many seconds."""
        if (left := self.end - time.monotonic()) <= 0:
            raise GaveUpError(
                f"took longer than {self.limits.total:.0f} seconds in all: the rest was not run"
            )
        if self.deaths > MOST_DEATHS:
            raise GaveUpError(f"broke more than {MOST_DEATHS} times: the rest was not run")
        return min(seconds, left)

    def start(self) -> None:
        """Start the process and run again what ran before; what breaks it now is left out."""
        self.within(1)
        self.sandbox = Sandbox(self.limits, self.slot)
        for source in list(self.done):
            try:
                self.sandbox.ask({"do": "run", "source": source}, self.within(self.limits.cell))
            except BrokenError:
                self.done.remove(source)
                self.deaths += 1
                return self.start()
        return None

    def run(self, source: str, where: str) -> str:
        """Run a cell; return its error in words, or nothing."""
        try:
            reply = self.ask({"do": "run", "source": source}, self.limits.cell, where)
        except BrokenError as broken:
            return f"{where} {broken}"
        self.done.append(source)
        if not (error := reply.get("error")):
            return ""
        kind, message = in_words(error)
        if kind == "MemoryError":
            self.flags.append(f"{where} asked for more than {self.limits.memory / 2**30:.1f} GB of memory")
        if kind in ("SyntaxError", "IndentationError", "SystemExit"):
            self.flags.append(f"{where} ends with a {kind}")
        return f"{where}: {kind}: {message}"

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a student's function.

        Raises
        ------
        NotImplementedError, RemoteError
            If it does.
        """
        request = {"do": "call", "name": name, "arguments": packed(plain(list(arguments)))}
        try:
            reply = self.ask(request, self.limits.call, f"{name}()")
        except BrokenError as broken:
            raise RemoteError(f"{name} {broken}") from None
        if "error" in reply:
            kind, message = in_words(reply["error"])
            if kind == "NotImplementedError":
                raise NotImplementedError(message)
            if kind == "MemoryError":
                most = self.limits.memory / 2**30
                self.flags.append(f"{name}() asked for more than {most:.1f} GB of memory")
            raise RemoteError(f"{name} raised {kind}: {message}")
        try:
            return unpacked(reply["value"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise RemoteError(f"{name} returned something that is no data") from None

    def close(self) -> None:
        """End the process."""
        if self.sandbox is not None:
            self.sandbox.close()


def in_words(error: Any) -> tuple[str, str]:
    """Read an error as a student's process describes it."""
    if not isinstance(error, dict):
        return "Error", ""
    return str(error.get("type"))[:80], str(error.get("message"))[:500]


def grade(
    assignment: Assignment, submission: Submission, limits: Limits | None = None, slot: int = 0
) -> Result:
    """Grade a submission; whatever it does, a result comes back."""
    session, start = Session(limits or Limits(), slot), time.monotonic()
    result = Result(written=submission.written, flags=list(submission.flags))
    namespace = tests_namespace(assignment, session)
    stopped = ""
    try:
        for kind, where, source in submission.steps:
            try:
                if kind == "run" and (error := session.run(source, where)):
                    result.errors.append(error)
                elif kind == "test":
                    result.outcomes[where] = test(assignment.parts[where], namespace)
            except GaveUpError as gave_up:
                stopped = str(gave_up)
                break
    finally:
        session.close()
    for key, part in assignment.parts.items():
        result.outcomes.setdefault(key, Outcome(0, part.points, f"not run: the submission {stopped}"))
    result.outcomes = {key: result.outcomes[key] for key in assignment.parts}
    result.flags += list(dict.fromkeys(session.flags)) + ([f"the submission {stopped}"] if stopped else [])
    result.flags += odd_values(result)
    result.seconds = time.monotonic() - start
    return result


def tests_namespace(assignment: Assignment, session: Session) -> dict[str, Any]:
    """Return what a cell of tests sees: NumPy, the checks, and the student's functions, far away."""

    def far(name: str) -> Callable[..., Any]:
        def function(*arguments: Any) -> Any:
            return session.call(name, *arguments)

        function.__name__ = name
        return function

    here = {"np": np, "l9": SimpleNamespace(check=compare), "print": lambda *_: None}
    return here | {name: far(name) for name in assignment.functions}


def test(part: Part, namespace: dict[str, Any]) -> Outcome:
    """Run the tests of a part, which are the source's, out here."""
    names = dict(namespace)
    for source, hidden in ((part.visible, False), (part.hidden, True)):
        try:
            exec(compile(source, f"<test {part.name}>", "exec"), names)
        except GaveUpError:
            raise
        except CheckFailedError as failure:
            message = f"a hidden test fails: {failure.about}" if hidden else str(failure)
            return Outcome(0, part.points, message)
        except (RemoteError, NotImplementedError, AssertionError) as failure:
            about = "it raises an error on a case that is not shown"
            return Outcome(0, part.points, f"a hidden test fails: {about}" if hidden else str(failure))
        except Exception as error:  # what was returned is not what the test can read
            about = f"what the function returns has the wrong form ({type(error).__name__})"
            return Outcome(0, part.points, f"a hidden test fails: {about}" if hidden else about)
    return Outcome(part.points, part.points)


def odd_values(result: Result) -> list[str]:
    """Say of which parts the functions are not written, or return objects instead of data."""
    parts = {key.removeprefix("test_"): outcome.message for key, outcome in result.outcomes.items()}
    empty = [name for name, message in parts.items() if "left over" in message]
    odd = [name for name, message in parts.items() if "an object of type" in message]
    flags = [f"returns objects instead of data: {', '.join(odd)}"] if odd else []
    return flags + ([f"not written, or a left-over NotImplementedError: {', '.join(empty)}"] if empty else [])
