"""Marking by hand: the queue in marking.csv, and marking.html with the answers that wait."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Assignment
from grader.grading import Result
from grader.output import cell, from_cell, html, number, write_csv, write_page
from tools.command import RefusedError

COLUMNS = ["student", "question", "points", "possible", "comment", "answer"]


@dataclass(frozen=True)
class Mark:
    """A mark given by hand; `points` is None until there is one."""

    points: float | None
    comment: str
    answer: str  # the fingerprint of the answer that was marked


Marks = Mapping[tuple[str, str], Mark]  # by student and question


def fingerprint(text: str) -> str:
    """Return a few letters that change with a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_marks(path: Path, possible: Mapping[str, float]) -> Marks:
    """Read the marks that a person filled in, with commas, semicolons or tabs between the columns.

    Raises
    ------
    RefusedError
        If a column is missing or a mark is not a number from 0 to what is possible.
    """
    if not path.exists():
        return {}
    text = path.read_text("utf-8-sig")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if gone := [name for name in COLUMNS if name not in (rows.fieldnames or [])]:
        raise RefusedError(f"{path.name} has no column {gone[0]!r}; it needs {', '.join(COLUMNS)}")
    marks = {}
    for line, row in enumerate(rows, start=2):
        given = (row["points"] or "").strip().replace(",", ".")
        try:
            points = float(given) if given else None
        except ValueError:
            points = -1.0
        most = possible.get(row["question"], float("inf"))
        if points is not None and not 0 <= points <= most:
            raise RefusedError(f"{path.name}, line {line}: points must be from 0 to {most:g}, got {given!r}")
        place = from_cell(row["student"]), row["question"]
        marks[place] = Mark(points, row["comment"] or "", row["answer"] or "")
    return marks


def up_to_date(results: Mapping[str, Result], marks: Marks) -> Marks:
    """Return the marks with an empty one for each new answer; all that were given are kept."""
    new = dict(marks)
    for student, result in results.items():
        for question, text in result.written.items():
            mark = marks.get((student, question))
            if mark is None and text:
                new[student, question] = Mark(None, "", fingerprint(text))
            elif mark and mark.points is None:
                new[student, question] = Mark(None, mark.comment, fingerprint(text))
    return new


def remarks(student: str, result: Result, marks: Marks) -> list[str]:
    """Say what a person should know about the answers of a student."""
    flags = []
    for question, text in result.written.items():
        mark = marks.get((student, question))
        if mark and mark.answer != fingerprint(text):
            flags.append(f"question {question} was changed after it was marked")
        if not text:
            flags.append(f"question {question} is not answered")
    return flags


def write_queue(assignment: Assignment, path: Path, marks: Marks) -> None:
    """Write marking.csv."""
    rows = [COLUMNS]
    for (student, question), mark in sorted(marks.items()):
        points, possible = number(mark.points), number(assignment.written.get(question))
        rows.append([cell(student), question, points, possible, cell(mark.comment), mark.answer])
    write_csv(path, rows)


def write_answers(assignment: Assignment, path: Path, results: Mapping[str, Result], marks: Marks) -> None:
    """Write the page from which a person marks: all written answers that have no mark."""
    body = [
        "<h1>To mark by hand</h1><p>Write the points, and a comment if you like, into marking.csv; "
        "then run make grade again.</p>"
    ]
    for student, result in results.items():
        for question, text in result.written.items():
            mark = marks.get((student, question))
            if mark and mark.points is None:
                title = f"{student}, question {question} ({assignment.written[question]:g} points)"
                body += [f"<h2>{html(title)}</h2><pre>{html(text)}</pre>"]
    write_page(path, "To mark by hand", body)
