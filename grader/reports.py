"""What grading tells: a table for the terminal, grades.csv, feedback pages, and nbgrader's gradebook."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.assignment import Assignment
from grader.marking import Row
from grader.output import cell, html, number, printable, write_csv, write_page
from lecture9_utils.files import write_atomically

NAME = "lecture9"  # of the course, the assignment and its notebook in nbgrader's gradebook


def write_grades(path: Path, rows: list[Row]) -> None:
    """Write the points a question, the total and the flags of each student."""
    lines = [["student", *(f"question {question}" for question in rows[0].points), "total", "flags"]]
    for row in rows:
        points = map(number, [*row.points.values(), row.total])
        lines.append([cell(row.student), *points, cell("; ".join(row.flags))])
    write_csv(path, lines)


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
        body += ["<h2>About your file</h2><ul>", *(f"<li>{html(flag)}</li>" for flag in row.flags), "</ul>"]
    for question, title in assignment.titles.items():
        body += [f"<h2>{question} · {html(title)}</h2>"]
        for key, outcome in row.result.outcomes.items():
            part = assignment.parts[key]
            if part.question == question:
                body += [f"<p><b>{part.name}</b>: {outcome.points:g} of {part.points:g}</p>"]
                body += [f"<pre>{html(outcome.message)}</pre>"] if outcome.message else []
        if (mark := row.marks.get(question)) and mark.points is not None:
            body += [f"<p>{mark.points:g} points. {html(mark.comment)}</p>"]
    if row.result.errors:
        errors = "\n".join(row.result.errors)
        body += [f"<h2>Cells that ended with an error</h2><pre>{html(errors)}</pre>"]
    write_page(path, f"Feedback for {row.student}", body)


def write_gradebook(assignment: Assignment, path: Path, rows: list[Row]) -> None:
    """Write the database that ``nbgrader export`` and others read; it is replaced as a whole."""
    from nbgrader.api import Gradebook

    # nbgrader starts alembic, which is beside Python, by its name.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    cells = {key: part.points for key, part in assignment.parts.items()}
    cells |= {f"written_{question}": most for question, most in assignment.written.items()}
    with TemporaryDirectory() as folder:
        database = Path(folder) / path.name
        with Gradebook(f"sqlite:///{database}", NAME) as book, book.db.no_autoflush:
            book.add_assignment(NAME)
            book.add_notebook(NAME, NAME)
            for key, most in cells.items():
                book.add_grade_cell(key, NAME, NAME, max_score=most, cell_type="code")
            for row in rows:
                book.add_student(row.student)
                book.add_submission(NAME, row.student)
                for key in cells:
                    grade = book.find_grade(key, NAME, NAME, row.student)
                    if key in row.result.outcomes:
                        grade.auto_score, grade.needs_manual_grade = row.result.outcomes[key].points, False
                    else:
                        grade.manual_score = row.points[key.removeprefix("written_")]
                        grade.needs_manual_grade = grade.manual_score is None
            book.db.commit()
        write_atomically(path, lambda file: file.write(database.read_bytes()))
