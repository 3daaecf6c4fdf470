"""What grading tells: a table for the terminal, grades.csv, feedback pages, nbgrader's gradebook.

The report of the class is in `class_report`.
"""

import ast
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.assignment import Assignment, Part
from grader.class_report import HIDDEN, write_report
from grader.gradebooks import origin, possible, write_canvas, write_moodle
from grader.grading import Outcome
from grader.marking import Row, fingerprint
from grader.output import cell, html, line, number, write_csv, write_page
from grader.own_code import LONGEST, cells_of, code_of, functions
from grader.submissions import LATE, Handed
from lecture9_utils.files import write_atomically

Job = Callable[[], None]
MOST_FLAGS = 5_000  # characters of a cell
NAME = "lecture9"  # of the course, the assignment and its notebook in nbgrader's gradebook


def jobs(
    assignment: Assignment,
    rows: Sequence[Row],
    students: Mapping[str, Sequence[Handed]],
    out: Path,
    file_name: Callable[[str], str],
) -> dict[str, Job]:
    """Name all reports and how each is written: a fault in one is no reason not to write the others."""
    origins = {row.student: origin(students.get(row.student, ())) for row in rows}
    for row in rows:
        row.flags.extend([LATE] if origins[row.student].late and LATE not in row.flags else [])
    todo: dict[str, Job] = {
        "grades.csv": partial(write_grades, out / "grades.csv", rows),
        "report.html": partial(write_report, assignment, out, rows),
        "gradebook.db": partial(write_gradebook, assignment, out / "gradebook.db", rows),
    }
    done = [row for row in rows if None not in row.points.values() and not row.result.failed]
    for system, writer in (
        ("Canvas", partial(write_canvas, assignment, out / "canvas.csv", NAME)),
        ("Moodle", partial(write_moodle, assignment, out / "moodle.csv")),
    ):
        if any(there.system == system for there in origins.values()):
            theirs = [(row, origins[row.student]) for row in done if origins[row.student].system == system]
            todo[f"{system.lower()}.csv"] = partial(writer, theirs)
    names = functions(assignment)
    for row in rows:
        page = out / "feedback" / f"{file_name(row.student)}.html"
        todo[f"feedback of {row.student}"] = partial(write_feedback, assignment, names, page, row)
    return todo


def attempt(todo: Mapping[str, Job]) -> list[str]:
    """Write all reports, whatever happens to one; return the faults in words."""
    faults = []
    for name, job in todo.items():
        try:
            job()
        except Exception as error:  # it is told at the end, and changes the exit code
            faults.append(line(f"{name} was not written: {type(error).__name__}: {error}"))
    return faults


def write_grades(path: Path, rows: Sequence[Row]) -> None:
    """Write the points a question, the total and the flags of each student."""
    lines = [["student", *(f"question {question}" for question in rows[0].points), "total", "flags"]]
    for row in rows:
        points = map(number, [*row.points.values(), row.total])
        lines.append([cell(row.student), *points, cell(line("; ".join(row.flags), MOST_FLAGS))])
    write_csv(path, lines)


def table(rows: Sequence[Row]) -> str:
    """Put the class in a table for the terminal: a line a student, the flags below it."""
    questions = " ".join(f"{question:>3}" for question in rows[0].points)
    lines = [f"{'student':<30} {'total':>6}  {questions}"]
    for row in rows:
        shown = " ".join("  –" if value is None else f"{value:3g}" for value in row.points.values())
        lines += [f"{line(row.student):<30.30} {row.total:6g}  {shown}"]
        lines += [f"    ! {line(flag)}" for flag in row.flags]
    return "\n".join(lines)


def write_feedback(assignment: Assignment, names: Mapping[str, Sequence[str]], path: Path, row: Row) -> None:
    """Write a student's page: the points of each part, what to look at, and the student's own code beside it.

    It says nothing of the hidden tests but what they are about.
    """
    body = [f"<h1>{html(row.student)}: {row.total:g} of {possible(assignment):g} points</h1>"]
    if waiting := [question for question, value in row.points.items() if value is None]:
        most = sum(assignment.written.get(question, 0.0) for question in waiting)
        which = f"question {', '.join(waiting)} ({most:g} points)"
        body += [f"<p>Without {which}, which a person has still to mark.</p>"]
    if row.result.seconds or row.total:
        flags = [f"<li>{html(line(flag))}</li>" for flag in row.flags if not flag.startswith("look: ")]
        body += ["<h2>About your file</h2><ul>", *flags, "</ul>"] if flags else []
        for question in assignment.titles:
            body += of_question(assignment, names, row, question)
    else:  # nothing was run, all for one reason
        reason = next(iter(row.result.outcomes.values())).message
        body += [f"<p>Not graded: {html(reason)}.</p>"]
    if row.result.errors:
        errors = "\n".join(row.result.errors)
        body += [f"<h2>Cells that ended with an error</h2><pre>{html(errors)}</pre>"]
    write_page(path, f"Feedback for {row.student}", body)


