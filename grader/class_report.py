"""The class as a whole: report.html; report.csv, a row for each part; students.csv, a row for each student.

Only students whose notebook was run count in the shares: who handed in nothing says nothing of a question.
"""

import re
import statistics
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from grader.assignment import Assignment
from grader.gradebooks import possible
from grader.grading import Outcome
from grader.marking import Row
from grader.output import cell, html, line, number, write_csv, write_page
from grader.own_code import Equal, equal_answers
from grader.submissions import LATE

FEWEST = 3  # students, for a correlation
MOST_PAIRS = 15
RARE = 0.1  # an answer of more than this share of the class says nothing of two students
HIDDEN = "a hidden test fails: "
COLUMNS = ["part", "question", "possible", "students", "all points", "share right", "mean points"]
COLUMNS += ["discrimination", "commonest failing test", "failed by", "commonest wrong value", "returned by"]
PARTS = """<p><i>Right</i> is the share of students with all points. <i>Discrimination</i> is the correlation
of the part's points with the rest of the total (–: fewer than three students, or all with the same points).
Where it is near 0, or below, a part does not tell strong students from weak ones: read it and its tests
again. With fewer than some 30 students it says little.</p>"""
EQUAL = """<p>Equal but for blanks, comments and docstrings; first those that few have given, of these the
longest first. A short answer is often equal because there is one natural way to write it: equal code proves
nothing by itself.</p>"""
TIME = "<p>Seconds that each notebook took to run and be tested, while others ran; the longest first.</p>"


@dataclass(frozen=True)
class Item:
    """What the class made of a part, or of a question marked by hand."""

    name: str
    title: str  # of its question
    possible: float
    points: Sequence[float]  # of the students who have some, or 0
    discrimination: float | None
    failing: tuple[str, int]  # the commonest failing test and how many failed it
    wrong: tuple[str, int]  # the commonest wrong value and how many returned it

    @property
    def right(self) -> int:
        """How many have all points."""
        return sum(points >= self.possible for points in self.points)

    @property
    def share(self) -> float | None:
        """The share that has all points, if there is anybody."""
        return self.right / len(self.points) if self.points else None

    @property
    def mean(self) -> float | None:
        """The mean of the points, if there are any."""
        return statistics.fmean(self.points) if self.points else None


def discrimination(points: Sequence[float], rest: Sequence[float]) -> float | None:
    """Return Pearson's correlation of a part's points with the rest of the total (the item-rest correlation).

    None where it is not defined: fewer than three students, or all with the same points.

    Examples
    --------
    >>> discrimination([0, 4, 4], [10, 20, 30])
    0.866...
    >>> discrimination([4, 4, 4], [10, 20, 30]) is None
    True
    """
    points, rest = ([round(value, 6) for value in values] for values in (points, rest))
    if len(points) < FEWEST or len(set(points)) < 2 or len(set(rest)) < 2:
        return None
    return statistics.correlation(points, rest)


def failing_test(outcome: Outcome, possible_points: float) -> tuple[str, str]:
    """Return the test that took points, and the wrong value that was returned; "" where there is none.

    A hidden test is named by what it is about; what it called is told in `detail`, where a result has it.
    """
    if outcome.points >= possible_points:
        return "", ""
    detail = outcome.detail or outcome.message
    called = detail.partition("\n")[0]
    received = re.search(r"^  received: (.*)", detail, re.M)
    about = outcome.message.partition("\n")[0]
    test = f"hidden: {about.removeprefix(HIDDEN)}" if about.startswith(HIDDEN) else about
    return line(test), line(f"{called} → {received[1]}") if received else ""


def commonest(words: Iterable[str]) -> tuple[str, int]:
    """Return the commonest of some texts, and how often it is there; of two the first by the alphabet."""
    counted = Counter(word for word in words if word)
    return max(sorted(counted.items()), key=lambda one: one[1], default=("", 0))


