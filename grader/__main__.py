"""The grader's command: ``python -m grader grade SUBMISSIONS=…``, ``release``, ``validate NOTEBOOK=…``.

Exit code: 0 and 1 as each command's module says; 2 if the command was refused.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from grader import classroom, release, validate
from grader.assignment import SOURCE
from tools.command import RefusedError

COMMANDS = {"grade": classroom.main, "release": release.main, "validate": validate.main}
DONE = {"grade": "graded", "release": "released", "validate": "checked"}


def main(words: Sequence[str], source: Path = SOURCE) -> int:
    """Run one command, for the assignment of this source; return its exit code."""
    name = words[0] if words else ""
    if name not in COMMANDS:
        print(f"{name!r} is no command of the grader; there is {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](words[1:], source)
    except (RefusedError, OSError, release.SourceError) as error:
        print(f"Nothing was {DONE[name]}: {error}", file=sys.stderr)
        return 1 if isinstance(error, release.SourceError) else 2


if __name__ == "__main__":
    # Who ends this ends the students' processes too.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted: what is graded is kept, and the next run goes on from there.")
