"""Marking by hand: marking.csv, which the desk and people write, and what it changes in a student's points.

A row marks a written answer, a part ("3a") or a question ("3"), whose automatic points it replaces.
It belongs to a student by its key, which no spreadsheet changes; a row that a person adds needs only a name.
"""

import csv
import hashlib
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from grader.assignment import Assignment
from grader.grading import Outcome, Result
from grader.output import cell, from_cell, number, printable, write_csv
from tools.command import RefusedError

COLUMNS = ("key", "student", "question", "points", "possible", "rubric", "comment", "answer")
NEEDED = ("student", "question", "points")
BREAK = "¶"  # between the lines of a comment in the file; all of Excel's encodings have it
ADVICE = "save it as “CSV UTF-8”"


@dataclass(frozen=True)
class Mark:
    """What a person gave for a question; `points` is None until there are any."""

    points: float | None = None
    comment: str = ""
    rubric: str = ""  # the points of each criterion, in words
    answer: str = ""  # changes with the written answer that was marked
    student: str = ""  # as the file calls whom it marks
    more: tuple[tuple[str, str], ...] = ()  # columns that a person added

    @property
    def given(self) -> bool:
        """Whether there is anything in it that a person gave."""
        return self.points is not None or bool(self.comment or self.rubric or any(dict(self.more).values()))


Marks = dict[tuple[str, str], Mark]  # by the student's key and the question


def fingerprint(text: str) -> str:
    """Return a few letters that change with a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def key_of(student: str) -> str:
    """Return the key of a student's rows: it looks like no number, date or formula."""
    return f"s{fingerprint(student)}"


def state_of(answer: str) -> str:
    """Return what changes with a written answer, as a row holds it."""
    return f"a{fingerprint(answer)}" if answer else ""


def possible(assignment: Assignment) -> dict[str, float]:
    """Return the points of all that a row can mark: written answers, parts and questions."""
    points = dict(assignment.written)
    for part in assignment.parts.values():
        for name in wider(part.name):
            points[name] = points.get(name, 0.0) + part.points
    return points


def wider(name: str) -> list[str]:
    """Name what a part belongs to, and the part: ["3", "3a", "3a_hidden"]."""
    question = "".join(takewhile(str.isdigit, name))
    return list(dict.fromkeys([question, name.partition("_")[0], name]))


# Reading and writing.


def text_of(path: Path) -> str:
    """Read a table as Excel, LibreOffice or an editor saves it."""
    data = path.read_bytes()
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        with suppress(UnicodeDecodeError):
            if "\0" not in (text := data.decode(encoding)):
                return text
    raise RefusedError(f"{path.name} is no table of text: {ADVICE}")


