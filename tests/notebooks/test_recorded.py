"""`make test` holds the stored outputs against those of the last run."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.notebooks import recorded

pytest_plugins = "pytester"

SHOWS = [new_output("stream", text="as it was\n")]
SHOWS += [new_output("execute_result", {"text/plain": "42"}, execution_count=1)]


def written(*outputs: nbformat.NotebookNode, source: str = "show()") -> str:
    return nbformat.writes(new_notebook(cells=[new_code_cell(source, outputs=[*outputs], execution_count=1)]))


@pytest.mark.parametrize(
    ("ran", "passes"),
    [
        (written(*SHOWS), True),
        (written(new_output("stream", text="as it is\n"), SHOWS[1]), False),
        (written(SHOWS[0]), False),
        (written(*SHOWS, SHOWS[0]), False),
        (written(*SHOWS, source="other()"), False),
        (None, False),  # it was not run
    ],
)
def test_the_outputs_of_the_run_are_compared(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ran: str | None, passes: bool
) -> None:
    monkeypatch.setattr(recorded, "runs", lambda: {"01_a": ran} if ran else {})
    (pytester.path / "01_a.ipynb").write_text(written(*SHOWS))
    result = pytester.inline_run("--nbval", "-p", "no:cacheprovider", plugins=[recorded])
    assert [len(outcomes) for outcomes in result.listoutcomes()] == [passes, 0, not passes]
