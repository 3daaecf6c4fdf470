"""The registry of claims, and what `begin`, `claim` and `real` show, record and refuse."""

import json
import math
import random
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

from lecture9_utils import Interval, begin, claim, claims, real
from lecture9_utils.claim_table import as_html
from lecture9_utils.claims import Claim, registry

GOOD: dict[str, Any] = {"size": 15, "same_set": True}  # what C09 measures
VALUES: dict[str, Any] = {"validation": [0.7, 0.72, 0.74], "test": 0.75, "pooled": 0.0}  # of C25


class Table(HTMLParser):
    """What a screen reader knows of a table: its cells by row, each with its tag and scope."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.scopes: list[str | None] = []
        self.bold = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data(" ")
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.scopes += [dict(attributes)["scope"]] if tag == "th" else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data.replace("\N{NO-BREAK SPACE}", " ")
        elif "b" in self.open:
            self.bold += f"{data} "
        else:
            assert "table" not in self.open or not data.strip(), "between the cells"


@pytest.fixture
def last_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the folder of a last full run of two seeds, which measured one measure alone."""
    monkeypatch.setattr(claims, "_REAL", tmp_path)
    claims._of_last_full_run.cache_clear()
    found = {"setting": "GLOVE_DIM=50, SEEDS=0-1", "claims": {"C25": {"validation": [0.75, 0.77]}}}
    (tmp_path / "measures.json").write_text(json.dumps(found), "utf-8")
    yield tmp_path
    claims._of_last_full_run.cache_clear()


def test_the_registry_is_well_formed() -> None:
    assert list(registry()) == sorted(registry())
    for id, entry in registry().items():
        assert re.fullmatch(r"C\d\d", id) and re.fullmatch(r"\d\d", entry.notebook)
        assert entry.slide_is in get_args(Claim.__annotations__["slide_is"])
        assert entry.slide and entry.verdict and entry.measures
        assert len({measure.name for measure in entry.measures}) == len(entry.measures)
        for measure in entry.measures:
            assert re.fullmatch(r"[a-z]\w*", measure.key) and measure.unit in ("", "%", "yes")
            for low, high in (measure.sample, measure.full):
                assert low <= high and math.isfinite(low) | math.isfinite(high)
                finite = [bound for bound in (low, high) if math.isfinite(bound)]
                assert measure.unit != "%" or all(-1 <= bound <= 1 for bound in finite)
                assert measure.unit != "yes" or low == high == 1


@pytest.mark.parametrize(
    ("line", "value", "failure"),
    [
        ({"unit": "%", "bounds": [0.5, 0.75]}, [0.4, 0.6], ""),
        ({"bounds": [0, 0.2]}, [0.2] * 3, ""),  # the mean is above by a rounding
        ({"unit": "%", "bounds": [0.5, 0.75]}, [0.7, 0.9], "it: 80.0%, expected 50% to 75%"),
        ({"unit": "%", "bounds": [0.5, 0.75]}, [0.6, math.nan], "it: nan%, expected 50% to 75%"),
        ({"bounds": [1000, math.inf]}, 999, "it: 999, expected at least 1,000"),
        ({"unit": "%", "bounds": [-math.inf, 0.025]}, 0.03, "it: 3.0%, expected at most 2.5%"),
        ({"sample": 1250, "full": 0}, 1251, "it: 1,251, expected 1,250 on the sample"),
        ({"bounds": True}, np.False_, "it: no, expected yes"),
        ({"bounds": True}, np.array([True, True]), ""),
        ({"bounds": True}, np.array([True, False]), "it: no, expected yes"),
        ({"bounds": [0.1, 1]}, Interval(0.05, -1, 1, 9), "it: 0.05, expected 0.1 to 1"),
        ({"bounds": [0.1, 1]}, Interval(0.15, -1, 2, 9), ""),
    ],
)
def test_what_is_outside_its_bounds_is_named(line: dict[str, Any], value: Any, failure: str) -> None:
    measure = claims._measure("it", {"name": "it", "refuses": "a coin", **line})
    assert measure.failure(value, "sample") == failure


