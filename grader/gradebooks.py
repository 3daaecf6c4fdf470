"""Import files for Canvas and Moodle, made from the ids in the names of the files that were handed in.

canvas.csv has the format of Canvas's gradebook export; moodle.csv that of Moodle's offline grading worksheet,
in English. Who waits for a person, with an answer or since the grader failed, is in neither: a cell that is
empty would delete a grade in Canvas.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Assignment
from grader.marking import Row
from grader.output import cell, html, number, write_csv
from grader.submissions import CANVAS, MOODLE, Handed

CANVAS_COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE_COLUMNS = ["Identifier", "Full name", "Grade", "Maximum Grade"]
MOODLE_COLUMNS += ["Last modified (grade)", "Feedback comments"]


@dataclass(frozen=True)
class Origin:
    """Where a student's files come from: the system, the name and id there, and whether they are late."""

    system: str = ""  # "Canvas", "Moodle", or "" for a person or nbgrader
    name: str = ""
    id: str = ""
    late: bool = False


def origin(files: Iterable[Handed]) -> Origin:
    """Read where a student's files come from off their names.

    Examples
    --------
    >>> origin([Handed(Path("class/lovelaceada_LATE_12_345_lecture9.ipynb"), "")])
    Origin(system='Canvas', name='lovelaceada', id='12', late=True)
    >>> origin([Handed(Path("class/Ada Lovelace_77_assignsubmission_file_/lecture9.ipynb"), "")])
    Origin(system='Moodle', name='Ada Lovelace', id='77', late=False)
    """
    found = Origin()
    for path in (file.path for file in files):
        moodle = next((match for match in map(MOODLE.fullmatch, reversed(path.parts)) if match), None)
        if moodle:
            name, _, number_there = moodle[1].rpartition("_")
            return Origin("Moodle", name, number_there)
        if match := CANVAS.fullmatch(path.name):
            name, *_, number_there, _, _ = match.groups()
            found = Origin("Canvas", name, number_there, path.name.startswith(f"{name}_LATE_") or found.late)
    return found


def write_canvas(
    assignment: Assignment, path: Path, title: str, students: Sequence[tuple[Row, Origin]]
) -> None:
    """Write the file for *Import* in Canvas's gradebook, which knows the students by their ids."""
    lines = [[*CANVAS_COLUMNS, title]]
    lines += [["    Points Possible", "", "", "", "", number(possible(assignment))]]
    lines += [[cell(there.name), there.id, "", "", "", number(row.total)] for row, there in students]
    write_csv(path, lines)


def write_moodle(assignment: Assignment, path: Path, students: Sequence[tuple[Row, Origin]]) -> None:
    """Write the file for *Upload grading worksheet* in Moodle's assignment."""
    lines, most = [MOODLE_COLUMNS], number(possible(assignment))
    for row, there in students:
        by_question = ", ".join(f"{question}: {number(points)}" for question, points in row.points.items())
        comments = [f"{row.total:g} of {most} points. By question: {by_question}."]
        comments += [f"Question {key}: {mark.comment}" for key, mark in row.marks.items() if mark.comment]
        feedback = "".join(f"<p>{html(comment)}</p>" for comment in comments)
        lines.append(
            [f"Participant {there.id}", cell(there.name), number(row.total), most, "-", cell(feedback)]
        )
    write_csv(path, lines)


def possible(assignment: Assignment) -> float:
    """Return the points that there are in all."""
    return sum(part.points for part in assignment.parts.values()) + sum(assignment.written.values())
