"""Grade a class.

Usage::

    grade.py SUBMISSIONS=folder [JOBS=2] [OUT=folder]

SUBMISSIONS holds a folder or a file for each student, as Canvas, Moodle, nbgrader or a person make it;
nothing in it is changed. Everything is written to OUT, by default beside it under its name with ``-graded``.
A second run takes up where the first stopped, and grades again what has changed.

Exit code: 0 if the class was graded; 1 if the grader itself failed on a submission; 2 if it was refused.
"""

import hashlib
import json
import re
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from grader import gradebook, reports
from grader.assignment import Assignment, UnreadableError, arrange, load
from grader.marking import Result, grade
from grader.reports import Marks
from grader.sandbox import STOP, WALLS, Limits, walls
from grader.submissions import Handed, choose, find
from lecture9_utils import checks
from tools.command import RefusedError, options

GRADER = [*sorted(Path(__file__).parent.glob("*.py")), Path(checks.__file__)]
CODE = hashlib.sha256(b"".join(path.read_bytes() for path in GRADER)).hexdigest()


def main(words: Sequence[str], limits: Limits | None = None) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    try:
        given = options(words, {"SUBMISSIONS": "", "JOBS": "2", "OUT": ""})
        folder, out, jobs = checked(given)
        assignment = load()
        students = find(folder)
        if not students:
            raise RefusedError(f"there is nothing in {folder}: it needs a folder or a file for each student")
        possible = {re.sub(r"\D", "", key): points for key, points in assignment.written.items()}
        marks = reports.read_marks(out / "marking.csv", possible)
    except (RefusedError, UnreadableError, reports.MarksError, OSError) as refusal:
        print(f"Nothing was graded: {refusal}", file=sys.stderr)
        return 2
    say(f"{len(students)} submissions, {jobs} at a time. Each is alone: {WALLS[walls()]}.")
    for name in ("results", "feedback"):
        (out / name).mkdir(parents=True, exist_ok=True)
    results = grade_all(assignment, students, out, jobs, limits or Limits())
    return conclude(assignment, results, marks, out)


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


def grade_all(
    assignment: Assignment, students: dict[str, list[Handed]], out: Path, jobs: int, limits: Limits
) -> dict[str, Result]:
    """Grade all students, so many at a time; each result is written as soon as it is there."""
    slots: SimpleQueue[int] = SimpleQueue()
    for slot in range(jobs):
        slots.put(slot)

    def one(student: str) -> Result:
        slot = slots.get()
        try:
            return grade_one(assignment, student, students[student], out, limits, slot)
        finally:
            slots.put(slot)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            return dict(zip(students, pool.map(one, students), strict=True))
        except BaseException:
            STOP.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def grade_one(
    assignment: Assignment, student: str, files: list[Handed], out: Path, limits: Limits, slot: int
) -> Result:
    """Grade one student, or take the result of an earlier run if nothing has changed since."""
    stored = out / "results" / f"{file_name(student)}.json"
    try:
        state = fingerprint(assignment, files)
        if (before := earlier(stored, state)) is not None:
            say(f"{reports.printable(student)}: as before")
            return before
        result = fresh(assignment, files, limits, slot)
        reports.write(stored, json.dumps({"state": state, "result": result.data()}, indent=1))
    except Exception as error:  # a fault of the grader's: the class goes on, and a person is told
        result = failed(assignment, f"THE GRADER FAILED, mark by hand: {type(error).__name__}: {error}")
    say(f"{reports.printable(student)}: {result.points:g} points in {result.seconds:.0f} s")
    return result


def fresh(assignment: Assignment, files: list[Handed], limits: Limits, slot: int) -> Result:
    """Grade the files of one student."""
    try:
        notebook, _, flags = choose(assignment, files)
    except UnreadableError as error:
        return failed(assignment, str(error))
    submission = arrange(assignment, notebook)
    submission.flags[:0] = flags
    return grade(assignment, submission, limits, slot)


def failed(assignment: Assignment, flag: str) -> Result:
    """Return the result of a submission of which nothing could be graded."""
    return Result(written=dict.fromkeys(assignment.written, ""), flags=[flag])


def fingerprint(assignment: Assignment, files: list[Handed]) -> str:
    """Return what changes with a student's files, the assignment or the grader."""
    parts = [assignment.digest, CODE]
    for file in files:
        readable = file.path.is_file() and not file.path.is_symlink()
        parts += [file.path.name, hashlib.sha256(file.path.read_bytes()).hexdigest() if readable else "link"]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def earlier(stored: Path, state: str) -> Result | None:
    """Return the result of an earlier run, if there is one for the same state."""
    if not stored.exists():
        return None
    try:
        data = json.loads(stored.read_text("utf-8"))
        return Result.of(data["result"]) if data["state"] == state else None
    except (ValueError, KeyError, TypeError):
        return None  # it was damaged: grade again


def file_name(student: str) -> str:
    """Return a name for a student's files that every file system takes, and no other student has."""
    tame = re.sub(r"[^\w-]", "_", reports.printable(student))[:60]
    return tame if tame == student else f"{tame}-{reports.fingerprint(student)[:6]}"


def conclude(assignment: Assignment, results: dict[str, Result], marks: Marks, out: Path) -> int:
    """Write and print all reports; return the exit code."""
    marks = reports.merge_marks(assignment, results, marks)
    reports.write_marks(assignment, out / "marking.csv", marks)
    reports.write_grades(assignment, out / "grades.csv", results, marks)
    reports.write(out / "marking.html", reports.answers(assignment, results, marks))
    for student, result in results.items():
        text = reports.feedback(assignment, student, result, marks)
        reports.write(out / "feedback" / f"{file_name(student)}.html", text)
    gradebook.fill(assignment, out / "gradebook.db", results, marks)
    waiting = sum(mark.points is None for mark in marks.values())
    say(f"\n{reports.table(assignment, results, marks)}\n")
    say(f"Written to {out}: grades.csv, feedback/, gradebook.db (nbgrader's)")
    say(f"To mark by hand: {waiting} answers in marking.html; write points into marking.csv and run again.")
    broken = [student for student, result in results.items() if any("GRADER" in f for f in result.flags)]
    return int(bool(broken))


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # who ends this ends the students' processes too
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted: what is graded is kept, and the next run goes on from there.")
