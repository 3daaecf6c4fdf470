"""Grade a class.

Usage::

    python -m grader grade SUBMISSIONS=folder [JOBS=2] [OUT=folder] [CLUSTER=tcp://…]

SUBMISSIONS holds a folder or a file for each student, as Canvas, Moodle, nbgrader or a person make it;
nothing in it is changed. Everything is written to OUT, by default beside it under its name with ``-graded``.
A second run takes up where the first stopped, and grades again what has changed. CLUSTER is a Dask scheduler
whose workers run the students' code; all else stays here.

Exit code: 0 if the class was graded; 1 if the grader itself failed on a submission.
"""

import hashlib
import json
import platform
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from threading import Event, Lock
from typing import Any

import lecture9_utils
from grader import judge, reports
from grader.assignment import LARGEST, Assignment, UnreadableError, load
from grader.assignment import read as read_notebook
from grader.grading import Result, ungraded
from grader.marking import Marks, Row, fingerprint, opened, read_marks, strangers, together
from grader.output import printable, write
from grader.sandbox import DEFAULT, FIRST_USER, WALLS, Limits, Place, walls
from grader.submissions import NOTEBOOK, Handed, Submission, arrange, find
from tools.command import RefusedError, options, whole_path, workers

Call = Callable[..., Any]  # a function and its arguments, here or on a cluster
Students = dict[str, list[Handed]]  # their files by their names
LIBRARIES = ("numpy", "scikit-learn", "tensorflow", "keras", "ipython")


def say(text: str) -> None:
    """Print a line at once, and whole, whatever other threads print."""
    print(f"{text}\n", end="", flush=True)


def main(words: Sequence[str], source: Path, limits: Limits = DEFAULT) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    given = options(words, {"SUBMISSIONS": "", "JOBS": "2", "OUT": "", "CLUSTER": ""})
    folder, out = folders(given["SUBMISSIONS"], given["OUT"])
    if not given["JOBS"].isdecimal() or not (jobs := int(given["JOBS"])):
        raise RefusedError(f"JOBS must be a whole number from 1, got {given['JOBS']!r}")
    assignment, solved = load(source), arrange(load(source), read_notebook(source))
    if not (students := find(folder, say)):
        raise RefusedError(f"there is nothing in {folder}: it needs a folder or a file for each student")
    read_marks(out / "marking.csv", assignment, students)  # so that a fault in it is told at once
    with workers(jobs, given["CLUSTER"]) as (pool, call):
        where = f"on {given['CLUSTER']}" if given["CLUSTER"] else f"{jobs} at a time"
        walled = call(walls)  # of the workers, which are taken to be alike
        say(f"{len(students)} submissions, {where}. Each is alone: {WALLS[walled]}.")
        work = Work(assignment, solved, out / "results", call, bool(given["CLUSTER"]), jobs == 1)
        results = graded(work, students, pool, limits)
    with opened(out / "marking.csv", assignment, students) as marks:
        rows = [together(assignment, *one, marks) for one in zip(students, results, strict=True)]
    faults = conclude(assignment, rows, marks, students, out)
    return int(bool(faults) or any(result.failed for result in results))


def folders(submissions: str, out_given: str) -> tuple[Path, Path]:
    """Return the folder of submissions and the folder to write to."""
    if not submissions:
        raise RefusedError("name the folder with the submissions, as in: make grade SUBMISSIONS=folder")
    folder = whole_path("SUBMISSIONS", submissions)
    if not folder.is_dir():
        raise RefusedError(f"there is no folder {folder}")
    out = whole_path("OUT", out_given) if out_given else folder.with_name(f"{folder.name}-graded")
    if out == folder or folder in out.parents:
        raise RefusedError("OUT must not be in the folder of the submissions, in which nothing is changed")
    return folder, out


@dataclass(frozen=True)
class Work:
    """What grading one student takes, whoever it is."""

    assignment: Assignment
    solved: Submission  # the source with its solutions
    out: Path
    call: Call
    far: bool  # whether it is called on another machine, which does not have the students' files
    alone: bool  # whether nothing else runs at the same time


def graded(work: Work, students: Students, pool: Executor, limits: Limits) -> list[Result]:
    """Grade all students; each result is written as soon as it is there.

    Who ran out of time beside others is graded once more at the end, alone.
    """
    stop = Event()
    places = [Place(limits, FIRST_USER + number % 1500, stop) for number in range(len(students))]
    try:
        results = list(pool.map(partial(grade_one, work), students.items(), places))
        for number, handed in enumerate(students.items()):
            if results[number].late and not work.alone:
                say(f"{printable(handed[0])} ran out of time: once more, alone")
                results[number] = grade_one(replace(work, alone=True), handed, places[number])
    except BaseException:
        stop.set()
        raise
    return results


