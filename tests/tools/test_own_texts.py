"""A run on a person's own texts: a path from where the command was called, records, and no judgement."""

import json
from pathlib import Path

import nbformat
import pytest

from tools import run_notebooks

LESSON = """\
import lecture9_utils as l9
l9.begin(DATA, 0)
l9.claim("C28", reviews=sum(len(half.texts) for half in l9.load_imdb(DATA)), words=-1)"""


def test_own_texts_are_recorded_and_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.csv").write_text("text,label\n" + "".join(f"note {i},{i % 2}\n" for i in range(500)))
    cells = [nbformat.v4.new_code_cell(source) for source in ('DATA = "sample"', LESSON)]
    cells[0].metadata["tags"] = ["parameters"]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    lesson = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    (tmp_path / "notebooks").mkdir()
    nbformat.write(lesson, tmp_path / "notebooks" / "07_a.ipynb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LECTURE9_CACHE", str(tmp_path / "cache"))
    code = run_notebooks.main(["DATA=notes.csv"], tmp_path / "notebooks", tmp_path / "build")
    printed = "".join(capsys.readouterr())
    assert code == 0, printed
    (kept,) = (tmp_path / "build" / "run-own").rglob("07_a.json")
    first, _ = json.loads(kept.read_bytes())["done"]["records"]
    assert (first["data"], first["value"], first["holds"]) == ("own", 500, None)
    assert "All claims hold" not in printed
    assert "does not hold" not in printed
    assert not (tmp_path / "RESULTS.md").exists()
