"""Strict nbval and the sanitiser: digits behind ≈ may differ, and nothing else of what a claim shows."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbclient import NotebookClient

from tools.command import ROOT

SANITISER = Path(__file__).with_name("sanitize.cfg")
REGISTRY = """[C98]
notebook = "98"
slide_is = "wrong"
slide = "A coin is right in 60% of cases."
verdict = "It is right in half of them."
[C98.measures]
share = { name = "heads", unit = "%", bounds = [0.4, 0.6], refuses = "a coin with two heads" }
gain = { name = "gain", bounds = [-1, 1], refuses = "cheating" }
tosses = { name = "tosses", bounds = 1000, refuses = "one toss less" }
"""
REAL = {"setting": "SEEDS=0-1", "claims": {"C98": {"share": [0.5, 0.51], "gain": [0.0]}}}
BEGIN = """import json, pathlib, tomllib
import lecture9_utils as l9
folder = pathlib.Path({folder!r})
l9.claims._REAL = folder
l9.claims.table_of = lambda _: tomllib.loads((folder / "claims.toml").read_text("utf-8"))
values = json.loads((folder / "values.json").read_text("utf-8"))
l9.begin("sample", 0)"""
SHOWS = """l9.claim("C98", share=values["share"], gain=l9.Interval(*values["gain"]), tosses=1000)
print("Here", l9.measured(values["share"], "%"), "of", 1000, "or", l9.measured(0.75))"""
STORED = {"share": [0.5, 0.52, 0.49], "gain": [0.125, -0.02, 0.25, 200]}
LATER = {"share": [0.41, 0.58, 0.437], "gain": [-0.3, -0.5, -0.00001, 200]}  # another machine's
CHANGES = {  # what is found in the outputs, and what it is changed to
    "mark": ("✓ heads", "✗ heads"),
    "bounds": ("40% to 60%", "40% to 61%"),
    "figure on the real data": ("50.5% ±", "50.4% ±"),
    "its spread": ("± 0.7%", "± 0.8%"),
    "setting of the real data": ("SEEDS=0-1", "SEEDS=0-2"),
    "number of draws": (r"n.=.3\b", "n = 4"),
    "number of pairs": (r"n.=.200\b", "n = 2,000"),
    "unit": (r"(≈ [\d.]+)%", r"\1"),
    "unit of the spread": (r"(≈ [\d.]+% ± [\d.]+)%", r"\1"),
    "interval": (r"≈ ([\d.]+) \[[^]]+\]", r"≈ \1"),
    "kind of spread": (r"≈ ([\d.]+) \[-([\d.]+), [^]]+\]", r"≈ \1 ± \2"),
    "verdict": ("slide is wrong", "slide is right"),
    "its reason": ("It is right in half", "It is right in most"),
    "slide": ("60% of cases", "70% of cases"),
    "number without a mark": ("1,000", "1,001"),
    "number without a mark, printed": ("of 1000", "of 1001"),
    "no mark": ("≈ ", ""),
    "no number": (r"≈ [\d.]+", "≈ nan"),
    "word for a number": (r"≈ 0.75", "≈ many"),
    "one row more": (r"( +✓ tosses.*|<tr>.*tosses.*)\n", r"\g<0>\g<0>"),
    "one row less": (r"( +✓ tosses.*|<tr>.*tosses.*)\n", ""),
}


def changed(output: nbformat.NotebookNode, kind: str, old: str, new: str) -> nbformat.NotebookNode:
    """Copy an output with one of its texts changed."""
    copy = nbformat.from_dict(json.loads(json.dumps(output)))
    texts = copy.get("data", copy)
    if kind in texts:
        texts[kind] = re.sub(re.sub(r"^[^\\]+$", lambda plain: re.escape(plain[0]), old), new, texts[kind])
    return copy


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Give a notebook with the same cell again and again, and what is changed in its outputs."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "claims.toml").write_text(REGISTRY, "utf-8")
    (folder / "measures.json").write_text(json.dumps(REAL), "utf-8")
    (folder / "values.json").write_text(json.dumps(STORED), "utf-8")
    begin, shows = (nbformat.v4.new_code_cell(source) for source in (BEGIN.format(folder=str(folder)), SHOWS))
    notebook = nbformat.v4.new_notebook(cells=[begin, shows])
    NotebookClient(notebook, kernel_name="python3").execute()
    begin.execution_count = shows.execution_count = 1  # else nbval says that they were not run
    names = ["begin", "nothing"]
    for kind in ("text/html", "text/plain", "text"):
        for name, (old, new) in CHANGES.items():
            outputs = [changed(output, kind, old, new) for output in shows.outputs]
            if outputs != shows.outputs:
                names.append(f"{name}, {kind}")
                notebook.cells.append(nbformat.v4.new_code_cell(SHOWS, outputs=outputs, execution_count=1))
    nbformat.write(notebook, folder / "98_tiny.ipynb")
    (folder / "values.json").write_text(json.dumps(LATER), "utf-8")
    return folder / "98_tiny.ipynb", names


def refused(notebook: Path, names: list[str], *options: object) -> set[str]:
    """Run nbval, and say which of the changes it found."""
    report = notebook.with_suffix(".xml")
    command = [sys.executable, "-m", "pytest", "-p", "tools", "-qp", "no:cacheprovider", notebook]
    command += ["--nbval", "--nbval-current-env", f"--junitxml={report}", *options]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    cases = ElementTree.parse(report).findall(".//testcase")
    return {name for name, case in zip(names, cases, strict=True) if case.find("failure") is not None}


def test_all_changes_but_of_digits_behind_the_mark_are_found(variants: tuple[Path, list[str]]) -> None:
    notebook, names = variants
    assert {name.split(",")[0] for name in names[2:]} == {name.split(",")[0] for name in CHANGES}
    assert sum("html" in name for name in names) >= 18 and sum("plain" in name for name in names) >= 18
    assert refused(notebook, names, "--nbval-sanitize-with", SANITISER) == {*names} - {"begin", "nothing"}


def test_a_wider_sanitiser_would_hide_changes(variants: tuple[Path, list[str]], tmp_path: Path) -> None:
    (tmp_path / "wide.cfg").write_text("[wide]\nregex: ≈ .*\nreplace: #\n", "utf-8")
    found = refused(*variants, "--nbval-sanitize-with", tmp_path / "wide.cfg")
    assert not found & {"nothing", "unit, text/plain", "number of draws, text/html", "interval, text/html"}


def test_without_the_sanitiser_the_digits_are_compared(variants: tuple[Path, list[str]]) -> None:
    assert "nothing" in refused(*variants)
