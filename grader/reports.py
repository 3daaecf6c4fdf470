"""What grading leaves behind: a table, a CSV, feedback for each student, the queue for marking by hand."""

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from grader.assignment import Assignment
from grader.marking import Result

COLUMNS = ["student", "question", "points", "possible", "comment", "answer"]
STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "pre{white-space:pre-wrap;background:#f4f4f4;padding:.5em}td,th{text-align:left;padding:.2em 1em .2em 0}"
)
FORMULA = re.compile(r"^[=+\-@\t\r]")


@dataclass
class Mark:
    """A mark given by hand; `points` is None until there is one."""

    points: float | None
    comment: str
    answer: str  # the fingerprint of the answer that was marked


Marks = dict[tuple[str, str], Mark]


class MarksError(Exception):
    """The file of marks cannot be read; the message says where and what was expected."""


def fingerprint(text: str) -> str:
    """Return a few letters that change with a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_marks(path: Path, possible: Mapping[str, float]) -> Marks:
    """Read the marks that a person filled in, with commas, semicolons or tabs between the columns.

    Raises
    ------
    MarksError
        If a column is missing or a mark is not a number from 0 to what is possible.
    """
    if not path.exists():
        return {}
    text = path.read_text("utf-8-sig")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if gone := [name for name in COLUMNS if name not in (rows.fieldnames or [])]:
        raise MarksError(f"{path.name} has no column {gone[0]!r}; it needs {', '.join(COLUMNS)}")
    marks: Marks = {}
    for number, row in enumerate(rows, start=2):
        given = (row["points"] or "").strip().replace(",", ".")
        try:
            points = float(given) if given else None
        except ValueError:
            points = -1.0
        most = possible.get(row["question"], float("inf"))
        if points is not None and not 0 <= points <= most:
            raise MarksError(f"{path.name}, line {number}: points must be from 0 to {most:g}, got {given!r}")
        marks[plain(row["student"]), row["question"]] = Mark(
            points, row["comment"] or "", row["answer"] or ""
        )
    return marks


def merge_marks(assignment: Assignment, results: Mapping[str, Result], marks: Marks) -> Marks:
    """Bring the marks up to date: an empty one for each new answer, all that were given kept."""
    merged = dict(marks)
    for student, result in results.items():
        for key in assignment.written:
            question, text = re.sub(r"\D", "", key), result.written.get(key, "")
            place = (student, question)
            if place not in merged and text:
                merged[place] = Mark(None, "", fingerprint(text))
            elif place in merged and merged[place].points is None:
                merged[place].answer = fingerprint(text)
            if place in merged and merged[place].answer != fingerprint(text):
                result.flags.append(f"question {question} was changed after it was marked")
            if not text:
                result.flags.append(f"question {question} is not answered")
    return merged


def write_marks(assignment: Assignment, path: Path, marks: Marks) -> None:
    """Write the queue for marking by hand."""
    most = {re.sub(r"\D", "", key): f"{points:g}" for key, points in assignment.written.items()}
    rows = [
        [
            safe(student),
            question,
            number(mark.points),
            most.get(question, ""),
            safe(mark.comment),
            mark.answer,
        ]
        for (student, question), mark in sorted(marks.items())
    ]
    write_csv(path, [COLUMNS, *rows])


def question_points(
    assignment: Assignment, student: str, result: Result, marks: Marks
) -> dict[str, float | None]:
    """Add up a student's points for each question; None for one that a person has still to mark."""
    points: dict[str, float | None] = {}
    for key, part in assignment.parts.items():
        earned = result.outcomes[key].points if key in result.outcomes else 0.0
        points[part.question] = (points.get(part.question) or 0.0) + earned
    for key in assignment.written:
        question = re.sub(r"\D", "", key)
        mark = marks.get((student, question))
        points[question] = mark.points if mark else 0.0
    return points


