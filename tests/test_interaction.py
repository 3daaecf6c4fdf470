"""The sliders: a picture where nobody can move them, a widget with the same picture where somebody can."""

import base64

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import lecture9_utils as l9

SLIDER = """\
import lecture9_utils as l9

def squares(n):
    return l9.plots.lines(range(n), {"squares": [k * k for k in range(n)]}, f"{n} squares", "k", "k²")

l9.slider(squares, "how many", [2, 4, 8], start=4)"""
MOVE = """\
import gc, ipywidgets
knob, = (o for o in gc.get_objects() if isinstance(o, ipywidgets.SelectionSlider))
knob.value = 8"""


def executed(*sources: str) -> tuple[list, dict]:
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells], notebook.metadata.get("widgets", {})


def test_without_anybody_to_move_it_it_is_the_first_picture(monkeypatch):
    monkeypatch.setenv("LECTURE9_STATIC", "1")
    (outputs,), widgets = executed(SLIDER)
    assert outputs[0].text == "Figure: 4 squares\n"
    assert set(outputs[1].data) == {"image/png", "text/plain"} and not widgets


def test_a_reader_moves_it_and_the_picture_changes(monkeypatch):
    monkeypatch.delenv("LECTURE9_STATIC", raising=False)
    (outputs, _), widgets = executed(SLIDER, MOVE)
    (output,) = outputs
    assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")  # for who cannot show widgets
    models = [
        model["state"] for model in widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    ]
    (knob,) = (m for m in models if m["_model_name"] == "SelectionSliderModel")
    assert (knob["_options_labels"], knob["index"], knob["description"]) == (["2", "4", "8"], 2, "how many")
    (shown,) = (m["outputs"] for m in models if m["_model_name"] == "OutputModel")
    assert [o.get("text") for o in shown] == ["Figure: 8 squares\n", None]
    assert shown[1]["data"]["image/png"].strip() != output.data["image/png"].strip()


def test_outside_of_a_notebook_it_is_the_first_picture(monkeypatch, capsys):
    monkeypatch.delenv("LECTURE9_STATIC", raising=False)
    figure = l9.slider(lambda n: l9.plots.bars({"n": [n]}, says=f"{n}"), "n", [0.2, 0.4], start=0.4)
    assert len(figure.axes) == 1 and capsys.readouterr().out == "Figure: 0.4\n"


def test_a_start_that_cannot_be_chosen_is_refused():
    with pytest.raises(ValueError, match=r"start must be one of 1, 2, got 3"):
        l9.slider(lambda n: n, "n", [1, 2], start=3)
