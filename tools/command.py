"""What the commands share: reading NAME=VALUE, refusing, a clean environment, and doing much at a time."""

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from lecture9_utils.arguments import path_of
from lecture9_utils.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
for _name in ("LECTURE9_DATA", "LECTURE9_CACHE"):  # kernels work in another folder than who typed these
    if (_folder := os.environ.get(_name)) and not _folder.startswith("~"):
        os.environ[_name] = str(Path(_folder).absolute())

# How the names begin of what changes how a kernel starts, plots, logs or where it records; the notebooks
# decide it themselves.
_LEFT_OUT: tuple[str, ...] = ("PYTHONPATH", "PYTHONSTARTUP", "MPLBACKEND", "MATPLOTLIBRC", "LECTURE9_RECORDS")
_LEFT_OUT += ("JUPYTER", "IPYTHON", "KERAS_", "TF_")


class RefusedError(Exception):
    """The command cannot be run as it was given; the message says why and what there is."""

    code = 2  # the command's exit code


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


def whole_path(name: str, text: str) -> Path:
    """Give a path from the root on; RefusedError if it goes round in links, or its home is nobody's here."""
    try:
        return path_of(name, text).resolve()
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise RefusedError(str(error)) from None


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
    # One processor for each process, since several run at a time; more threads mostly wait for each other.
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    variables |= dict.fromkeys(threads, "1")
    # What XLA compiled for one process is used by the next.
    variables["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory='{(state / 'xla').as_posix()}'"
    if not any((state / "matplotlib").glob("fontlist-*.json")):
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=variables, check=True)
    return variables


@cache
def state_of(*folders: Path, left_out: tuple[str, ...] = ("real",)) -> str:
    """Return what changes with the files of folders, but for some: those of a full run, or as named."""
    known = sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".md") and not {*left_out} & {*path.parts[-2:]}:
                known.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size} ".encode())
                known.update(path.read_bytes())
    return known.hexdigest()


def code() -> str:
    """Return what changes with the code that jobs call."""
    return state_of(*(ROOT / name for name in ("grader", "lecture9_utils", "tools")))


def write(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    write_atomically(path, lambda file: file.write(content))


@contextmanager
def alone(folder: Path, mode: int = 0o777) -> Iterator[None]:
    """Have a folder for oneself, made where missing; RefusedError if another run is at work in it."""
    folder.mkdir(mode, parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")  # which the system gives back, however a run ends
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RefusedError(f"another run is at work in {folder}: wait for it, or end it") from None
    try:
        yield
    finally:
        lock.release()


def ends_with_its_children() -> None:
    """End by an exception, so that what was started ends too; also if the terminal goes, but for nohup."""
    for name in ("SIGTERM", "SIGHUP"):
        ending = getattr(signal, name, None)
        if ending and signal.getsignal(ending) != signal.SIG_IGN:
            signal.signal(ending, signal.default_int_handler)
    streams: tuple[Any, ...] = (sys.stdout, sys.stderr)
    for stream in streams:
        stream.reconfigure(errors="replace")


@contextmanager
def workers(jobs: int, cluster: str = "") -> Iterator[tuple[ThreadPoolExecutor, Callable[..., Any]]]:
    """Open a pool of threads, and give them a way to call what takes long: here, or on a Dask cluster.

    A thread does what has to be done here, as reading, writing and printing; it calls a function of plain
    data that returns plain data. When the block ends by an error, nothing more is begun or waited for.

    Parameters
    ----------
    jobs : int
        How many at a time, without a cluster.
    cluster : str
        The address of a Dask scheduler whose workers run in this version of the repository. What a worker
        was doing when it died is done by another.
    """
    with ExitStack() as stack:
        call = stack.enter_context(_cluster(cluster)) if cluster else _here
        pool = ThreadPoolExecutor(256 if cluster else jobs)  # as many as a large cluster has workers
        try:
            yield pool, call
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()


def _here(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


@contextmanager
def _cluster(address: str) -> Iterator[Callable[..., Any]]:
    try:
        from distributed import Client
    except ImportError:
        raise RefusedError("CLUSTER needs Dask: pip install distributed") from None
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RefusedError(f"no Dask scheduler answers at {address}: {error}") from None
    executor = client.get_executor(pure=False)
    try:
        yield lambda *call: executor.submit(_checked, code(), *call).result()
    finally:
        executor.shutdown(wait=False)
        client.close()


def _checked(known: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function, if this machine has the same code as the one that asks."""
    if known != code():
        raise RefusedError(f"{platform.node()} has another version of this repository, in {ROOT}")
    return function(*arguments)
