"""Reading tables that lie beside a module, and writing files that are there as a whole or not at all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Any


def table_of(module: str) -> dict[str, Any]:
    """Read the TOML file with the name of a module, given as its ``__file__``."""
    import tomllib  # which takes a while, and is not needed by all who import the package

    return tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))


def write_atomically(path: Path, fill: Callable[[IO[bytes]], object], mode: int = 0o644) -> None:
    """Write a file under a temporary name beside it, and give it its own when it is whole.

    `fill` writes to the open binary file that it gets. The folder of `path` is made where missing. OSError if
    there is no room or no permission; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        with part.open("wb") as file:
            fill(file)
        part.chmod(mode)  # by default for all: a class may share a folder
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process writes a file, or files whose names begin so; remove what killed ones left.

    Where no locks are to be had, as on some shared disks, several processes may do the same at once.
    """
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f".{path.name}.lock"), mode=0o666)  # another user's too
    try:
        with suppress(OSError, NotImplementedError):
            lock.acquire()
            for left in path.parent.glob(f"{escape(path.name)}.*.part"):
                left.unlink()
        yield
    finally:
        lock.release()
