"""What the commands share: where the repository is, reading NAME=VALUE, refusing, and a clean environment."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# How the names begin of what changes how a kernel starts, plots, logs or where it records; the notebooks
# decide it themselves.
_LEFT_OUT: tuple[str, ...] = ("PYTHONPATH", "PYTHONSTARTUP", "MPLBACKEND", "MATPLOTLIBRC", "LECTURE9_RECORDS")
_LEFT_OUT += ("JUPYTER", "IPYTHON", "KERAS_", "TF_")


class RefusedError(Exception):
    """The command cannot be run as it was given; the message says why and what there is."""


def options(words: Sequence[str], defaults: Mapping[str, str]) -> dict[str, str]:
    """Read NAME=VALUE words.

    Raises
    ------
    RefusedError
        If a word is something else, or a name is unknown.
    """
    values = dict(defaults)
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in defaults:
            there = ", ".join(f"{known}=…" for known in defaults)
            raise RefusedError(f"{word!r} is no option of this command; there is {there}")
        values[name] = value
    return values


def isolated(state: Path) -> dict[str, str]:
    """Return the variables for a process whose settings, caches and kernels are in one folder.

    Parameters
    ----------
    state : Path
        A folder for settings and caches. matplotlib's list of fonts is made in it when it is missing: made
        by a notebook it can warn on stderr that it takes long.

    Returns
    -------
    dict of str to str
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    folders = {
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "jupyter/config",
        "JUPYTER_DATA_DIR": "jupyter/data",
        "KERAS_HOME": "keras",
        "MPLCONFIGDIR": "matplotlib",
    }
    variables = kept | {name: str(state / folder) for name, folder in folders.items()}
    variables |= {"KERAS_BACKEND": "tensorflow", "COLUMNS": "80", "PYTHONNOUSERSITE": "1"}
    variables["LECTURE9_STATIC"] = "1"  # pictures instead of sliders: nobody is there to move them
    if not any((state / "matplotlib").glob("fontlist-*.json")):
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=variables, check=True)
    return variables
