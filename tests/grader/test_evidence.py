"""What stands beside an answer while it is marked: the student's own cells, texts and harmless pictures."""

import base64
import io
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell, new_output
from PIL import Image

from grader import evidence
from grader.assignment import SOURCE, load
from grader.submissions import Handed
from tests.grader.students import handed_in, keys, put

ASSIGNMENT = load(SOURCE)


def drawn(width: int = 3, height: int = 2, kind: str = "PNG") -> str:
    buffer = io.BytesIO()
    Image.new("1", (width, height)).save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


def shown(data: dict[str, str]):
    return new_output("display_data", data)


def pieces(
    folder: Path, code: str, outputs: list, questions: tuple[str, ...] = ("3",)
) -> list[tuple[str, str]]:
    """Hand in an answer to question 3, its outputs and a remark below it; return what is seen of all."""
    notebook = handed_in({"3": code})
    place = keys(notebook).index("answer_3")
    notebook.cells[place].outputs = outputs
    notebook.cells.insert(place + 1, new_markdown_cell("A remark."))
    path = put(folder / "lecture9.ipynb", notebook)
    seen = evidence.work(ASSIGNMENT, [Handed(path, "")], questions)
    return [(piece["kind"], piece.get("text", piece.get("source", ""))) for piece in seen]


def test_of_a_question_the_students_own_cells_are_seen_with_what_they_put_out(tmp_path):
    picture, photo = drawn(), drawn(kind="JPEG")
    outputs = [
        new_output("stream", text="it prints"),
        new_output("error", ename="E", evalue="it fails", traceback=[]),
        shown({"text/plain": "it is"}),
        shown({"text/plain": "<Figure>", "image/png": picture}),
        shown({"image/jpeg": photo}),
        shown({"image/png": "bm9uZQ=="}),
        shown({"image/png": drawn(5000, 4001)}),
    ]
    assert pieces(tmp_path, "def pad():\n\treturn '\u202emine'", outputs) == [
        ("code", "def pad():\n    return '�mine'"),
        ("output", "it prints"),
        ("output", "it fails"),
        ("output", "it is"),
        ("image", f"data:image/png;base64,{picture}"),
        ("image", f"data:image/jpeg;base64,{photo}"),
        ("note", "A picture is stored here that cannot be read."),
        ("note", "A picture of 5000 × 4001 is not shown."),
        ("markdown", "A remark."),
    ]


def test_much_is_cut_and_the_outputs_of_a_giant_are_not_read(tmp_path, monkeypatch):
    outputs = [new_output("stream", text="y" * 5_001), *[shown({"image/png": drawn()})] * 8]
    (_, code), (_, text), *rest = pieces(tmp_path, "x" * 21_000, outputs)
    assert code == "x" * 20_000 + "\n[… and 1,000 characters more]"
    assert text == "y" * 5_000 + "\n[… and 1 characters more]"
    assert [kind for kind, _ in rest] == ["image"] * 6 + ["markdown"]
    monkeypatch.setattr(evidence, "LARGEST", 1)
    assert pieces(tmp_path, "x", outputs) == [("code", "x"), ("markdown", "A remark.")]


@pytest.mark.parametrize("questions", [(), ("77",)])
def test_without_own_work_in_the_question_all_of_it_is_seen_and_nothing_that_was_given(tmp_path, questions):
    seen = [text for _, text in pieces(tmp_path, "mine = 3", [], questions)]
    assert seen[0].startswith("def tokens(text):") and "mine = 3" in seen
    assert not [text for text in seen if "l9.check(" in text or text.startswith("## ")]


def test_a_cell_is_of_the_question_in_its_name_and_of_the_notebook_that_is_graded(tmp_path):
    notebook = handed_in({"3": "mine = 3"})
    notebook.cells.append(notebook.cells.pop(keys(notebook).index("answer_3")))
    draft = put(tmp_path / "draft.ipynb", handed_in({"3": "draft = 3"}))
    files = [Handed(path, path.name) for path in (draft, put(tmp_path / "lecture9.ipynb", notebook))]
    assert [piece["text"] for piece in evidence.work(ASSIGNMENT, files, ["3"])] == ["mine = 3"]
