"""A plugin, ``-p tests.notebooks.recorded``: strict nbval compares what ``make run`` executed.

Each notebook's outputs stand in for a kernel's messages; one that was not run with this code is an error. A
notebook that `make run` does not run, as the assignment, nbval executes itself.
"""

from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbFile

from tools.command import ROOT
from tools.jobs import before
from tools.run_notebooks import jobs_of, place, plan_of


class Recorded:
    """What nbval asks of a kernel."""

    def __init__(self, notebook: str) -> None:
        cells = nbformat.reads(notebook, as_version=4).cells
        self.cells = deque(cell for cell in cells if cell.cell_type == "code")
        self.messages: deque[dict[str, Any]] = deque()

    def is_alive(self) -> bool:
        return True

    def stop(self) -> None:
        pass

    def execute_cell_input(self, source: str, **_: Any) -> str:
        cell = self.cells.popleft()
        assert cell.source == source
        outputs = [(output.output_type, output) for output in cell.outputs]
        for kind, content in [*outputs, ("status", {"execution_state": "idle"})]:
            self.messages.append({"msg_type": kind, "content": content, "parent_header": {"msg_id": cell.id}})
        return str(cell.id)

    def await_reply(self, *_: str, **__: float) -> None:
        pass

    def get_message(self, *_: str, **__: float) -> dict[str, Any]:
        return self.messages.popleft()


@cache
def runs() -> dict[str, str]:
    """Read what the last run on the sample executed, by the notebooks' names; "" for what is to be run."""
    build = ROOT / "build"
    jobs = jobs_of(plan_of(["SEEDS=0"], ROOT / "notebooks"), build)
    there = {job.name: before(place(job, build / "run-sample", "json"), job.stamp()) for job in jobs}
    return {name: done.notebook if done else "" for name, done in there.items()}


def setup(self: IPyNbFile, execute: Callable[[IPyNbFile], None] = IPyNbFile.setup) -> None:
    run = runs().get(self.path.stem)
    if run is None:
        return execute(self)
    if not run:
        raise RuntimeError(f"{self.path.name} was not run since something changed: make run")
    self.kernel = Recorded(run)
    return self.setup_sanitize_files()


def pytest_configure(config: pytest.Config) -> None:
    patch = pytest.MonkeyPatch()
    patch.setattr(IPyNbFile, "setup", setup)
    config.add_cleanup(patch.undo)
