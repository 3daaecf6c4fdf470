"""Each measure names the broken model that its bounds refuse, and one module of this folder runs that model.

Such a module has a table ``BROKEN``: from (claim, measure) to a function that computes the measure's value
with the broken model.
"""

from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from lecture9_utils.claims import registry

MODULES = sorted(Path(__file__).parent.glob("test_broken_*.py"))
MEASURES = {(id, measure.key): entry for id, entry in registry().items() for measure in entry.measures}


def broken(path: Path) -> dict[tuple[str, str], Any]:
    """Read the table of a module."""
    spec = spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    table: dict[tuple[str, str], Any] = module.BROKEN
    return table


def test_every_measure_names_what_its_bounds_refuse() -> None:
    measures = {(id, measure.key): measure for id, entry in registry().items() for measure in entry.measures}
    assert [at for at, measure in measures.items() if not measure.refuses.strip()] == []


def test_every_measure_has_one_broken_model_in_its_notebook_s_module() -> None:
    tables = {path.stem: broken(path) for path in MODULES}
    times = Counter(measure for table in tables.values() for measure in table)
    assert {measure: times[measure] for measure in MEASURES if times[measure] != 1} == {}
    assert set(times) <= set(MEASURES), "there is no such measure"
    for name, table in tables.items():
        assert {MEASURES[measure].notebook for measure in table} <= {name.removeprefix("test_broken_")}
        assert all(map(callable, table.values()))
