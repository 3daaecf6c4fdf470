"""The grader's command: ``python -m grader grade SUBMISSIONS=…``, ``release``, ``validate NOTEBOOK=…``."""

import sys
from collections.abc import Callable, Sequence

from grader import classroom, release, validate

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "grade": classroom.main,
    "release": release.main,
    "validate": validate.main,
}


def main() -> int:
    """Run one command; see its module for what it takes and returns."""
    name, words = [*sys.argv, ""][1], sys.argv[2:]
    if name not in COMMANDS:
        print(f"{name!r} is no command of the grader; there is {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    return COMMANDS[name](words)


if __name__ == "__main__":
    sys.exit(main())