def table(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Go through the rows of a CSV, with commas, semicolons or tabs, each with the place where it ends."""
    text = text_of(path)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [name.strip() for name in next(lines, [])]
        head = head[: len(head) - next((i for i, name in enumerate(reversed(head)) if name), 0)]
        if gone := [name for name in NEEDED if name not in head]:
            raise RefusedError(f"{path.name} has no column {gone[0]!r}; it needs {', '.join(NEEDED)}")
        for row in lines:
            where = f"{path.name}, line {lines.line_num}"
            if any(row[len(head) :]):
                raise RefusedError(f"{where}: more cells than columns; is a comment without its quotes?")
            if any(text.strip() for text in row):
                yield where, dict.fromkeys(head, "") | dict(zip(head, row, strict=False))
    except csv.Error as error:
        raise RefusedError(f"{path.name}, line {lines.line_num}: {error}; is a quote open?") from None


@lru_cache(4096)
def folded(name: str) -> str:
    """Return a name without what spreadsheets, file systems and eyes change or do not see."""
    text = unicodedata.normalize("NFKC", from_cell(name)).casefold()
    kept = "".join(c for c in text if c != "�" and unicodedata.category(c)[0] not in "CZ")
    return kept.lstrip("0") or kept[:1] if kept.isdecimal() else kept


def whose(where: str, key: str, name: str, students: Mapping[str, str]) -> str:
    """Return the key of the student to whom a row belongs, who may not be here."""
    called, shown = [one for one, other in students.items() if folded(other) == folded(name)], printable(name)
    if key in students:
        if called and key not in called:
            other = printable(students[key])
            raise RefusedError(f"{where}: the key is that of {other!r}, but the name {shown!r} is another's")
        return key
    if len(called) > 1:
        raise RefusedError(f"{where}: {len(called)} students are called {shown!r}: give the row its key")
    if not (called or key or name):
        raise RefusedError(f"{where}: the row names no student")
    return called[0] if called else key or key_of(name)


def read_marks(path: Path, assignment: Assignment, students: Iterable[str]) -> Marks:
    """Read marking.csv; RefusedError if there is a row that cannot be understood."""
    marks: Marks = {}
    known, most = {key_of(name): name for name in students}, possible(assignment)
    for where, row in table(path) if path.exists() else ():
        question, given = row["question"].strip(), row["points"].strip()
        if question not in most:
            raise RefusedError(f"{where}: there is no question {printable(question[:40])!r}")
        points = None
        if given:
            with suppress(ValueError):
                points = float(given.replace(",", "."))
            if points is None or not 0 <= points <= most[question]:
                shown = printable(given[:40])
                raise RefusedError(f"{where}: points must be from 0 to {most[question]:g}, got {shown!r}")
        name = from_cell(row["student"])
        owner = whose(where, row.get("key", "").strip(), name, known)
        more = tuple((column, from_cell(text)) for column, text in row.items() if column not in COLUMNS)
        rubric, state = from_cell(row.get("rubric", "")), row.get("answer", "").strip()
        mark = Mark(points, comment_of(from_cell(row.get("comment", ""))), rubric, state, name, more)
        before = marks.get((owner, question), mark)
        if before.given and mark.given and replace(before, student=name) != mark:
            raise RefusedError(f"{where}: question {question} of {printable(name)!r} is marked a second time")
        marks[owner, question] = mark if mark.given else before
    for owner, question in marks:
        there = [name for name in wider(question) if (owner, name) in marks]
        twice = [name for name in there if marks[owner, name].points is not None]
        if len(twice) > 1:
            who = printable(marks[owner, question].student)
            raise RefusedError(f"{path.name}: {twice[0]} of {who!r} is marked as a whole and in part")
    return marks


def comment_of(text: str) -> str:
    """Return a comment with a line for each thing that it says, and without blanks around them."""
    lines = (" ".join(line.split()) for line in re.split(rf"[{BREAK}\r\n]", text))
    return "\n".join(line for line in lines if line)


def write_marks(path: Path, assignment: Assignment, students: Iterable[str], marks: Marks) -> None:
    """Write marking.csv, each row in one line; the first character tells Excel that it is UTF-8."""
    names, most = {key_of(name): name for name in students}, possible(assignment)
    more = list(dict.fromkeys(column for mark in marks.values() for column, _ in mark.more))
    rows = []
    for (key, question), mark in marks.items():
        comment = mark.comment.replace("\n", f" {BREAK} ")
        row = [key, names.get(key, mark.student), question, number(mark.points), number(most[question])]
        row += [mark.rubric, comment, mark.answer, *(dict(mark.more).get(column, "") for column in more)]
        rows.append([cell(" ".join(text.splitlines())) for text in row])
    rows.sort(key=lambda row: (row[1], row[0], len(row[2]), row[2]))
    write_csv(path, [["\ufeff" + COLUMNS[0], *COLUMNS[1:], *map(cell, more)], *rows])


@contextmanager
def opened(path: Path, assignment: Assignment, students: Iterable[str]) -> Iterator[Marks]:
    """Read the marks, let them be changed, and write them at the end; one process at a time does so."""
    import fcntl  # which Windows does not have

    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        marks = read_marks(path, assignment, students)
        before = dict(marks)
        yield marks
        if marks != before or not path.exists():
            write_marks(path, assignment, students, marks)
    finally:
        os.close(folder)


# What the marks change.


@dataclass(frozen=True)
class Row:
    """What all reports say of a student."""

    student: str
    result: Result
    marks: dict[str, Mark]  # of whole questions, with the points of the rubric in the comment
    points: dict[str, float | None]  # by question; None for one that a person has still to mark
    flags: list[str]  # what a person should know

    @property
    def total(self) -> float:
        """The points that there are."""
        return sum(value or 0.0 for value in self.points.values())


def together(assignment: Assignment, student: str, result: Result, marks: Marks) -> Row:
    """Bring together what was graded and what was marked; a new answer gets an empty mark among the marks."""
    key = key_of(student)
    mine = {question: mark for (owner, question), mark in marks.items() if owner == key}
    outcomes = dict(result.outcomes)
    for question, mark in mine.items():
        if question not in assignment.written:
            outcomes |= overridden(assignment, outcomes, question, mark)
    row = Row(student, replace(result, outcomes=outcomes), {}, {}, list(result.flags))
    for part_key, part in assignment.parts.items():
        row.points[part.question] = (row.points.get(part.question) or 0.0) + outcomes[part_key].points
    for question, text in result.written.items():
        mark = mine.get(question, Mark())
        if text and not mark.given:
            marks[key, question] = replace(mark, answer=state_of(text), student=student)
        if mark.points is not None and mark.answer not in ("", state_of(text)):
            row.flags.append(f"question {question} was changed after it was marked")
        if not text:
            row.flags.append(f"question {question} is not answered")
        row.points[question] = mark.points if text or mark.points is not None else 0.0
    for question in mine.keys() & row.points.keys():
        said = "; ".join(filter(None, [mine[question].rubric, mine[question].comment]))
        row.marks[question] = replace(mine[question], comment=said)
    return row


def overridden(
    assignment: Assignment, outcomes: Mapping[str, Outcome], name: str, mark: Mark
) -> dict[str, Outcome]:
    """Return the outcomes of a part or a question with a person's points and comment.

    Of a question, what is added goes to the first parts that lack points; what is taken comes from the last.
    """
    parts = {key: part for key, part in assignment.parts.items() if name in wider(part.name)}
    changed = {key: outcomes[key] for key in parts}
    if mark.points is not None:
        left = mark.points - sum(outcome.points for outcome in changed.values())
        for key in parts if left > 0 else reversed(parts):
            points = min(max(outcomes[key].points + left, 0.0), parts[key].points)
            left -= points - outcomes[key].points
            changed[key] = replace(outcomes[key], points=points)
    first = next(iter(changed))
    if mark.given and name != parts[first].question:  # what is said of a question stands beside it
        said = f"Marked by hand. {mark.comment}".strip()
        message = "\n".join(filter(None, [changed[first].message, said]))
        changed[first] = replace(changed[first], message=message)
    return changed


def strangers(marks: Marks, students: Iterable[str]) -> str:
    """Say in a sentence which rows belong to nobody here; nothing if there are none."""
    here = {key_of(name) for name in students}
    gone = [(mark.student, question) for (key, question), mark in marks.items() if key not in here]
    rows = [f"{printable(student)!r} (question {question})" for student, question in gone]
    some = ", ".join(rows[:10]) + (f" and {len(rows) - 10} more" if len(rows) > 10 else "")
    return f"marking.csv has rows of nobody in this class; they are kept: {some}." if rows else ""
