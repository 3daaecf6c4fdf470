"""Grade a class.

Usage::

    python -m grader grade SUBMISSIONS=folder [JOBS=2] [OUT=folder]

SUBMISSIONS holds a folder or a file for each student, as Canvas, Moodle, nbgrader or a person make it;
nothing in it is changed. Everything is written to OUT, by default beside it under its name with ``-graded``.
A second run takes up where the first stopped, and grades again what has changed.

Exit code: 0 if the class was graded; 1 if the grader itself failed on a submission.
"""

import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import lecture9_utils
from grader import reports
from grader.assignment import Assignment, UnreadableError, load
from grader.folders import Handed, choose, find
from grader.gradebook import write_gradebook
from grader.grading import Result, grade, ungraded
from grader.marking import Marks, fingerprint, read_marks, up_to_date, write_answers, write_queue
from grader.output import printable, write
from grader.sandbox import WALLS, Place, walls
from grader.submission import arrange
from tools.command import RefusedError, options

LIBRARIES = ("numpy", "scikit-learn", "tensorflow", "keras", "ipython")


def main(words: Sequence[str], source: Path) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    folder, out, jobs = checked(options(words, {"SUBMISSIONS": "", "JOBS": "2", "OUT": ""}))
    assignment = load(source)
    students = find(folder)
    if not students:
        raise RefusedError(f"there is nothing in {folder}: it needs a folder or a file for each student")
    marks = read_marks(out / "marking.csv", assignment.written)
    say(f"{len(students)} submissions, {jobs} at a time. Each is alone: {WALLS[walls()]}.")
    results = Class(assignment, students, out).grade(jobs)
    conclude(assignment, results, up_to_date(results, marks), out)
    return int(any(result.failed for result in results.values()))


def checked(given: dict[str, str]) -> tuple[Path, Path, int]:
    """Return the folder of submissions, the folder to write to, and how many to grade at a time."""
    if not given["SUBMISSIONS"]:
        raise RefusedError("name the folder with the submissions, as in: make grade SUBMISSIONS=folder")
    folder = Path(given["SUBMISSIONS"]).expanduser().resolve()
    if not folder.is_dir():
        raise RefusedError(f"there is no folder {folder}")
    out = Path(given["OUT"] or folder.with_name(f"{folder.name}-graded")).expanduser().resolve()
    if out == folder or folder in out.parents:
        raise RefusedError("OUT must not be in the folder of the submissions, in which nothing is changed")
    if not given["JOBS"].isdecimal() or int(given["JOBS"]) < 1:
        raise RefusedError(f"JOBS must be a whole number from 1, got {given['JOBS']!r}")
    return folder, out, int(given["JOBS"])


@dataclass(frozen=True)
class Class:
    """The students of a folder, by name, and where their results go."""

    assignment: Assignment
    students: Mapping[str, list[Handed]]
    out: Path

    def grade(self, jobs: int) -> dict[str, Result]:
        """Grade all students, so many at a time; each result is written as soon as it is there."""
        places: SimpleQueue[Place] = SimpleQueue()
        stop = Event()
        for slot in range(jobs):
            places.put(Place(slot=slot, stop=stop))

        def one(student: str) -> Result:
            place = places.get()
            try:
                return self.grade_one(student, place)
            finally:
                places.put(place)

        with ThreadPoolExecutor(jobs) as pool:
            try:
                return dict(zip(self.students, pool.map(one, self.students), strict=True))
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def grade_one(self, student: str, place: Place) -> Result:
        """Grade one student, or take the result of an earlier run if nothing has changed since."""
        try:
            stored = self.out / "results" / f"{file_name(student)}.json"
            state = self.state(student)
            if (before := earlier(stored, state)) is not None:
                say(f"{printable(student)}: as before")
                return before
            notebook, flags = choose(self.assignment, self.students[student])
            result = grade(self.assignment, arrange(self.assignment, notebook, flags), place)
            write(stored, json.dumps({"state": state, "result": asdict(result)}, indent=1))
        except UnreadableError as error:
            result = ungraded(self.assignment, [str(error)])
        except Exception as error:  # a fault of the grader's: the class goes on, and a person is told
            flag = f"THE GRADER FAILED, mark by hand: {type(error).__name__}: {error}"
            result = replace(ungraded(self.assignment, [flag]), failed=True)
        say(f"{printable(student)}: {result.points:g} points in {result.seconds:.0f} s")
        return result

    def state(self, student: str) -> str:
        """Return what changes with a student's files and all that decides their points."""
        parts = [self.assignment.digest, judges()]
        for file in self.students[student]:
            readable = file.path.is_file() and not file.path.is_symlink()
            parts += [file.path.name, digest(file.path) if readable else "link"]
        return fingerprint("\n".join(parts))


@cache
def judges() -> str:
    """Return what changes with the grader, the package that students call, and the libraries."""
    folders = (Path(__file__).parent, Path(lecture9_utils.__file__).parent)
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    code = [digest(path) for path in files if path.suffix not in (".pyc", ".md")]
    return " ".join([*code, sys.version, *map(version, LIBRARIES)])


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def earlier(stored: Path, state: str) -> Result | None:
    """Return the result of an earlier run, if there is one for the same state."""
    with suppress(OSError, ValueError, KeyError, TypeError):  # there is none, or a damaged one
        data = json.loads(stored.read_text("utf-8"))
        return Result.of(data["result"]) if data["state"] == state else None
    return None


def file_name(student: str) -> str:
    """Return a name for a student's files that every file system takes, and no other student has."""
    tame = re.sub(r"[^\w-]", "_", printable(student)).encode()[:60].decode(errors="ignore")
    return tame if tame == student else f"{tame}-{fingerprint(student)[:6]}"


def conclude(assignment: Assignment, results: dict[str, Result], marks: Marks, out: Path) -> None:
    """Write and print all reports."""
    rows = reports.rows(assignment, results, marks)
    write_queue(assignment, out / "marking.csv", marks)
    write_answers(assignment, out / "marking.html", results, marks)
    reports.write_grades(assignment, out / "grades.csv", rows)
    for row in rows:
        reports.write_feedback(assignment, out / "feedback" / f"{file_name(row.student)}.html", row)
    write_gradebook(assignment, out / "gradebook.db", rows)
    waiting = sum(mark.points is None for mark in marks.values())
    say(f"\n{reports.table(rows)}\n")
    say(f"Written to {out}: grades.csv, feedback/, gradebook.db (nbgrader's)")
    say(f"To mark by hand: {waiting} answers in marking.html; write points into marking.csv and run again.")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)