def ran(rows: Sequence[Row]) -> list[Row]:
    """Return the students whose notebook was run, and whose points are not the grader's fault."""
    return [row for row in rows if row.result.seconds and not row.result.failed]


def items(assignment: Assignment, rows: Sequence[Row]) -> list[Item]:
    """Work out what the class made of each part and each question marked by hand.

    The rest of the total has the questions marked by hand in it when all of them are marked.
    """
    rows = ran(rows)
    marked = {question: [row.points[question] for row in rows] for question in assignment.written}
    by_hand = {key: [p or 0.0 for p in points] for key, points in marked.items() if None not in points}
    tested = {key: [row.result.outcomes[key].points for row in rows] for key in assignment.parts}
    totals = [sum(points) for points in zip(*tested.values(), *by_hand.values(), strict=True)]
    found = []
    for key, part in assignment.parts.items():
        told = [failing_test(row.result.outcomes[key], part.points) for row in rows]
        failing, wrong = (commonest(column) for column in zip(*told, strict=True)) if told else (("", 0),) * 2
        rest = [total - points for total, points in zip(totals, tested[key], strict=True)]
        title, r = assignment.titles.get(part.question, ""), discrimination(tested[key], rest)
        found.append(Item(part.name, title, part.points, tested[key], r, failing, wrong))
    for question, points in marked.items():
        rest, r = [total - (p or 0.0) for total, p in zip(totals, points, strict=True)], None
        if question in by_hand:
            r = discrimination(by_hand[question], rest)
        there = [p for p in points if p is not None]
        title, most = assignment.titles.get(question, ""), assignment.written[question]
        found.append(Item(question, title, most, there, r, ("", 0), ("", 0)))
    return found


def common(one: Equal, students: int) -> bool:
    """Tell whether so many of these students gave an answer that it says nothing of any two."""
    return len(one.students) > max(2, RARE * students)


