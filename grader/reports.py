"""What grading tells: a table for the terminal, grades.csv, and feedback for each student."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Assignment
from grader.grading import Result
from grader.marking import Marks, remarks
from grader.output import cell, html, number, printable, write_csv, write_page


@dataclass(frozen=True)
class Row:
    """What all reports say of a student.

    Attributes
    ----------
    points : dict of str to float or None
        By question; None for one that a person has still to mark.
    comments : dict of str to str
        Of the questions marked by hand.
    flags : list of str
        What a person should know.
    """

    student: str
    result: Result
    points: dict[str, float | None]
    comments: dict[str, str]
    flags: list[str]

    @property
    def total(self) -> float:
        """The points that there are."""
        return sum(value or 0.0 for value in self.points.values())


def rows(assignment: Assignment, results: Mapping[str, Result], marks: Marks) -> list[Row]:
    """Bring together what was graded and what was marked by hand."""
    together = []
    for student, result in results.items():
        points: dict[str, float | None] = {}
        for key, part in assignment.parts.items():
            points[part.question] = (points.get(part.question) or 0.0) + result.outcomes[key].points
        given = {question: mark for (whose, question), mark in marks.items() if whose == student}
        for question in assignment.written:
            points[question] = given[question].points if question in given else 0.0
        comments = {question: mark.comment for question, mark in given.items() if mark.points is not None}
        flags = result.flags + remarks(student, result, marks)
        together.append(Row(student, result, points, comments, flags))
    return together


def write_grades(assignment: Assignment, path: Path, rows: list[Row]) -> None:
    """Write the points a question, the total and the flags of each student."""
    questions = dict.fromkeys([*(part.question for part in assignment.parts.values()), *assignment.written])
    head = ["student", *(f"question {question}" for question in questions), "total", "flags"]
    lines = [
        [cell(row.student), *map(number, row.points.values()), number(row.total), cell("; ".join(row.flags))]
        for row in rows
    ]
    write_csv(path, [head, *lines])


def table(rows: list[Row]) -> str:
    """Put the class in a table for the terminal: a line a student, the flags below it."""
    lines = [f"{'student':<30} {'total':>6}  by question"]
    for row in rows:
        shown = " ".join("  –" if value is None else f"{value:3g}" for value in row.points.values())
        lines += [f"{printable(row.student):<30.30} {row.total:6g}  {shown}"]
        lines += [f"    ! {printable(flag)}" for flag in row.flags]
    return "\n".join(lines)


def write_feedback(assignment: Assignment, path: Path, row: Row) -> None:
    """Write a student's page: the points of each part and what to look at, nothing of the hidden tests."""
    body = [f"<h1>{html(row.student)}: {row.total:g} points</h1>"]
    if waiting := [question for question, value in row.points.items() if value is None]:
        body += [f"<p>Without question {', '.join(waiting)}, which is still to be marked by hand.</p>"]
    if row.flags:
        items = "".join(f"<li>{html(flag)}</li>" for flag in row.flags)
        body += [f"<h2>About your file</h2><ul>{items}</ul>"]
    for question, title in assignment.titles.items():
        body += [f"<h2>{question} · {html(title)}</h2>"]
        for key, outcome in row.result.outcomes.items():
            part = assignment.parts[key]
            if part.question == question:
                body += [f"<p><b>{part.name}</b>: {outcome.points:g} of {outcome.possible:g}</p>"]
                body += [f"<pre>{html(outcome.message)}</pre>"] if outcome.message else []
        if question in row.comments:
            body += [f"<p>{number(row.points[question])} points. {html(row.comments[question])}</p>"]
    if row.result.errors:
        errors = "\n".join(row.result.errors)
        body += [f"<h2>Cells that ended with an error</h2><pre>{html(errors)}</pre>"]
    write_page(path, f"Feedback for {row.student}", body)