def grade_one(work: Work, handed: tuple[str, list[Handed]], place: Place) -> Result:
    """Grade one student, or take the result of an earlier run if nothing has changed since."""
    (student, files), assignment = handed, work.assignment
    try:
        stored = work.out / f"{file_name(student)}.json"
        state = fingerprint(" ".join([repr(assignment), judges(), *map(digest, files)]))
        with suppress(OSError, ValueError, KeyError, TypeError):  # there is none, or a damaged one
            before = json.loads(stored.read_text("utf-8"))
            if before["state"] == state:
                result = Result.of(before["result"])
                say(f"{printable(student)}: as before")
                return result
        subject = judge.read(assignment, files, place) if work.far else files
        result = work.call(grade_here, assignment, work.solved, subject, place)
        if (work.alone or not result.late) and not result.failed:
            write(stored, json.dumps({"state": state, "result": asdict(result)}, indent=1))
    except UnreadableError as error:
        result = ungraded(assignment, [str(error)], str(error))
    except RefusedError:
        raise
    except Exception as error:  # a fault of the grader's: the class goes on, and a person is told
        flag = f"THE GRADER FAILED, mark by hand: {type(error).__name__}: {error}"
        result = replace(ungraded(assignment, [flag], "not graded yet: a person looks at it"), failed=True)
    points = sum(outcome.points for outcome in result.outcomes.values())
    say(f"{printable(student)}: {points:g} points in {result.seconds:.0f} s")
    return result


_ready: set[str] = set()  # the solutions that have got all points in this process
_lock = Lock()


def grade_here(
    assignment: Assignment, solved: Submission, subject: Submission | list[Handed], place: Place
) -> Result:
    """Grade a student where this runs, after the solution, which has to get all points here.

    Raises
    ------
    RefusedError
        If it does not: then something is wrong with this machine, and no student is to pay for it.
    """
    with _lock:
        if (key := repr((assignment, place.limits))) not in _ready:
            result = judge.judge(assignment, solved, place)
            outcomes = [(assignment.parts[key], outcome) for key, outcome in result.outcomes.items()]
            lost = [outcome.message for part, outcome in outcomes if outcome.points < part.points]
            if reasons := [*result.errors, *lost]:
                first = (" ".join(result.flags) if result.failed else reasons[0]).replace("\n", " ")
                raise RefusedError(f"the solution itself loses points on {platform.node()}: {first}")
            _ready.add(key)
    return judge.judge(assignment, subject, place)


@cache
def judges() -> str:
    """Return what changes with the grader, the package that students call, and the libraries."""
    folders = (Path(__file__).parent, Path(lecture9_utils.__file__).parent)
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    code = [path.read_bytes() for path in files if path.suffix not in (".pyc", ".md", ".png")]
    known = hashlib.sha256(b"\0".join(code)).hexdigest()
    return " ".join([known, sys.version, *map(version, LIBRARIES)])


def digest(file: Handed) -> str:
    """Return what changes with a file, as far as it counts: the content of what can be a notebook."""
    path, content = file.path, "not read"
    plain = NOTEBOOK.search(path.name) and path.is_file() and not path.is_symlink()
    if plain and path.stat().st_size <= LARGEST:
        with path.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
    return f"{path.name} {file.number} {content}"


def file_name(student: str) -> str:
    """Return a name for a student's files that every file system takes, and no other student has."""
    tame = re.sub(r"[^\w-]", "_", unicodedata.normalize("NFC", printable(student)).casefold())
    return f"{tame.encode()[:48].decode(errors='ignore')}-{fingerprint(student)}"


def conclude(
    assignment: Assignment, rows: list[Row], marks: Marks, students: Students, out: Path
) -> list[str]:
    """Write and print all reports, and return the faults."""
    faults = reports.attempt(reports.jobs(assignment, rows, students, out, file_name))
    waiting = sum(points is None for row in rows for points in row.points.values())
    say(f"\n{reports.table(rows)}\n")
    say(f"Written to {out}: report.html, grades.csv, feedback/, gradebook.db (nbgrader's)")
    say(f"To mark by hand: {waiting} answers, with make mark, or in marking.csv; then run this again.")
    if gone := strangers(marks, students):
        say(gone)
    for fault in faults:
        say(f"THE GRADER FAILED: {fault}")
    return faults
