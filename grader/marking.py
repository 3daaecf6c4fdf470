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
    """Read the marks that a person filled in, with commas, semicolons or tabs between the columns."""
    if not path.exists():
        return {}
    text = path.read_text("utf-8-sig")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if gone := [name for name in COLUMNS if name not in (rows.fieldnames or [])]:
        raise RefusedError(f"{path.name} has no column {gone[0]!r}; it needs {', '.join(COLUMNS)}")
    marks = {}
    for line, row in enumerate(rows, start=2):
        student, question, given, _, comment, answer = (row[name] or "" for name in COLUMNS)
        if question not in possible:
            raise RefusedError(f"{path.name}, line {line}: question {question!r} is not marked by hand")
        try:
            points = float(given.replace(",", ".")) if given.strip() else None
        except ValueError:
            points = -1.0
        if points is not None and not 0 <= points <= possible[question]:
            most = f"points must be from 0 to {possible[question]:g}"
            raise RefusedError(f"{path.name}, line {line}: {most}, got {given!r}")
        marks[from_cell(student), question] = Mark(points, comment, answer)
    return marks


@dataclass(frozen=True)
class Row:
    """What all reports say of a student."""

    student: str
    result: Result
    marks: dict[str, Mark]  # of the questions marked by hand that are answered
    points: dict[str, float | None]  # by question; None for one that a person has still to mark
    flags: list[str]  # what a person should know

    @property
    def total(self) -> float:
        """The points that there are."""
        return sum(value or 0.0 for value in self.points.values())


def together(assignment: Assignment, student: str, result: Result, marks: Marks) -> Row:
    """Bring together what was graded and what was marked: a new answer gets an empty mark."""
    row = Row(student, result, {}, {}, list(result.flags))
    for key, part in assignment.parts.items():
        row.points[part.question] = (row.points.get(part.question) or 0.0) + result.outcomes[key].points
    for question, text in result.written.items():
        mark = marks.get((student, question))
        if mark.points is None if mark else text:
            mark = Mark(None, mark.comment if mark else "", fingerprint(text))
        if mark:
            row.marks[question] = mark
            if mark.answer != fingerprint(text):
                row.flags.append(f"question {question} was changed after it was marked")
        if not text:
            row.flags.append(f"question {question} is not answered")
        row.points[question] = mark.points if mark else 0.0
    return row


def write_queue(assignment: Assignment, path: Path, marks: Marks) -> None:
    """Write marking.csv."""
    lines = [COLUMNS]
    for (student, question), mark in sorted(marks.items()):
        points, possible = number(mark.points), number(assignment.written[question])
        lines.append([cell(student), question, points, possible, cell(mark.comment), mark.answer])
    write_csv(path, lines)


def write_answers(assignment: Assignment, path: Path, rows: list[Row]) -> None:
    """Write the page from which a person marks: all written answers that have no mark."""
    body = ["<h1>To mark by hand</h1>"]
    body += ["<p>Write points, and a comment if you like, into marking.csv; then run make grade again.</p>"]
    for row in rows:
        for question, mark in row.marks.items():
            if mark.points is None:
                title = f"{row.student}, question {question} ({assignment.written[question]:g} points)"
                body += [f"<h2>{html(title)}</h2><pre>{html(row.result.written[question])}</pre>"]
    write_page(path, "To mark by hand", body)