def of_question(
    assignment: Assignment, names: Mapping[str, Sequence[str]], row: Row, question: str
) -> list[str]:
    """Say what became of a question; the code of what is right is folded."""
    parts = {key: part for key, part in assignment.parts.items() if part.question == question}
    most = sum(part.points for part in parts.values()) + assignment.written.get(question, 0.0)
    points = row.points.get(question)
    earned = "not marked yet" if points is None else f"{points:g} of {most:g}"
    title = html(assignment.titles[question])
    body = [f"<h2>{question} · {title} <small class=quiet>{earned}</small></h2>"]
    beside = [(code_of(cells_of(row), names[key])[:LONGEST], key) for key in parts]
    for code, group in groupby(beside, key=itemgetter(0)):  # parts that one cell answers stand together
        told = [(parts[key], row.result.outcomes[key]) for _, key in group]
        shown = f"<pre class=code tabindex=0>{html(code)}</pre>" if code else ""
        if code and all(outcome.points >= part.points for part, outcome in told):
            shown = f"<details><summary>Your code</summary>{shown}</details>"
        said = [text for one in told for text in of_part(*one)]
        body += ["<div class=beside><div>", *said, f"</div><div>{shown}</div></div>"]
    return body + of_written(row, question)


def of_part(part: Part, outcome: Outcome) -> list[str]:
    """Say what became of a part."""
    kind, sign = ("good", "✓") if outcome.points >= part.points else ("bad", "✗")
    body = [f"<p><b class={kind}>{sign} {part.label}</b>: {outcome.points:g} of {part.points:g}</p>"]
    if outcome.message:
        body += [f"<pre>{html(outcome.message + to_try(part, outcome))}</pre>"]
    return body


def to_try(part: Part, outcome: Outcome) -> str:
    """Say what to try next, where the message does not."""
    message = outcome.message
    if outcome.points >= part.points or "To try next" in message or message.startswith("not run"):
        return ""
    hints = [
        keyword.value
        for node in ast.walk(ast.parse(part.visible))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "hint"
    ]
    hint = " ".join(str(value.value) for value in hints if isinstance(value, ast.Constant))
    step = "call your function in a cell of its own, and read the last line of the error."
    if message.startswith(HIDDEN):
        step = "make up a case of this kind, work out by hand what must come out, and compare."
    return f"\n  To try next: {step}" + (f"\n  The check's hint: {hint}" if hint else "")


def of_written(row: Row, question: str) -> list[str]:
    """Show an answer that a person marks, with what the person said."""
    body = []
    if (mark := row.marks.get(question)) and mark.points is not None:
        body += [f"<p>{mark.points:g} points. {html(mark.comment)}</p>"]
    if text := row.result.written.get(question):
        body += [f"<details><summary>Your answer</summary><pre>{html(text[:LONGEST])}</pre></details>"]
    return body


def write_gradebook(assignment: Assignment, path: Path, rows: Sequence[Row]) -> None:
    """Write the database that ``nbgrader export`` and others read, as a whole, unless it has these points."""
    most = {key: part.points for key, part in assignment.parts.items()}
    most |= {f"written_{question}": points for question, points in assignment.written.items()}
    scores = {row.student: [points_of(row, key) for key in most] for row in rows}
    state = fingerprint(repr((version("nbgrader"), most, scores)))
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as book:
        if book.execute("SELECT state FROM made_of").fetchall() == [(state,)]:
            return
    from alembic.script import ScriptDirectory
    from nbgrader import api
    from nbgrader.api import Grade, Gradebook, GradeCell, Student, SubmittedAssignment, SubmittedNotebook

    # For a database without tables nbgrader asks another process for its version: three seconds.
    scheme = ScriptDirectory(str(Path(api.__file__).with_name("alembic"))).get_current_head()
    with TemporaryDirectory() as folder:
        database = Path(folder) / path.name
        with closing(sqlite3.connect(database)) as book:
            book.execute("CREATE TABLE alembic_version AS SELECT ? AS version_num", [scheme])
            book.commit()
        with Gradebook(f"sqlite:///{database}", NAME) as book, book.db.no_autoflush:
            of, notebook = book.add_assignment(NAME), book.add_notebook(NAME, NAME)
            kind = {"notebook": notebook, "cell_type": "code"}
            cells = [GradeCell(name=key, max_score=points, **kind) for key, points in most.items()]
            for student, theirs in scores.items():  # as `add_submission` does, a question at a time
                submission = SubmittedAssignment(assignment=of, student=Student(id=student))
                submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
                for cell, points in zip(cells, theirs, strict=True):
                    Grade(cell=cell, notebook=submitted, needs_manual_grade=None in points.values(), **points)
                book.db.add(submitted)
            book.db.commit()
        with closing(sqlite3.connect(database)) as book:
            book.execute("CREATE TABLE made_of AS SELECT ? AS state", [state])
            book.commit()
        write_atomically(path, lambda file: file.write(database.read_bytes()))


def points_of(row: Row, key: str) -> dict[str, float | None]:
    """Return the points of a cell as nbgrader calls them."""
    if outcome := row.result.outcomes.get(key):
        return {"auto_score": outcome.points}
    return {"manual_score": row.points.get(key.removeprefix("written_"))}
