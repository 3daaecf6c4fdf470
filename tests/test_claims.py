"""The registry of claims, and what `begin` and `claim` print, record and refuse."""

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

from lecture9_utils.claims import Claim, Measure, begin, claim, registry

SHARE = Measure("share", (0.5, 0.75), (0.735, 0.775), "%")
LEAST = Measure("words", (1000, math.inf), (1000, math.inf))
GOOD = {"n-grams in the bag": 15, "the slide's set": True}  # what C09 measures


def test_the_registry_is_well_formed() -> None:
    assert list(registry()) == sorted(registry())
    for id, entry in registry().items():
        assert re.fullmatch(r"C\d\d", id) and re.fullmatch(r"\d\d", entry.notebook)
        assert entry.kind in get_args(Claim.__annotations__["kind"])
        assert entry.slide and entry.verdict and entry.measures
        for measure in entry.measures:
            assert measure.unit in ("", "%", "yes")
            for low, high in (measure.sample, measure.full):
                assert low <= high
                assert measure.unit != "%" or -1 <= low <= high <= 1  # a difference may be below 0
        exact = [high - low for low, high in (entry.measures[0].sample, entry.measures[0].full)]
        assert entry.kind != "exact" or max(exact) <= 1e-5, "an exact claim is so, but for rounding"


@pytest.mark.parametrize("data", ["sample", "full"])
def test_every_claim_prints_the_same_wherever_it_holds(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    begin(data, seed=0)
    for id, entry in registry().items():
        lows, highs = ({m.name: getattr(m, data)[end] for m in entry.measures} for end in (0, 1))
        printed = []
        for values in (lows, highs, {name: low - 1e-6 for name, low in lows.items()}):
            claim(id, values)
            printed.append(capsys.readouterr().out)
        assert printed[0] == printed[1]
        assert printed[0].startswith(f"✓ {id} holds:")
        assert printed[2].startswith(f"✗ {id} does not hold:")


@pytest.mark.parametrize(
    ("measure", "value", "line"),
    [
        (SHARE, [0.4, 0.6], ""),
        (Measure("rounded", (0, 0.2), (0, 0)), [0.2] * 3, ""),  # the mean is above by a rounding
        (SHARE, [0.7, 0.9], "share is 80.0%, expected between 50% and 75%"),
        (SHARE, [0.6, math.nan], "share is nan%, expected between 50% and 75%"),
        (LEAST, 999, "words is 999, expected at least 1,000"),
        (Measure("all", (1250, 1250), (0, 0)), 1251, "all is 1,251, expected 1,250"),
        (Measure("it is so", (1, 1), (1, 1), "yes"), np.False_, "it is so is not so"),
    ],
)
def test_what_is_outside_its_bounds_is_named(measure: Measure, value: Any, line: str) -> None:
    assert measure.failure(value, "sample") == line


def test_only_what_was_measured_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTURE9_RECORDS", str(tmp_path / "records"))
    begin("full", seed=7)
    with pytest.raises(KeyError, match="C00"):
        claim("C00", 1)
    for value in (True, {}, {"n-grams in the bag": 15}, {**GOOD, "speed": 1}):
        with pytest.raises(ValueError, match=r"claim C09 measures .*n-grams in the bag"):
            claim("C09", value)
    claim("C09", GOOD)
    claim("C09", {**GOOD, "n-grams in the bag": np.float32([14, 15])})
    lines = [json.loads(line) for line in (tmp_path / "records").read_text(encoding="utf-8").splitlines()]
    words, so = ({"id": "C09", "data": "full", "measure": name} for name in GOOD)
    assert lines[:2] == [{**words, "value": 15, "holds": True}, {**so, "value": 1, "holds": True}]
    assert lines[2:] == [{**words, "value": [14, 15], "holds": False}, {**so, "value": 1, "holds": True}]


def test_a_claim_before_begin_is_refused() -> None:
    code = "import lecture9_utils as l9; l9.claim('C25', 0.75)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "RuntimeError: call l9.begin(DATA, SEED) before the first claim" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("DATA", "tiny"), *(("SEED", seed) for seed in (-1, 2**32, 1.0, "0", None))]
)
def test_bad_parameters_are_refused_and_change_nothing(name: str, value: Any) -> None:
    before = random.getstate()
    with pytest.raises(ValueError, match=rf"{name} must be .*, got {value!r}$"):
        begin(**{"data": "full", "seed": 0, name.lower(): value})
    assert random.getstate() == before


def test_a_seed_fixes_python_and_numpy() -> None:
    def draw(seed: int) -> tuple[float, float]:
        begin("sample", seed=seed)
        return random.random(), np.random.random_sample()

    assert draw(1) == draw(1)
    assert not {*draw(1)} & {*draw(2**32 - 1)}
