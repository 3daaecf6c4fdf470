"""The grader's command: ``python -m grader grade SUBMISSIONS=…``, ``mark …``, ``release``, and others.

Exit code: 0 and 1 as each command's module says; 2 if the command was refused. In the students' copy there is
only ``validate``, which reads the assignment as it was handed out, beside this file.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from grader.assignment import SOURCE
from tools.command import RefusedError, ends_with_its_children

MODULES = {"grade": "classroom", "mark": "desk", "release": "release", "students": "students_copy"}
MODULES |= {"validate": "validate"}
DONE = {"grade": "graded", "mark": "marked", "release": "released", "students": "written"}
DONE |= {"validate": "checked"}
HANDED_OUT = Path(__file__).with_name(SOURCE.name)


def main(words: Sequence[str], source: Path = SOURCE) -> int:
    """Run one command, for the assignment of this source; return its exit code."""
    name = words[0] if words else ""
    there = [known for known, module in MODULES.items() if find_spec(f"grader.{module}")]
    if name not in there:
        print(f"{name!r} is no command of the grader; there is {', '.join(there)}", file=sys.stderr)
        return 2
    try:
        code: int = import_module(f"grader.{MODULES[name]}").main(words[1:], source)
        return code
    except (RefusedError, OSError) as error:
        print(f"Nothing was {DONE[name]}: {error}", file=sys.stderr)
        return error.code if isinstance(error, RefusedError) else 2


if __name__ == "__main__":
    ends_with_its_children()
    try:
        sys.exit(main(sys.argv[1:], HANDED_OUT if HANDED_OUT.exists() else SOURCE))
    except KeyboardInterrupt:
        sys.exit("Interrupted: what is graded is kept, and the next run goes on from there.")
