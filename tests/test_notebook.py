"""The progress bar and TensorFlow's quiet start in a real terminal and notebook; sliders."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import lecture9_utils as l9

TRAINING = """
import numpy as np, lecture9_utils as l9
import keras
model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"], jit_compile=True)
history = model.fit(np.zeros((8, 2)), np.zeros(8), epochs=2, verbose=0)
"""
SLIDER = """
import lecture9_utils as l9
def squares(n):
    return l9.plots.lines(range(n), {"squares": [k * k for k in range(n)]}, f"{n} squares", "k", "k²")
l9.slider(squares, "how many", [2, 4, 8], start=4)
"""
COLAB = "import sys; sys.modules['google.colab'] = sys"
MOVE = """
import gc, ipywidgets
knob, = (o for o in gc.get_objects() if isinstance(o, ipywidgets.SelectionSlider))
knob.value = 8
"""


def in_terminal(code: str) -> tuple[str, str]:
    """Run Python; give what it wrote to the terminal, and what one then sees there."""
    command = [sys.executable, "-c", code]
    written = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
    lines = []
    for line in written.split("\n"):
        lines.append("")
        for part in line.split("\r"):
            lines[-1] = part + lines[-1][len(part) :]
    return written, "\n".join(line.rstrip() for line in lines)


def in_notebook(*sources: str) -> tuple[list[str], list[Any]]:
    """Run cells in a kernel; give the texts displayed one after another, and the stored outputs."""
    shown: list[str] = []

    class Listener(NotebookClient):
        def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
            if msg["msg_type"] in ("display_data", "update_display_data"):
                shown.append(msg["content"]["data"]["text/plain"])
            return super().process_message(msg, cell, cell_index)

    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    Listener(notebook, timeout=600, startup_timeout=600, kernel_name="python3").execute()
    return shown, [output for cell in notebook.cells for output in cell.outputs]


def test_in_a_terminal_bars_leave_nothing_and_keras_is_quiet() -> None:
    loop = "assert sum(l9.progress([1, 2], desc='reading')) == 3\n"
    written, seen = in_terminal(TRAINING + loop + "import os; os.write(2, b'errors are still seen')")
    assert "reading: " in written and "0/2" in written
    assert seen == "errors are still seen"


def test_what_the_import_of_tensorflow_raises_is_seen(tmp_path: Path) -> None:
    noise = "import os; os.write(2, b'noise'); import no_such_library"
    (tmp_path / "tensorflow.py").write_text(noise, encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import lecture9_utils, tensorflow"
    written, _ = in_terminal(code)
    assert "No module named 'no_such_library'" in written and "tensorflow.py" in written
    assert "noise" not in written.replace(noise, "")


def test_in_a_notebook_bars_begin_and_end_with_the_same_empty_text_and_keras_is_quiet() -> None:
    loop = "for _ in l9.progress(range(8), desc='reading'): time.sleep(0.05)"
    # Of many models of one shape TensorFlow would warn that it traces a function again and again.
    models = "keras.Sequential([keras.layers.Dense(1)]).predict(np.ones((4, 2)), verbose=0)"
    shown, stored = in_notebook("import time" + TRAINING, loop, f"for _ in range(8): {models}")
    assert any("reading: " in text and "/8" in text for text in shown)
    assert shown[0] == shown[-1] == ""
    assert [output.get("data") for output in stored] == [{"text/plain": ""}]


def test_where_nobody_can_move_it_a_slider_is_its_first_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTURE9_STATIC", "1")
    _, (text, picture) = in_notebook(SLIDER)
    assert text.text == "Figure: 4 squares\n"
    assert set(picture.data) == {"image/png", "text/plain"}
    monkeypatch.delenv("LECTURE9_STATIC")
    assert l9.slider(lambda n: l9.plots.bars({"n": [n]}, says=""), "n", [0.2, 0.4], start=0.4)


def test_a_reader_moves_a_slider_and_the_picture_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LECTURE9_STATIC", raising=False)
    # Not by nbclient: it writes to widgets on the socket where it waits for a cell to end, and may miss it.
    manager, client = start_new_kernel(startup_timeout=600)
    messages: list[dict[str, Any]] = []
    for source in (SLIDER, MOVE, COLAB + SLIDER):
        client.execute_interactive(source, timeout=600, output_hook=messages.append)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    models: dict[str, dict[str, Any]] = {}
    shown: list[tuple[bool, dict[str, Any]]] = []  # what, and whether it stands in the widget
    for kind, content in ((message["msg_type"], message["content"]) for message in messages):
        if kind.startswith("comm"):
            models.setdefault(content["comm_id"], {}).update(content["data"]["state"])
        elif kind in ("stream", "display_data"):
            shown.append((any(model.get("msg_id") for model in models.values()), content))
    knob, _ = (m for m in models.values() if m["_model_name"] == "SelectionSliderModel")
    assert (knob["_options_labels"], knob["index"], knob["description"]) == (["2", "4", "8"], 2, "how many")
    assert [inside for inside, _ in shown] == [True, True, False, True, True, True, True, False]
    text, picture, static, new_text, new_picture, *_, colab = (content for _, content in shown)
    assert (text["text"], new_text["text"]) == ("Figure: 4 squares\n", "Figure: 8 squares\n")
    first, for_others, now = (one["data"]["image/png"].strip() for one in (picture, static, new_picture))
    assert first == for_others != now  # others cannot show widgets
    assert "image/png" not in colab["data"]


def test_a_students_own_picture_is_shown_after_one_of_the_package() -> None:
    ours = "import lecture9_utils as l9; l9.plots.lines([1, 2], {'a': [1, 2]}, 'It rises.', 'x', 'y')"
    _, (_, _, own) = in_notebook(ours, "import matplotlib.pyplot as plt; _ = plt.plot([1, 2])")
    assert "image/png" in own.data
