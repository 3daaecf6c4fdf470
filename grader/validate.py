"""Run a student's notebook from top to bottom, and say which of its checks fail.

Usage::

    python -m grader validate NOTEBOOK=path

It runs as it will be graded: alone, but without the hidden tests. Checks that are missing are put back.

Exit code: 0 if all checks pass; 1 if one fails.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.assignment import load, read
from grader.grading import grade
from grader.output import printable
from grader.submissions import arrange
from tools.command import ROOT, RefusedError, options, whole_path


def main(words: Sequence[str], source: Path) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    named = options(words, {"NOTEBOOK": ""})["NOTEBOOK"]
    if not named:
        raise RefusedError("name your notebook, as in: make validate NOTEBOOK=lecture9.ipynb")
    path = whole_path("NOTEBOOK", named)
    if not path.is_file():
        raise RefusedError(f"there is no file {named}")
    assignment = load(source if source.exists() else ROOT / "dist" / source.stem / source.name)
    parts = {key: replace(part, hidden="") for key, part in assignment.parts.items()}
    result = grade(replace(assignment, parts=parts), arrange(assignment, read(path)))
    for flag in result.flags:
        print(f"Note: {printable(flag)}")
    checks = {key: result.outcomes[key] for key, part in parts.items() if "l9.check(" in part.visible}
    for key, outcome in checks.items():
        print(f"{'✗' if outcome.message else '✓'} check {parts[key].name}")
        for line in printable(outcome.message).splitlines():
            print(f"    {line}")
    if result.failed:
        print("\nThe grader itself failed here: what it says of the checks is no fault of the notebook.")
        return 1
    failed = ", ".join(parts[key].name for key, outcome in checks.items() if outcome.message)
    print(f"\nThese checks fail: {failed}." if failed else "\nAll checks pass. They are not exhaustive.")
    return int(bool(failed))