def write_grades(assignment: Assignment, path: Path, results: Mapping[str, Result], marks: Marks) -> None:
    """Write the points a question, the total and the flags of each student."""
    names = list(question_points(assignment, "", Result(), {}))
    rows = [["student", *(f"question {name}" for name in names), "total", "flags"]]
    for student, result in results.items():
        points = question_points(assignment, student, result, marks)
        cells = [number(value) for value in points.values()]
        rows.append([safe(student), *cells, f"{total(points):g}", safe("; ".join(result.flags))])
    write_csv(path, rows)


def total(points: Mapping[str, float | None]) -> float:
    """Add up the points that there are."""
    return sum(value or 0.0 for value in points.values())


def table(assignment: Assignment, results: Mapping[str, Result], marks: Marks) -> str:
    """Put the class in a table for the terminal: a line a student, the flags below it."""
    lines = [f"{'student':<30} {'total':>6}  by question"]
    for student, result in results.items():
        points = question_points(assignment, student, result, marks)
        shown = " ".join("  –" if value is None else f"{value:3g}" for value in points.values())
        lines += [f"{printable(student):<30.30} {total(points):6g}  {shown}"]
        lines += [f"    ! {printable(flag)}" for flag in result.flags]
    return "\n".join(lines)


def feedback(assignment: Assignment, student: str, result: Result, marks: Marks) -> str:
    """Write a student's page: the points of each part and what to look at, nothing of the hidden tests."""
    points = question_points(assignment, student, result, marks)
    body = [f"<h1>{escape(printable(student))}: {total(points):g} points</h1>"]
    if waiting := [question for question, value in points.items() if value is None]:
        body += [f"<p>Without question {', '.join(waiting)}, which is still to be marked by hand.</p>"]
    if result.flags:
        items = "".join(f"<li>{escape(printable(flag))}</li>" for flag in result.flags)
        body += [f"<h2>About your file</h2><ul>{items}</ul>"]
    for question, title in assignment.titles.items():
        body += [f"<h2>{question} · {escape(title)}</h2>"]
        for key, part in assignment.parts.items():
            if part.question == question and key in result.outcomes:
                outcome = result.outcomes[key]
                body += [f"<p><b>{part.name}</b>: {outcome.points:g} of {outcome.possible:g}</p>"]
                body += [f"<pre>{escape(printable(outcome.message))}</pre>"] if outcome.message else []
        if (mark := marks.get((student, question))) and mark.points is not None:
            body += [f"<p>{mark.points:g} points. {escape(mark.comment)}</p>"]
    if result.errors:
        errors = "\n".join(map(printable, result.errors))
        body += [f"<h2>Cells that ended with an error</h2><pre>{escape(errors)}</pre>"]
    return page(f"Feedback for {printable(student)}", "\n".join(body))


def answers(assignment: Assignment, results: Mapping[str, Result], marks: Marks) -> str:
    """Write the page from which a person marks: all written answers that have no mark."""
    body = [
        "<h1>To mark by hand</h1><p>Write the points, and a comment if you like, into marking.csv; "
        "then run make grade again.</p>"
    ]
    for student, result in results.items():
        for key, text in result.written.items():
            question = re.sub(r"\D", "", key)
            mark = marks.get((student, question))
            if mark and mark.points is None:
                title = f"{printable(student)}, question {question} ({assignment.written[key]:g} points)"
                body += [f"<h2>{escape(title)}</h2><pre>{escape(printable(text))}</pre>"]
    return page("To mark by hand", "\n".join(body))


def page(title: str, body: str) -> str:
    """Put a body into a page without scripts."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def printable(text: str) -> str:
    """Return a text without what would move the terminal's cursor or is no character."""
    kept = "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8")


def safe(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    text = printable(text)
    return f"'{text}" if FORMULA.match(text) else text


def plain(text: str) -> str:
    """Undo `safe`."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def number(value: float | None) -> str:
    """Write a number of points; nothing for None."""
    return "" if value is None else f"{value:g}"


def write_csv(path: Path, rows: list[list[str]]) -> None:
    """Write a CSV as a whole or not at all."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    write(path, buffer.getvalue())


def write(path: Path, text: str) -> None:
    """Write a text file as a whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, "utf-8")
    partial.replace(path)
