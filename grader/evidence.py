"""What a student did in a question, for the person who marks: texts, and pictures that are only pictures."""

import base64
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import nbformat
from PIL import Image

from grader.assignment import Assignment, normal, tag
from grader.output import printable
from grader.submissions import Handed, choose

LARGEST = 20 * 2**20  # bytes; the outputs of a larger notebook are not shown
LONGEST_CELL, LONGEST_OUTPUT = 20_000, 5_000  # characters
PIXELS, MOST_PICTURES = 20_000_000, 6  # of a picture that is shown, and how many are
Piece = dict[str, str]  # its kind, and its text or source


def work(assignment: Assignment, files: list[Handed], questions: Sequence[str]) -> list[Piece]:
    """Return what the student did in some questions, or in all if that is nothing.

    Raises
    ------
    UnreadableError
        If there is no notebook.
    """
    cells = stored(assignment, files)
    return list(pieces(assignment, cells, questions)) or list(pieces(assignment, cells, []))


def stored(assignment: Assignment, files: list[Handed]) -> list[Any]:
    """Return the cells that were graded, with their outputs, for which grading has no use."""
    notebook, _ = choose(assignment, files)
    sources = [cell.source for cell in notebook.cells]
    for path in (file.path for file in files):
        if not path.is_symlink() and path.is_file() and path.stat().st_size < LARGEST:
            with suppress(ValueError, AttributeError, RecursionError, nbformat.ValidationError):  # none
                cells = list(nbformat.reads(path.read_text("utf-8-sig"), as_version=4).cells)
                if [cell.source for cell in cells] == sources:
                    return cells
    return list(notebook.cells)


def pieces(assignment: Assignment, cells: list[Any], questions: Sequence[str]) -> Iterator[Piece]:
    """Go through what is the student's own in some questions, or in all: code, what it put out, and text."""
    given = {normal(text) for text in assignment.kept.values()} | {*assignment.prose, ""}
    here, pictures = "", 0
    for cell in cells:
        here = heading[1] if (heading := re.match(r"\s*## (\d+) ·", cell.source)) else here
        known = re.match(r"[a-z]+_(\d+)", key := str(tag(cell).get("grade_id")))
        if questions and (known[1] if known else here) not in questions:
            continue
        if key in assignment.kept or normal(cell.source) in given:
            continue
        yield {"kind": cell.cell_type, "text": readable(cell.source, LONGEST_CELL)}
        for output in filter(is_mapping, cell.get("outputs") or []):
            data = output["data"] if is_mapping(output.get("data")) else {}
            image = next((data[kind] for kind in ("image/png", "image/jpeg") if kind in data), None)
            text = next(filter(None, [output.get("text"), data.get("text/plain"), output.get("evalue")]), "")
            if image is None:
                yield {"kind": "output", "text": readable(str(text), LONGEST_OUTPUT)}
            elif (pictures := pictures + 1) <= MOST_PICTURES:
                yield picture(str(image))


def is_mapping(value: Any) -> bool:
    """Tell whether a part of a notebook has the form that it should have."""
    return isinstance(value, dict)


def picture(encoded: str) -> Piece:
    """Return a picture for an image element, which runs nothing; a note if it is none or a giant."""
    try:
        raw = base64.b64decode(encoded)
        with Image.open(io.BytesIO(raw), formats=["PNG", "JPEG"]) as image:
            (width, height), kind = image.size, str(image.format).lower()
    except (ValueError, OSError, Image.DecompressionBombError):
        return {"kind": "note", "text": "A picture is stored here that cannot be read."}
    if width * height > PIXELS:
        return {"kind": "note", "text": f"A picture of {width} × {height} is not shown."}
    return {"kind": "image", "source": f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"}


def readable(text: str, most: int) -> str:
    """Return the beginning of a text with plain blanks, and without marks that turn or hide what follows."""
    lines = (re.sub(r"\s", " ", line.expandtabs(4)) for line in text[:most].splitlines())
    more = f"\n[… and {len(text) - most:,} characters more]" if len(text) > most else ""
    return printable("\n".join(lines)) + more
