"""Whatever a server, a disk or another process does: the data are right, or one sentence says what is not."""

import itertools
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lecture9_utils.datasets import sources
from tests.datasets.stand_ins import KEPT, TEXTS, Server, World, zipped

RIGHT = {  # how a server behaves, and how often it is asked
    "ok": 1, "unmeasured": 1, "chunked": 1, "encoded": 1, "moved": 1, "breaks-once": 2, "breaks-at-once": 3,
    "resumes": 3, "resets-once": 2, "chunks-break-once": 2, "says-nothing-once": 2, "has-all-but-the-end": 2,
    "wrong-ranges": 3, "changes-meanwhile": 3, "busy-once": 2,
    "slow-once": 2, "too-early-once": 2, "too-many-once": 2,
}  # fmt: skip
REFUSED = {
    "missing": "status 404", "forbidden": "status 403", "error": "status 500", "cut": "another file",
    "short": "another file", "long": "ProtocolError", "other": "another file", "page": "another file",
    "empty": "another file", "no-content": "another file", "endless": "another file",
    "always-breaks": "ProtocolError", "loop": "status 302", "to-nowhere": "ConnectionError",
    "to-a-file": "InvalidSchema", "no-http": "ConnectionError", "silent": "ReadTimeout",
    "drips": "TimeoutError",
}  # fmt: skip
AGAIN = {"error", "long", "always-breaks", "no-http", "silent", "drips"}  # which may pass


@pytest.fixture(params=["imdb", "translations"])  # whose digest is known, and is not
def missing(world: World, request: pytest.FixtureRequest) -> tuple[World, str, object]:
    """A data set that is not there yet, and what it should be."""
    key: str = request.param
    expected = world.load(key)
    Server.body = world.path(key).read_bytes()
    world.path(key).unlink()
    return world, key, expected


def names(world: World) -> set[str]:
    return {path.name for path in world.folder.iterdir()}


@pytest.mark.parametrize("way", RIGHT)
def test_a_server_s_weakness_is_got_over(
    missing: tuple[World, str, object], server: str, waits: list[float], way: str
) -> None:
    world, key, expected = missing
    world.change(key, urls=(f"{server}/{way}",))
    before = names(world)
    assert world.load(key) == expected
    assert world.path(key).read_bytes() == Server.body
    assert [path for path, _ in Server.asked].count(f"/{way}") == RIGHT[way]
    assert names(world) == before | {world.path(key).name, f".{world.path(key).name}.lock"}
    assert sum(waits) <= 30


