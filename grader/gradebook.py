"""Hand the results to nbgrader: its gradebook is made afresh from what was graded and marked."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.assignment import Assignment
from grader.reports import Row
from lecture9_utils.files import write_atomically

NAME = "lecture9"


def write_gradebook(assignment: Assignment, path: Path, rows: list[Row]) -> None:
    """Write a gradebook from which ``nbgrader export`` and its other tools read.

    Parameters
    ----------
    path : Path
        The database. It is replaced: marks by hand belong into marking.csv.
    """
    from nbgrader.api import Gradebook

    # nbgrader starts alembic, which is beside Python, by its name.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    written = {f"written_{question}": question for question in assignment.written}
    cells = {key: part.points for key, part in assignment.parts.items()}
    cells |= {key: assignment.written[question] for key, question in written.items()}
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
                    if key in written:
                        points = row.points[written[key]]
                        grade.manual_score, grade.needs_manual_grade = points, points is None
                    else:
                        grade.auto_score = row.result.outcomes[key].points
            book.db.commit()
        write_atomically(path, lambda file: file.write(database.read_bytes()))