def pairs(equal: Sequence[Equal], students: int) -> list[tuple[tuple[str, str], list[str]]]:
    """Return the pairs of students with the most equal answers, of those that few others have given."""
    shared: dict[tuple[str, str], list[str]] = {}
    for one in equal:
        if not common(one, students):
            for pair in combinations(sorted(one.students), 2):
                shared.setdefault(pair, []).append(one.about)
    most = sorted(shared.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [pair for pair in most if len(pair[1]) > 1][:MOST_PAIRS]


def write_report(assignment: Assignment, folder: Path, rows: Sequence[Row]) -> None:
    """Write report.html, report.csv and students.csv."""
    class_items, equal = items(assignment, rows), equal_answers(assignment, rows)
    lines = [COLUMNS]
    for item in class_items:
        test, wrong = ([cell(what), str(by or "")] for what, by in (item.failing, item.wrong))
        values = [item.possible, len(item.points), item.right, item.share, item.mean, item.discrimination]
        figures = ["" if value is None else f"{value:.4g}" for value in values]
        lines.append([item.name, item.title, *figures, *test, *wrong])
    write_csv(folder / "report.csv", lines)
    counts = Counter(student for one in equal for student in one.students)
    lines = [["student", "total", "late", "seconds", "equal answers"]]
    for row in rows:
        figures = [number(row.total), "late" if LATE in row.flags else "", f"{row.result.seconds:.0f}"]
        lines.append([cell(row.student), *figures, str(counts[row.student])])
    write_csv(folder / "students.csv", lines)
    body = [*overview(assignment, rows), *of_parts(class_items)]
    body += [*of_equal(equal, len(rows)), *of_students(lines)]
    write_page(folder / "report.html", "Report of the class", body)


def overview(assignment: Assignment, rows: Sequence[Row]) -> list[str]:
    """Say how the class did, and draw how the totals are spread."""
    there, most = ran(rows), possible(assignment)
    says = [f"{len(rows)} students, of whom {len(there)} handed in a notebook that was run"]
    says += [f"late: {sum(LATE in row.flags for row in rows)}"]
    if waiting := sum(None in row.points.values() for row in there):
        says += [f"with an answer that waits for a person, and counts 0 here: {waiting}"]
    body = ["<h1>Report of the class</h1>", f"<p>{'; '.join(says)}.</p>"]
    if there:
        totals = [row.total for row in there]
        middle, mean = statistics.median(totals), statistics.fmean(totals)
        spread = f"from {min(totals):g} to {max(totals):g}"
        body += [f"<p>Of {most:g} points: median {middle:g}, mean {mean:.1f}, {spread}.</p>"]
        tens = Counter(min(int(total * 10 / most), 9) for total in totals)
        lines = []
        for ten in range(9, -1, -1):
            low, high = (f"{tenth * most / 10:g}" for tenth in (ten, ten + 1))
            lines += [[f"{low} to {high}", str(tens[ten]), bar(tens[ten] / len(there))]]
        body += table(["points", "students", ""], lines, figures={1})
    return body


def table(heads: Sequence[str], lines: Iterable[Sequence[str]], figures: Container[int]) -> list[str]:
    """Return a table of HTML; its figures, in these columns, stand to the right."""

    def row(kind: str, cells: Sequence[str]) -> str:
        inside = (f"<{kind}{' class=n' * (i in figures)}>{text}</{kind}>" for i, text in enumerate(cells))
        return f"<tr>{''.join(inside)}</tr>"

    body = ["<div class=table tabindex=0><table>", row("th", heads)]
    return [*body, *(row("td", cells) for cells in lines), "</table></div>"]


def bar(share: float) -> str:
    """Draw a share as a bar."""
    return f'<span class=bar style="width:{12 * share:.2f}em"></span>'


def of_parts(class_items: Sequence[Item]) -> list[str]:
    """Put the parts in a table."""
    heads = ["part", "points", "right", "", "mean", "discrimination", "commonest failing test"]
    lines, before = [], ""
    for item in class_items:
        share = "–" if item.share is None else f"{item.share:.0%}"
        mean = "–" if item.mean is None else f"{item.mean:.2f}"
        r = "–" if item.discrimination is None else f"{item.discrimination:z.2f}".replace("-", "−")
        title, before = "" if item.title == before else html(item.title), item.title
        named = [f"<b>{html(item.name.replace('_', ', '))}</b> {title}", f"{item.possible:g}", share]
        told = (f"{by} × {html(what)}" if by else "" for what, by in (item.failing, item.wrong))
        lines.append([*named, bar(0.4 * (item.share or 0)), mean, r, *told])
    body = table([*heads, "commonest wrong value"], lines, figures={1, 2, 4, 5})
    return ["<h2>The parts</h2>", PARTS, *body]


def of_equal(equal: Sequence[Equal], students: int) -> list[str]:
    """Show answers that several students have given."""
    body = ["<h2>Equal answers</h2>", EQUAL if equal else "<p>There are none.</p>"]
    if most := pairs(equal, students):
        body += ["<p>The pairs who share most, of the answers that few others have given:</p><ul>"]
        body += [f"<li>{html(' and '.join(pair))}: {html('; '.join(about))}</li>" for pair, about in most]
        body += ["</ul>"]
    for one in sorted(equal, key=lambda one: common(one, students)):
        everybody, size = ", ".join(one.students), len(one.answer.splitlines())
        head = f"<b>{html(one.about)}</b> · {len(one.students)} students, {size} lines"
        body += [f"<details><summary>{head}: {html(line(everybody, 120))}</summary><p>{html(everybody)}</p>"]
        body += [f"<pre class=code tabindex=0>{html(one.answer)}</pre></details>"]
    return body


def of_students(lines: Sequence[Sequence[str]]) -> list[str]:
    """Put the students in a table, the one that took longest first."""
    slowest = sorted(lines[1:], key=lambda row: -float(row[3]))
    body = table(lines[0], [list(map(html, row)) for row in slowest], figures={1, 3, 4})
    return ["<h2>Time</h2>", TIME, "<details><summary>All students</summary>", *body, "</details>"]
