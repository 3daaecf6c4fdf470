"""The registry of claims as a document, and what `begin` and `claim` print, record and refuse."""

import json
import math
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from lecture9_utils.claims import REGISTRY, Claim, Measure, begin, claim

SIZES = ("sample", "full")
SPEED = Measure("speed", (10, 20), (100, 2000), "")
SHARE = Measure("share", (0.5, 0.75), (0.735, 0.775), "%")
LEAST = Measure("words", (1000, math.inf), (1000, math.inf))
TRUE = Measure("it is so", (1, 1), (1, 1), "yes")


@pytest.fixture(autouse=True)
def two_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add claims whose bounds are known here, and begin on the sample."""
    monkeypatch.delenv("LECTURE9_RECORDS", raising=False)
    for id, measures in {"T1": (SHARE,), "T4": (SPEED, SHARE, LEAST, TRUE)}.items():
        monkeypatch.setitem(REGISTRY, id, Claim(id, "01", "shape", "The slide.", "So it is.", measures))
    begin("sample", seed=0)


def line_of(capsys: pytest.CaptureFixture[str], id: str, value: Any) -> str:
    claim(id, value)
    out = capsys.readouterr().out
    assert out.endswith("\n")
    return out.rstrip("\n")


def real_claims() -> list[Claim]:
    return [entry for id, entry in REGISTRY.items() if id.startswith("C")]


def test_the_registry_is_complete_and_in_order() -> None:
    ids = [entry.id for entry in real_claims()]
    assert len(ids) >= 20
    assert ids == sorted(ids)
    assert all(re.fullmatch(r"C\d\d", id) and REGISTRY[id].id == id for id in ids)
    assert {entry.kind for entry in real_claims()} == set(get_args(Claim.__annotations__["kind"]))


@pytest.mark.parametrize("entry", real_claims(), ids=lambda entry: entry.id)
def test_an_entry_of_the_registry_is_well_formed(entry: Claim) -> None:
    assert re.fullmatch(r"0[1-9]|10", entry.notebook)
    for text in (entry.slide, entry.verdict):
        assert text == text.strip() != ""
        assert "\n" not in text
        assert re.search(r"[.?!]\)?$", text), "a sentence ends with a full stop"
    names = [measure.name for measure in entry.measures]
    assert 0 < len(names) == len(set(names))
    for measure in entry.measures:
        assert measure.unit in ("", "%", "yes")
        for low, high in (measure.sample, measure.full):
            assert low <= high
            assert measure.unit != "%" or -1 <= low <= high <= 1  # a difference may be below 0
            assert measure.unit != "yes" or low == high == 1
    exact = [high - low for low, high in (entry.measures[0].sample, entry.measures[0].full)]
    assert entry.kind != "exact" or max(exact) <= 1e-5, "an exact claim is so, but for rounding"


@pytest.mark.parametrize("data", SIZES)
@pytest.mark.parametrize("entry", real_claims(), ids=lambda entry: entry.id)
def test_a_claim_prints_the_same_wherever_it_holds(
    entry: Claim, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(data, seed=0)
    low = {m.name: m.bounds(data)[0] for m in entry.measures}
    high = {m.name: [m.bounds(data)[1]] for m in entry.measures}
    line = line_of(capsys, entry.id, low)
    assert line == line_of(capsys, entry.id, high)
    assert line.split()[:3] == ["✓", entry.id, "holds:"]
    assert all(name in line for name in low)
    assert max(map(len, line.splitlines())) <= 100  # it fits beside the prompts


@pytest.mark.parametrize("data", SIZES)
@pytest.mark.parametrize("entry", real_claims(), ids=lambda entry: entry.id)
def test_a_claim_fails_where_one_measure_does(
    entry: Claim, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(data, seed=0)
    good = {m.name: m.bounds(data)[0] for m in entry.measures}
    for measure in entry.measures:
        for bad in (measure.bounds(data)[0] - 1e-6, measure.bounds(data)[1] + 1e-6):
            line = line_of(capsys, entry.id, {**good, measure.name: bad})
            assert "\n" not in line
            assert line.startswith(f"✗ {entry.id} does not hold: {measure.name} is ")
            assert not any(name in line for name in good if name not in measure.name + line[:30])


@pytest.mark.parametrize(
    ("data", "value", "line"),
    [
        ("sample", 0.5, "✓ T1 holds: share between 50% and 75%"),
        ("sample", [0.4, 0.6], "✓ T1 holds: share between 50% and 75%"),
        ("sample", np.float32(0.75), "✓ T1 holds: share between 50% and 75%"),
        ("sample", 0.4321, "✗ T1 does not hold: share is 43.2%, expected between 50% and 75%"),
        ("sample", [0.7, 0.9], "✗ T1 does not hold: share is 80.0%, expected between 50% and 75%"),
        ("sample", math.nan, "✗ T1 does not hold: share is nan%, expected between 50% and 75%"),
        ("sample", [0.6, math.nan], "✗ T1 does not hold: share is nan%, expected between 50% and 75%"),
        ("full", {"share": 0.74}, "✓ T1 holds: share between 73.5% and 77.5%"),
        ("full", 0.7, "✗ T1 does not hold: share is 70.0%, expected between 73.5% and 77.5%"),
    ],
)
def test_lines(data: str, value: Any, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    begin(data, seed=0)
    assert line_of(capsys, "T1", value) == line


def test_lines_of_several_measures(capsys: pytest.CaptureFixture[str]) -> None:
    good = {"speed": 15, "share": 0.6, "words": 1e9, "it is so": True}
    assert line_of(capsys, "T4", good) == (
        "✓ T4 holds: speed between 10 and 20; share between 50% and 75%; words at least 1,000; it is so"
    )
    assert line_of(capsys, "T4", {**good, "words": 999, "it is so": np.False_}) == (
        "✗ T4 does not hold: words is 999, expected at least 1,000; it is so is not so"
    )
    begin("full", seed=0)
    assert line_of(capsys, "T4", {**good, "share": 0.75, "speed": 15}) == (
        "✗ T4 does not hold: speed is 15, expected between 100 and 2,000"
    )


def test_what_was_measured_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text('{"an": "older line"}\n')
    monkeypatch.setenv("LECTURE9_RECORDS", str(path))
    begin("full", seed=7)
    claim("T1", np.float32([0.5, 0.75]))
    claim("T4", {"speed": np.int64(150), "share": 0.2, "words": 2000, "it is so": True})
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][1:]
    share = {"measure": "share", "bounds": [0.735, 0.775], "holds": False}
    assert records[:3] == [
        {"id": "T1", "data": "full", "seed": 7, "value": [0.5, 0.75], **share},
        {"id": "T4", "data": "full", "seed": 7, "measure": "speed", "value": 150,
         "bounds": [100, 2000], "holds": True},
        {"id": "T4", "data": "full", "seed": 7, "value": 0.2, **share},
    ]  # fmt: skip
    assert [(r["measure"], r["value"], r["holds"]) for r in records[3:]] == [
        ("words", 2000, True),
        ("it is so", 1, True),
    ]


@pytest.mark.parametrize(
    ("id", "value", "error", "message"),
    [
        ("C00", 1, KeyError, "there is no claim 'C00'"),
        ("T1", {"shares": 1}, ValueError, "claim T1 measures 'share'; got 'shares'"),
        ("T1", {"share": 1, "speed": 1}, ValueError, "got 'share', 'speed'"),
        ("T1", {}, ValueError, "claim T1 measures 'share'"),
        ("T4", True, ValueError, "claim T4 measures 'speed', 'share', 'words', 'it is so'; got 'speed'"),
    ],
)
def test_wrong_names_are_refused_and_leave_no_trace(
    id: str, value: Any, error: type[Exception], message: str,
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("LECTURE9_RECORDS", str(tmp_path / "records"))
    with pytest.raises(error, match=message):
        claim(id, value)
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "records").exists()


def test_a_claim_before_begin_is_refused() -> None:
    code = "import lecture9_utils as l9; l9.claim('C25', 0.75)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "RuntimeError: call l9.begin(DATA, SEED) before the first claim" in done.stderr


@pytest.mark.parametrize("data", ["tiny", "Full", "", None, 1])
def test_unknown_data_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=f'DATA must be "sample" or "full", got {data!r}'):
        begin(data, seed=0)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "0", None, True])
def test_a_bad_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=rf"SEED must be .*, got {seed!r}$"):
        begin("sample", seed=seed)


def test_what_is_refused_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    begin("full", seed=3)
    before = random.getstate()
    for data, seed in (("sample", -1), ("tiny", 0)):
        with pytest.raises(ValueError, match="must be"):
            begin(data, seed)
    assert random.getstate() == before
    assert line_of(capsys, "T1", 0.74) == "✓ T1 holds: share between 73.5% and 77.5%"


def test_a_seed_fixes_python_and_numpy() -> None:
    def draw(seed: int) -> tuple[float, float]:
        begin("sample", seed=seed)
        return random.random(), np.random.random_sample()

    assert draw(1) == draw(1)
    assert draw(2**32 - 1) == draw(2**32 - 1)
    assert not {*draw(1)} & {*draw(2)}


def test_a_mean_on_its_bound_is_within_it(capsys: pytest.CaptureFixture[str]) -> None:
    begin("sample", seed=0)
    high = REGISTRY["C25"].measures[0].sample[1]
    claim("C25", [high] * 3)
    claim("C25", [high + 1e-4] * 3)
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["✓", "✗"]