def test_the_sample_and_the_real_data_have_bounds_of_their_own() -> None:
    measure = claims._measure("it", {"name": "it", "refuses": "a coin", "sample": 1250, "full": 0})
    assert measure.failure(1250, "sample") == measure.failure(0, "full") == ""
    assert measure.failure(1250, "full") == "it: 1,250, expected 0"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ({"bounds": [0, 2]}, "≈ 1.25"),
        ({"bounds": [0, 2], "deterministic": True}, "1.25"),
        ({"bounds": 1}, "1.25"),
        ({"sample": 1, "full": [0, 2]}, "1.25"),
    ],
)
def test_only_what_differs_between_machines_is_marked(line: dict[str, Any], text: str) -> None:
    measure = claims._measure("it", {"name": "it", "refuses": "a coin", **line})
    assert measure.written(1.25, "sample") == text


@pytest.mark.parametrize("data", ["sample", "full"])
def test_every_claim_is_shown_within_110_characters(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    begin(data, seed=0)
    for id, entry in registry().items():
        both = {measure.key: measure.bounds(data) for measure in entry.measures}
        ends = {key: low if math.isfinite(low) else high for key, (low, high) in both.items()}
        claim(id, **ends)
        shown = capsys.readouterr().out
        assert "✗" not in shown and shown.count("✓") == len(entry.measures)
        assert [line for line in shown.splitlines() if len(line) > 110] == []
        words = " ".join(shown.split())
        assert all(" ".join(text.split()) in words for text in (entry.slide, entry.verdict))
        first = entry.measures[0]
        claim(id, **{**ends, first.key: math.nan})
        shown = capsys.readouterr().out
        assert shown.count("✗") == 1 and f"  Not as expected: {first.name}"[:100] in shown
        assert "The slide is" not in shown


@pytest.mark.usefixtures("last_run")
def test_a_claim_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    begin("sample", seed=0)
    claim("C25", **VALUES)
    _, measure, rest, here, *_, verdict, _ = capsys.readouterr().out.splitlines()
    said = r"  ✓ validation .+: expected .+ on the sample · on the real data 76.0% ± 1.4% \(n = 2\)"
    assert re.fullmatch(said, f"{measure} {rest.strip()}")
    assert here == "      here ≈ 72.0% ± 2.0% (n = 3)"
    assert verdict.startswith("  The slide is right. It is")


def in_kernel(source: str, folder: Path) -> Any:
    """Run a cell and give its outputs."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return notebook.cells[0].outputs


def test_in_a_notebook_a_claim_is_a_table_with_a_plain_twin(tmp_path: Path) -> None:
    code = "import lecture9_utils as l9; l9.begin('sample', 0); l9.claim('C23', picture=True, code={})"
    holds, fails = (in_kernel(code.format(value), tmp_path) for value in (True, False))
    [[good], [bad]] = holds, fails
    assert set(good.data) == {"text/html", "text/plain"}
    table, broken = (Table(output.data["text/html"]) for output in (good, bad))
    assert table.rows[0] == ["measured", "here", "on the real data"]
    assert table.rows[1][0] == "✓ the picture is padding='post' expected yes" and table.rows[1][1] == "yes"
    assert table.scopes == ["col"] * 3 + ["row"] * 2
    assert table.bold == "C23 The slide is wrong. "
    assert broken.bold == "C23 Not as expected: "
    assert broken.rows[2][0] == "✗ the code's default is padding='pre' outside: expected yes"
    assert good.data["text/plain"].startswith("C23 · The slide: Zeros")
    assert "  The slide is wrong. The picture" in good.data["text/plain"]
    assert "✗ the code's default" in bad.data["text/plain"] and "The slide is" not in bad.data["text/plain"]


@pytest.mark.usefixtures("last_run")
def test_a_table_says_how_the_real_data_were_run() -> None:
    entry = registry()["C25"]
    rows = [claims.Row(entry.measures[0], VALUES["validation"], "sample")]
    html = as_html(entry, rows, claims.real_setting())
    assert Table(html).rows[1][1:] == ["≈ 72.0% ± 2.0% (n = 3)", "76.0% ± 1.4% (n = 2)"]
    assert Table(html).rows[1][0].startswith(f"✓ {entry.measures[0].name} expected ")
    assert "GLOVE_DIM=50, SEEDS=0-1; ± and [ ] cover other seeds, too." in html
    assert "(n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}2)" in html  # stays in one line
    assert "SEED=0.</small>" in as_html(entry, rows, "GLOVE_DIM=50, SEED=0")
    own = as_html(entry, [row._replace(data="own") for row in rows], claims.real_setting())
    assert Table(own).rows[1][0] == f"· {entry.measures[0].name}"
    assert not re.search("color|background|#", html), "the ground may be light or dark"
    assert len(html) < 1500


def test_on_one_s_own_texts_a_claim_is_recorded_and_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LECTURE9_RECORDS", str(tmp_path / "records"))
    begin(str(tmp_path), seed=0)
    claim("C25", validation=0.1, test=0.1, pooled=0.1)
    shown = capsys.readouterr().out
    assert not re.search("✓|✗|expected|slide is", shown) and "here ≈ 10.0%" in shown
    assert " ".join(shown.split()).count(": on the real data") == 3
    assert shown.endswith("Your own texts: what was measured on them is recorded, and not judged.\n")
    record, *_ = map(json.loads, (tmp_path / "records").read_text("utf-8").splitlines())
    assert record == {"id": "C25", "data": "own", "measure": "validation", "value": 0.1, "holds": None}


def test_only_what_was_measured_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTURE9_RECORDS", str(tmp_path / "records"))
    begin("full", seed=7)
    with pytest.raises(KeyError, match="C00"):
        claim("C00", size=1)
    for wrong, got in (
        ({}, "nothing"),
        ({"size": 15}, "size"),
        ({**GOOD, "speed": 1}, "size, same_set, speed"),
    ):
        with pytest.raises(ValueError, match=f"claim C09 measures size, same_set; got {got}$"):
            claim("C09", **wrong)
    with pytest.raises(ValueError, match="size must be a number, numbers in one list, or an Interval"):
        claim("C09", size=[], same_set=True)
    claim("C09", **GOOD)
    claim("C09", size=np.float32([14, 15]), same_set=np.array([True, True]))
    claim("C09", size=Interval(15, 14, 16, 9), same_set=np.True_)
    lines = [json.loads(line) for line in (tmp_path / "records").read_text(encoding="utf-8").splitlines()]
    size, same = ({"id": "C09", "data": "full", "measure": name} for name in GOOD)
    assert lines[:2] == [{**size, "value": 15, "holds": True}, {**same, "value": 1, "holds": True}]
    assert lines[2:4] == [
        {**size, "value": [14, 15], "holds": False},
        {**same, "value": [1, 1], "holds": True},
    ]
    interval = {"estimate": 15, "low": 14, "high": 16, "n": 9}
    assert lines[4:] == [{**size, "value": interval, "holds": True}, {**same, "value": 1, "holds": True}]


def test_a_claim_before_begin_is_refused() -> None:
    code = "import lecture9_utils as l9; l9.claim('C28', reviews=1, words=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "RuntimeError: call l9.begin(DATA, SEED) before the first claim" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA", "tiny"),
        ("DATA", "./sample"),
        ("DATA", Path("sample")),
        *(("SEED", seed) for seed in (-1, 2**32, 1.0, "0", None)),
    ],
)
def test_bad_parameters_are_refused_and_change_nothing(name: str, value: Any) -> None:
    before = random.getstate()
    with pytest.raises(ValueError, match=rf"{name} must be .*, got {re.escape(repr(value))}$"):
        begin(**{"data": "full", "seed": 0, name.lower(): value})
    assert random.getstate() == before


def test_a_seed_fixes_python_and_numpy() -> None:
    def draw(seed: int) -> tuple[float, float]:
        begin("sample", seed=seed)
        return random.random(), np.random.random_sample()

    assert draw(1) == draw(1)
    assert not {*draw(1)} & {*draw(2**32 - 1)}


def test_a_picture_of_the_real_data(last_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real("09_lengths")
    assert capsys.readouterr().out == (
        "No run on the real data has kept the picture 09_lengths yet: make run DATA=full\n"
    )
    Image.new("RGB", (4, 2), "white").save(last_run / "09_lengths.png")
    real("09_lengths")
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "Figure: the picture above, on the real data, in one run (GLOVE_DIM=50, SEED=0)."
    code = f"""import pathlib, lecture9_utils as l9
l9.claims._REAL = pathlib.Path({str(last_run)!r})
l9.real("09_lengths")"""
    text, picture = in_kernel(code, last_run)
    assert text.text.startswith("Figure: the picture above") and picture.data["image/png"].strip()


def test_without_a_full_run_the_table_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "_REAL", tmp_path)
    claims._of_last_full_run.cache_clear()
    entry = registry()["C25"]
    row = claims.Row(entry.measures[0], 0.7, "sample")
    assert row.real("C25") == "not run yet" and claims.real_setting() == ""
    assert "<small>On the real data" not in as_html(entry, [row], "")
    claims._of_last_full_run.cache_clear()
