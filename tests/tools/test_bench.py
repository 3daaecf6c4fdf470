"""What `make bench` measures, and what it writes for the page."""

import json
import os
import re
from importlib.util import find_spec
from unittest.mock import patch

import pytest

from tools import bench
from tools.command import ROOT


@pytest.fixture
def measured(monkeypatch, tmp_path, capfd):
    """Measure on the sample, one round each; return the record, the table's text and what was printed."""
    for name in ("LECTURE9_DATA", "LECTURE9_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))  # there is no real data

    def run(*names: str) -> tuple[dict, str, str]:
        monkeypatch.setattr(bench, "CASES", [case for case in bench.CASES if case.name in names])
        with patch.dict(os.environ):  # the bench sets what its processes see
            bench.main(tmp_path, tmp_path / "build" / "bench.json", rounds=1)
        for name in ("ratios", "growth"):
            assert (tmp_path / f"speed_{name}.png").read_bytes().startswith(b"\x89PNG")
        record = json.loads((tmp_path / "build" / "bench.json").read_text("utf-8"))
        return record, (tmp_path / "speed_table.txt").read_text("utf-8"), capfd.readouterr().out

    return run


def check(record: dict, case: bench.Case, ways: set[str]) -> None:
    times = record["processor and clock"][case.name]
    assert times.keys() == ways
    for shares in times.values():
        assert {share: len(rounds) for share, rounds in shares.items()} == {"all": 1, "a tenth": 1}
        assert all(seconds > 0 for rounds in shares.values() for one in rounds for seconds in one)


@pytest.mark.slow
def test_every_case_is_done_in_every_way(measured):
    quick = [case for case in bench.CASES if "epochs" not in case.name]  # networks take minutes
    record, table, _ = measured(*(case.name for case in quick))
    pairs = 0
    for case in quick:
        absent = {way for way, module in bench.LIBRARIES.items() if not find_spec(module)}
        there = dict.fromkeys(way for way in case.ways if way not in absent)
        check(record, case, there.keys())
        pairs += len(case.pairs(there))
    assert len(table.splitlines()[4:]) == pairs


@pytest.mark.slow
def test_a_library_that_is_not_there_is_left_out_and_named(measured, monkeypatch):
    monkeypatch.setitem(bench.LIBRARIES, "keras", "no_such_module")
    record, table, printed = measured("hashing")
    check(record, bench.CASES[0], {"ours", "scikit-learn"})
    for text in (table, printed):
        (absent,) = re.findall(r"Not installed, so not measured: (.*)\.", text)
        assert "keras" in absent.split(", ")  # among those that are really not there


def test_a_ratio_is_of_one_round_and_a_bar_is_met_or_not():
    def times(way: str) -> dict[str, list[list[float]]]:
        processor = (1.0, 4.0, 3.0) if way.startswith("ours") else (2.0, 2.0, 9.0)
        return {"all": [[each, 5.0] for each in processor], "a tenth": [[0.5, 5.0]] * 3}

    made = {case.name: {way: times(way) for way in case.ways} for case in bench.CASES}
    rows = {line.split(" | ")[0]: line for line in bench.table(made).splitlines()}
    # Not 2 s / 3 s, as the medians of both would give.
    assert "| gensim | 2× (0.5–3) | 1× (1–1) | 0.8× ✓ | 3 s | 2 s | 6× | 4× |" in rows["| skip-gram"]
    assert "| lecture | 2× (0.5–3) | 1× (1–1) | 3× ✗ |" in rows["| SimpleRNN, 10 epochs, cached"]


def test_the_page_shows_what_the_command_writes():
    page = (ROOT / "docs" / "speed.md").read_text("utf-8")
    shown = {*re.findall(r"\]\((speed_\w+\.png)\)", page), *re.findall(r"\{include\} (\S+)", page)}
    assert shown == {"speed_ratios.png", "speed_growth.png", "speed_table.txt"}
    for name in shown:
        assert (ROOT / "docs" / name).stat().st_size > 0
    table = (ROOT / "docs" / "speed_table.txt").read_text("utf-8")
    assert [case.name for case in bench.CASES if f"| {case.name}" not in table] == []