@pytest.mark.parametrize("way", REFUSED)
def test_a_bad_server_is_told_of_leaves_nothing_and_the_next_run_is_right(
    missing: tuple[World, str, object], server: str, waits: list[float],
    way: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    world, key, expected = missing
    world.change(key, urls=(f"{server}/{way}",))
    before = names(world) | {f".{world.path(key).name}.lock"}
    with monkeypatch.context() as patch:
        if way == "silent":
            patch.setattr(sources, "_TIMEOUT", (10, 0.01))
        if way == "drips":
            patch.setattr(sources, "monotonic", itertools.count(0, 61).__next__)
        for _ in "first", "second":
            Server.asked = []
            with pytest.raises(OSError) as caught:
                world.load(key)
            said = rf"{world.path(key).name} .* to {world.folder}: no address has it: {server}/{way} "
            assert re.fullmatch(rf"{said}\({REFUSED[way]}\); .*LECTURE9_DATA", str(caught.value))
            assert names(world) == before
            if way not in ("loop", "silent"):  # many times; before the server notices
                assert len(Server.asked) == (5 if way in AGAIN else 1)
    assert sum(waits) == (60 if way in AGAIN else 0)
    world.change(key, urls=(f"{server}/ok",))
    assert world.load(key) == expected
    assert world.path(key).read_bytes() == Server.body


# Disks


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Put a file system, or the folder itself with other rights, in the place of a folder."""
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def read_only(folder: Path) -> Any:
    return mounted(folder, "--bind", "-o", "ro", str(folder))


def tiny(folder: Path) -> Any:
    return mounted(folder, "-t", "tmpfs", "-o", "size=256k", "tmpfs")


def test_a_disk_that_is_full_before_its_size_says_so_leaves_nothing(world: World, server: str) -> None:
    texts = {"tur.txt": str(TEXTS["translations"]["tur.txt"]), "more": bytes(400_000)}  # type: ignore[index]
    Server.body = zipped(texts, zipfile.ZIP_STORED)
    world.change("translations", size=130_000, urls=(f"{server}/ok",))
    with tiny(world.folder):
        with pytest.raises(OSError, match=r"tur-eng.zip .*No space left on device.*; try again later, or "):
            world.load("translations")
        assert [path.name for path in world.folder.iterdir()] == [".tur-eng.zip.lock"]
        subprocess.run(["mount", "-o", "remount,size=1m", world.folder], check=True)
        assert world.load("translations")[0] == ["Hi.", "Selam."]


def test_a_cache_on_a_full_disk_costs_time_until_there_is_room(world: World, own_cache: Path) -> None:
    expected = [world.load(key) for key in KEPT]
    with tiny(own_cache):
        (own_cache / "large").write_bytes(bytes(250_000))
        with pytest.warns(UserWarning, match=r"cannot be written to \(No space left on device\)"):
            assert [world.load(key) for key in KEPT] == expected
        (own_cache / "large").unlink()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert [world.load(key) for key in KEPT] == expected
        assert {path.suffix for path in own_cache.iterdir()} == {".lock", ".json", ".npy"}


def test_folders_that_can_only_be_read(world: World, own_cache: Path, server: str) -> None:
    own_cache.mkdir()
    with read_only(own_cache), pytest.warns(UserWarning, match=r"\(Read-only file system\): all works"):
        expected = [world.load(key) for key in KEPT]
    assert [world.load(key) for key in KEPT] == expected
    with read_only(own_cache), read_only(world.folder), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [world.load(key) for key in KEPT] == expected
    world.path("imdb").unlink()
    world.change("imdb", urls=(f"{server}/ok",))
    with read_only(world.folder), pytest.raises(OSError, match=r"aclImdb.* Read-only .*LECTURE9_DATA"):
        world.load("imdb")
    assert not Server.asked


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("is_sticky", [False, True])
def test_another_user_s_files_are_made_again_or_left(
    world: World, monkeypatch: pytest.MonkeyPatch, is_sticky: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777 if is_sticky else 0o777)
        monkeypatch.setenv("LECTURE9_CACHE", folder)
        monkeypatch.setenv("LECTURE9_DATA", folder)
        shutil.copy(world.path("imdb"), folder)
        expected = world.load("imdb")
        for path in Path(folder).glob("imdb-*"):
            path.chmod(0o600)
        os.seteuid(65534)
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                assert world.load("imdb") == world.load("imdb") == expected
            assert ["cannot be written to" in str(c.message) for c in caught] == [True, True] * is_sticky
        finally:
            os.seteuid(0)
        assert not list(Path(folder).glob("*.part"))


# Processes

PROCESSES = multiprocessing.get_context("forkserver")  # which has imported all: a process begins at once
PROCESSES.set_forkserver_preload(["filelock", "requests", "tests.datasets.stand_ins"])
FOLDERS = "LECTURE9_DATA", "LECTURE9_CACHE"


def is_step(function: Any) -> bool:
    """Tell whether a function of C does something with a file, a folder or a connection."""
    owner = type(getattr(function, "__self__", None))
    of_files = function.__module__ in ("posix", "fcntl") or owner.__module__ in ("_io", "socket", "mmap")
    others = "TextIOWrapper", "StringIO", "fspath", "getpid", "_path_normpath"  # of the bar, of names
    return of_files and not {owner.__name__, function.__name__} & {*others}


def load_until(step: int, steps: Any, world: World, folders: dict[str, str]) -> None:
    """Load reviews, and be killed before the so-manieth step; without one, count them."""
    os.environ.update(folders)
    counter = itertools.count(1)

    def profile(_: object, event: str, function: Any) -> None:
        if event == "c_call" and is_step(function) and next(counter) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(profile)
    world.load("imdb")
    sys.setprofile(None)
    steps.value = next(counter) - 1


def load_at_once(barrier: Any, loaded: Any, world: World, folders: dict[str, str]) -> None:
    os.environ.update(folders)
    warnings.simplefilter("error")
    barrier.wait()
    loaded.put([world.load(key) for key in KEPT])


def litter(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.iterdir() if "part" in path.name]


def test_a_hundred_kills_do_no_harm(world: World, server: str, own_cache: Path) -> None:
    world.change("imdb", urls=(f"{server}/ok",))
    expected, Server.body = world.load("imdb"), world.path("imdb").read_bytes()
    folders = {name: os.environ[name] for name in FOLDERS}
    steps = PROCESSES.Value("i", 0)
    places, kills, left = random.Random(0), 0, 0
    for run in range(200):
        for path in (world.path("imdb"), *own_cache.glob("*.json"), *own_cache.glob("*.npy")):
            path.unlink(missing_ok=True)
        step = places.randint(1, steps.value) if run else 0
        process = PROCESSES.Process(target=load_until, args=(step, steps, world, folders))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)  # it may take a step less than the first
        kills += process.exitcode == -signal.SIGKILL
        assert not world.path("imdb").exists() or world.path("imdb").read_bytes() == Server.body
        left = max(left, len(litter(world.folder, own_cache)))
        if run % 10 == 0 or kills == 100:
            assert world.load("imdb") == expected
            assert not litter(world.folder, own_cache)
        if kills == 100:
            break
    assert kills == 100
    assert steps.value > 100
    assert left  # or no kill came while something was being written


def test_eight_processes_at_once_download_once(world: World, server: str, own_cache: Path) -> None:
    expected = [world.load(key) for key in KEPT]
    Server.body = world.path("imdb").read_bytes()
    world.path("imdb").unlink()
    shutil.rmtree(own_cache)
    world.change("imdb", urls=(f"{server}/ok",))
    folders = {name: os.environ[name] for name in FOLDERS}
    barrier, loaded = PROCESSES.Barrier(8), PROCESSES.SimpleQueue()
    processes = [
        PROCESSES.Process(target=load_at_once, args=(barrier, loaded, world, folders)) for _ in range(8)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 8
    assert [loaded.get() for _ in processes] == [expected] * 8
    assert Server.asked == [("/ok", None)]
    assert not litter(world.folder, own_cache)
