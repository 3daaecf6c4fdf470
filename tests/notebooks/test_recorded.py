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
        ("", False),  # it was not run since something changed
        (None, False),  # it is not one of those: nbval executes it, and there is no `show`
    ],
)
def test_the_outputs_of_the_run_are_compared(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ran: str | None, passes: bool
) -> None:
    monkeypatch.setattr(recorded, "runs", lambda: {} if ran is None else {"01_a": ran})
    (pytester.path / "01_a.ipynb").write_text(written(*SHOWS))
    result = pytester.inline_run(
        "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", plugins=[recorded]
    )
    assert [len(outcomes) for outcomes in result.listoutcomes()] == [passes, 0, not passes]


def test_a_notebook_that_is_not_run_with_the_others_is_executed(pytester: pytest.Pytester) -> None:
    shows = [new_output("stream", text="as it was\n")]
    (pytester.path / "01_a.ipynb").write_text(written(*shows, source="print('as it was')"))
    (pytester.path / "02_a.ipynb").write_text(written(*shows, source="print('as it is')"))
    result = pytester.inline_run(
        "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", plugins=[recorded]
    )
    assert [len(outcomes) for outcomes in result.listoutcomes()] == [1, 0, 1]
