"""Mark the written answers of a class that was graded, in a browser on this machine.

Usage::

    python -m grader mark SUBMISSIONS=folder [OUT=folder]

It prints one address. What is marked there is saved at once, to marking.csv in OUT, where ``grade`` finds it.
Equal answers are marked once. Stop it with Ctrl-C; started again, it goes on.

Exit code: 0.
"""

import asyncio
import hmac
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from grader.assignment import Assignment, UnreadableError, load
from grader.classroom import file_name, folders, say
from grader.evidence import readable, work
from grader.grading import Result
from grader.marking import (
    Mark,
    Marks,
    comment_of,
    fingerprint,
    key_of,
    opened,
    possible,
    read_marks,
    state_of,
)
from grader.output import cell, from_cell, printable
from grader.submissions import find
from tools.command import RefusedError, options

PAGE = Path(__file__).with_suffix(".html")
LONGEST_ANSWER, LONGEST_COMMENT = 100_000, 5_000  # characters
CRITERION = re.compile(r"([^,]+?) (\d+(?:\.\d+)?)(?:, |$)")
POLICY = (
    "default-src 'none'; script-src 'nonce-NONCE'; style-src 'nonce-NONCE'; img-src data:; connect-src 'self'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"{POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Data = dict[str, Any]  # what goes to the page or comes from it


@dataclass(frozen=True)
class Answer:
    """An answer, and what each student who gave it wrote: blanks aside, it is the same."""

    question: str
    texts: dict[str, str]  # by student

    @property
    def key(self) -> str:
        """What the page calls it, also after a restart."""
        return fingerprint(f"{self.question} {min(map(key_of, self.texts))}")

    @property
    def text(self) -> str:
        """What the first of them wrote."""
        return next(iter(self.texts.values()))


def main(words: Sequence[str], source: Path) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    given = options(words, {"SUBMISSIONS": "", "OUT": ""})
    folder, out = folders(given["SUBMISSIONS"], given["OUT"])
    desk = Desk(load(source), folder, out)
    try:
        asyncio.run(serve(desk))
    except KeyboardInterrupt:
        say(f"\nAll marks are in {desk.path}. To bring them into the grades: make grade SUBMISSIONS={folder}")
    return 0


class Desk:
    """The answers of a class, and the marks that are given."""

    def __init__(self, assignment: Assignment, folder: Path, out: Path):
        self.assignment, self.path, self.handed = assignment, out / "marking.csv", find(folder)
        self.results: dict[str, Result] = {}
        for name in self.handed:
            if (path := out / "results" / f"{file_name(name)}.json").is_file():
                self.results[name] = Result.of(json.loads(path.read_text("utf-8"))["result"])
        if not self.results:
            raise RefusedError(f"there are no results in {out}: grade the class first, with make grade")
        self.questions = {question: about(assignment, question) for question in assignment.written}
        groups: dict[tuple[str, str], dict[str, str]] = {}
        for name, question in product(self.handed, self.questions):
            text = self.results[name].written[question] if name in self.results else ""
            same = " ".join(text.split()) or f"none of {key_of(name)}"  # each is looked for alone
            groups.setdefault((question, same), {})[name] = text
        answers = [Answer(question, texts) for (question, _), texts in groups.items()]
        self.answers = {answer.key: answer for answer in answers}
        self.marks()

    def marks(self) -> Marks:
        """Read the marks as they are now."""
        return read_marks(self.path, self.assignment, self.handed)

    def overview(self) -> Data:
        """Return all that the page shows of no answer in particular."""
        marks, listed = self.marks(), []
        for key, answer in self.answers.items():
            names, points = list(map(printable, answer.texts)), self.state(answer, marks)["points"]
            about = {"key": key, "question": answer.question, "names": names}
            listed.append(about | {"empty": not answer.text, "points": points})
        lines = (line for mark in marks.values() for line in mark.comment.splitlines())
        comments = [line for line, _ in Counter(lines).most_common(200)]
        return {"answers": listed, "questions": self.questions, "comments": comments}

    def state(self, answer: Answer, marks: Marks) -> Data:
        """Return an answer's mark; its version changes with that of any of its students."""
        mine = {name: marks.get((key_of(name), answer.question), Mark()) for name in answer.texts}
        mark = next((mark for mark in mine.values() if mark.given), Mark())
        said = [(mark.points, mark.rubric, mark.comment) for mark in mine.values()]
        changed = [
            mark.given and mark.answer not in ("", state_of(answer.texts[name]))
            for name, mark in mine.items()
        ]
        return {
            "points": mark.points,
            "rubric": {name: float(points) for name, points in CRITERION.findall(mark.rubric)},
            "comment": mark.comment,
            "version": fingerprint(repr(said)),
            "differ": len(set(said)) > 1,
            "changed": any(changed),
        }

    def show(self, answer: Answer) -> Data:
        """Return an answer and its mark."""
        text = readable(answer.text, LONGEST_ANSWER)
        words = sum(any(map(str.isalnum, word)) for word in answer.text.split())
        return {"text": text, "words": words, "mark": self.state(answer, self.marks())}

    def save(self, answer: Answer, sent: Data) -> Data:
        """Mark an answer, unless its mark is no more the one that the sender saw; return what it is now."""
        points, most = sent["points"], possible(self.assignment)[answer.question]
        points = None if points is None else float(points)
        if points is not None and not 0 <= points <= most:
            raise RefusedError(f"points must be from 0 to {most:g}")
        if len(comment := comment_of(from_cell(cell(sent["comment"])))) > LONGEST_COMMENT:
            raise RefusedError(f"a comment may have {LONGEST_COMMENT} characters, and no more")
        criteria = [one["name"] for one in self.questions[answer.question]["criteria"]]
        rubric = [f"{name} {float(sent['rubric'][name]):g}" for name in criteria if name in sent["rubric"]]
        with opened(self.path, self.assignment, self.handed) as marks:
            if saved := self.state(answer, marks)["version"] == sent["version"]:
                for name, text in answer.texts.items():
                    mark = marks.get((key_of(name), answer.question), Mark(student=name))
                    mark = replace(mark, points=points, comment=comment, rubric=", ".join(rubric))
                    marks[key_of(name), answer.question] = replace(mark, answer=state_of(text))
            return {"saved": saved, "mark": self.state(answer, marks)}

    def work(self, answer: Answer, number: int) -> Data:
        """Return what a student did in the questions that the answer is about, or in all if there is none."""
        name = list(answer.texts)[number]
        questions = self.questions[answer.question]["about"] if answer.text else []
        outcomes = self.results[name].outcomes if name in self.results else {}
        parts = [(self.assignment.parts[key], outcome.points) for key, outcome in outcomes.items()]
        shown = [(part, points) for part, points in parts if part.question in questions]
        points = [f"{part.label}: {points:g} of {part.points:g}" for part, points in shown]
        try:
            return {"points": points, "pieces": work(self.assignment, self.handed[name], questions)}
        except UnreadableError as error:
            return {"points": points, "pieces": [{"kind": "note", "text": printable(str(error))}]}


def about(assignment: Assignment, question: str) -> Data:
    """Return a question's text, the criteria in its table, and the questions that it speaks of."""
    text = next((text for text in assignment.prose if text.startswith(f"## {question} ·")), "")
    lines = [line.strip() for line in text.splitlines()]
    table = [line[1:].removesuffix("|").split("|") for line in lines if line.startswith("|")]
    rows = [[one.strip(" *") for one in row] for row in table]
    criteria: list[Data] = []
    for name, *words in rows[2:]:
        points = [float(level.split()[0]) for level in rows[0][1:]]
        criteria.append({"name": name, "levels": list(zip(points, words, strict=True))})
    most = sum(max(points for points, _ in one["levels"]) for one in criteria)
    if criteria and most != assignment.written[question]:
        raise RefusedError(
            f"the rubric of question {question} gives {most:g} points, the question has others"
        )
    spoken = re.findall(r"question (\d+)", text)
    shown = "\n".join(line for line in lines[1:] if not line.startswith("|")).strip()
    return {
        "title": lines[0].strip("# ") if lines else question,
        "text": shown,
        "criteria": criteria,
        "possible": assignment.written[question],
        "about": spoken,
    }


# The server.


async def serve(desk: Desk) -> None:
    """Answer the page of one address until the program ends."""
    token, [socket] = secrets.token_urlsafe(16), bind_sockets(0, "127.0.0.1")
    routes = [(r"/([^/]*)/?(\w*)/?(\w*)/?(.*)", Handler, {"desk": desk, "token": token})]
    HTTPServer(Application(routes, log_function=lambda _: None)).add_sockets([socket])
    waiting = sum(row["points"] is None and not row["empty"] for row in desk.overview()["answers"])
    address = f"http://127.0.0.1:{socket.getsockname()[1]}/{token}/"
    say(f"{waiting} answers to mark. Open {address} in a browser; stop with Ctrl-C.")
    await asyncio.Event().wait()


class Handler(RequestHandler):
    """Answers a request that has the token and comes from this server's own page."""

    def initialize(self, desk: Desk, token: str) -> None:
        """Keep what all requests need."""
        self.desk, self.token = desk, token

    def prepare(self) -> None:
        """Refuse what another site, or another name for this machine, asks for."""
        host, headers = self.request.host, self.request.headers
        ours = self.request.host_name in ("127.0.0.1", "localhost")
        ours = ours and headers.get("Origin", f"http://{host}") == f"http://{host}"
        ours = ours and headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
        if not ours or not hmac.compare_digest(self.path_args[0].encode(), self.token.encode()):
            raise HTTPError(403)

    def get(self, _: str, what: str, key: str, number: str) -> None:
        """Send the page, the list of answers, an answer, or what one of its students did."""
        nonce, desk = secrets.token_urlsafe(16), self.desk
        for name, value in HEADERS.items():
            self.set_header(name, value.replace("NONCE", nonce))
        if not what:
            self.write(PAGE.read_text("utf-8").replace("NONCE", nonce))
        elif what == "answers":
            self.reply(desk.overview)
        elif what == "answer":
            self.reply(desk.show, desk.answers[key])
        else:
            self.reply(desk.work, desk.answers[key], int(number))

    def post(self, _: str, __: str, key: str, ___: str) -> None:
        """Save a mark."""
        self.reply(self.desk.save, self.desk.answers[key], json.loads(self.request.body))

    def reply(self, function: Callable[..., Data], *arguments: Any) -> None:
        """Send what a function returns, or why it cannot do it."""
        try:
            self.write(function(*arguments))
        except (RefusedError, OSError) as error:
            self.write({"error": str(error)})
