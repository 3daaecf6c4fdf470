"""Run a student's notebook from top to bottom, and say which of its checks fail.

Usage::

    validate.py NOTEBOOK=path

It runs as it will be graded: alone, but without the hidden tests. Checks that are missing are put back.

Exit code: 0 if all checks pass; 1 if one fails; 2 if the command was refused.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.assignment import SOURCE, Assignment, UnreadableError, arrange, load, read
from grader.marking import grade
from grader.reports import printable
from tools.command import ROOT, RefusedError, options

RELEASED = ROOT / "dist" / SOURCE.stem / SOURCE.name


def main(words: Sequence[str]) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    try:
        path = Path(options(words, {"NOTEBOOK": ""})["NOTEBOOK"] or "").expanduser()
        if not path.name:
            raise RefusedError("name your notebook, as in: make validate NOTEBOOK=lecture9.ipynb")
        if not path.is_file():
            raise RefusedError(f"there is no file {path}")
        assignment = without_hidden_tests(load(SOURCE if SOURCE.exists() else RELEASED))
        submission = arrange(assignment, read(path))
    except (RefusedError, UnreadableError, OSError) as refusal:
        print(f"Nothing was checked: {refusal}", file=sys.stderr)
        return 2
    result = grade(assignment, submission)
    for flag in result.flags:
        print(f"Note: {printable(flag)}")
    failed = {key: outcome for key, outcome in result.outcomes.items() if outcome.message}
    for key, outcome in result.outcomes.items():
        mark = "✗" if key in failed else "✓"
        print(f"{mark} check {assignment.parts[key].name}")
        if outcome.message:
            print("\n".join(f"    {line}" for line in printable(outcome.message).splitlines()))
    names = ", ".join(assignment.parts[key].name for key in failed)
    print(f"\nThese checks fail: {names}." if failed else "\nAll checks pass. They are not exhaustive.")
    return int(bool(failed))


def without_hidden_tests(assignment: Assignment) -> Assignment:
    """Return the assignment as its students see it."""
    parts = {key: replace(part, hidden="") for key, part in assignment.parts.items()}
    return replace(assignment, parts=parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
