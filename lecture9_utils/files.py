"""Reading tables that lie beside a module, and writing files that are there as a whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any


def table_of(module: str) -> dict[str, Any]:
    """Read the TOML file with the name of a module, given as its ``__file__``."""
    import tomllib  # which takes a while, and is not needed by all who import the package

    return tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))


def write_atomically(path: Path, fill: Callable[[IO[bytes]], object], mode: int = 0o644) -> None:
    """Write a file in a temporary folder beside it, and move it to its place when it is whole.

    `fill` writes to the open binary file that it gets. The folder of `path` is made where missing. OSError if
    there is no room or no permission; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{path.name}.", suffix=".part", dir=path.parent) as folder:
        temporary = Path(folder, path.name)
        with temporary.open("wb") as file:
            fill(file)
        temporary.chmod(mode)  # by default for all: a class may share a folder
        temporary.replace(path)
