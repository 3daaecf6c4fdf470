"""Hand the results to nbgrader: its gradebook is made afresh from what was graded and marked."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from grader.assignment import Assignment
from grader.marking import Result
from grader.reports import Marks

NAME = "lecture9"


def fill(assignment: Assignment, path: Path, results: Mapping[str, Result], marks: Marks) -> None:
    """Write a gradebook from which ``nbgrader export`` and its other tools read.

    Parameters
    ----------
    path : Path
        The database. It is replaced: marks by hand belong into marking.csv.
    """
    from nbgrader.api import Gradebook

    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # for alembic
    )
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    with Gradebook(f"sqlite:///{partial}", NAME) as book, book.db.no_autoflush:
        book.add_assignment(NAME)
        book.add_notebook(NAME, NAME)
        for key, most in (*((k, p.points) for k, p in assignment.parts.items()), *assignment.written.items()):
            book.add_grade_cell(key, NAME, NAME, max_score=most, cell_type="code")
        for student, result in results.items():
            book.add_student(student)
            book.add_submission(NAME, student)
            for key in assignment.parts:
                outcome = result.outcomes.get(key)
                book.find_grade(key, NAME, NAME, student).auto_score = outcome.points if outcome else 0
            for key in assignment.written:
                mark = marks.get((student, re.sub(r"\D", "", key)))
                grade = book.find_grade(key, NAME, NAME, student)
                grade.manual_score = mark.points if mark else 0
                grade.needs_manual_grade = bool(mark and mark.points is None)
        book.db.commit()
    partial.replace(path)
