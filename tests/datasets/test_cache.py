"""What was parsed once is kept, and never used if the file or the cache has changed."""

import json
import os
import pickle
import re
import shutil
import warnings
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from platformdirs import user_cache_dir

import lecture9_utils as l9
from lecture9_utils.datasets.cache import cache_folder
from tests.datasets.stand_ins import CONTENTS, KEPT, REVIEWS, World, full_disk, imdb_archive


class Opened:
    """Leaves a folder behind when it is unpickled."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return os.mkdir, (self.path,)


def load_all(world: World) -> list[Any]:
    return [world.load(key) for key in KEPT]


def make_unreadable(world: World) -> None:
    """Leave nothing in the files, but their sizes and times: only the cache has the data now."""
    for key in ("imdb", "glove"):
        facts = world.path(key).stat()
        world.path(key).write_bytes(bytes(facts.st_size) if key == "imdb" else CONTENTS[key])
        os.utime(world.path(key), ns=(facts.st_mtime_ns, facts.st_mtime_ns))


def test_what_was_parsed_once_is_not_parsed_again(world: World, own_cache: Path) -> None:
    first = load_all(world)
    make_unreadable(world)
    assert load_all(world) == first
    modes = {(file.suffix, file.stat().st_mode & 0o777) for file in own_cache.iterdir()}
    assert modes == {(".npy", 0o644), (".json", 0o644), (".lock", 0o666)}  # a class may share it


def test_a_changed_archive_is_parsed_again_even_where_no_digest_is_expected(
    world: World, own_cache: Path
) -> None:
    world.change("imdb", contents={}, sha256=None)
    load_all(world)
    files = sorted(own_cache.iterdir())
    world.path("imdb").write_bytes(imdb_archive(dict.fromkeys(REVIEWS, "so what")))
    assert "so what" in str(world.load("imdb"))
    assert str(world.load("imdb_sequences")).count("[1, 4, 5]") == len(REVIEWS)
    assert sorted(own_cache.iterdir()) == files  # what is old was replaced


@settings(max_examples=60)
@given(
    st.sampled_from(KEPT),
    st.integers(0, 1000),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["flip", "cut", "gone", "zero", "page", "deep"]),
    st.integers(1, 255),
)
def test_a_damaged_cache_is_made_again(
    world: World, own_cache: Path, key: str, which: int, place: float, how: str, flip: int
) -> None:
    first = world.load(key)
    files = sorted(file for file in own_cache.iterdir() if file.stat().st_size)
    file = files[which % len(files)]
    content = bytearray(file.read_bytes())
    at = int(place * len(content))
    content[at] ^= flip
    damaged = {"cut": content[:at], "zero": bytes(len(content)), "page": b"<html>", "deep": b"[" * 100_000}
    file.write_bytes(damaged.get(how, content))
    if how == "gone":
        file.unlink()
    assert world.load(key) == first


@pytest.mark.parametrize("key", KEPT)
def test_a_changed_byte_is_noticed(world: World, own_cache: Path, key: str) -> None:
    first = world.load(key)
    for file in own_cache.glob("*.npy"):
        file.write_bytes(file.read_bytes()[:-1] + b"\x7f")
        assert world.load(key) == first


def test_the_folder_is_the_user_s_own_or_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LECTURE9_CACHE", "~/kept")
    assert cache_folder() == tmp_path / "kept"
    monkeypatch.delenv("LECTURE9_CACHE")
    assert cache_folder() == Path(user_cache_dir("lecture9"))


def test_a_cache_of_a_later_format_is_made_again(world: World, own_cache: Path) -> None:
    first = world.load("imdb")
    (index,) = own_cache.glob("*.json")
    content = json.loads(index.read_bytes())
    content["stamp"][0] += 1
    index.write_text(json.dumps(content | {"more": "than today"}))
    world.path("imdb").touch()  # so that the file is read
    assert world.load("imdb") == first
    assert "more" not in json.loads(index.read_bytes())


def test_a_pickle_in_the_cache_is_not_opened(world: World, own_cache: Path) -> None:
    first = world.load("imdb")
    (index,) = own_cache.glob("*.json")
    content = json.loads(index.read_bytes())
    for name in content["checksums"]:
        path = index.with_name(f"{index.stem}.{name}.npy")
        path.write_bytes(pickle.dumps(Opened(own_cache / "opened")))
        content["checksums"][name] = zlib.crc32(path.read_bytes())
    index.write_text(json.dumps(content))
    assert world.load("imdb") == first
    assert not (own_cache / "opened").exists()


@pytest.mark.parametrize("suffix", [".json", ".npy"])
def test_a_folder_in_the_place_of_a_file_costs_time_only(world: World, own_cache: Path, suffix: str) -> None:
    first = world.load("imdb")
    file = next(own_cache.glob(f"*{suffix}"))
    file.unlink()
    file.mkdir()
    with pytest.warns(UserWarning, match=r"cannot be written to \(Is a directory\): all works"):
        assert world.load("imdb") == first
    file.rmdir()
    assert world.load("imdb") == first
    assert file.is_file()


def test_an_unwritable_cache_gives_one_warning_and_work_goes_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = load_all(world)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LECTURE9_CACHE", str(tmp_path / "file"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")  # as outside of pytest
        assert load_all(world) == load_all(world) == expected
    (warning,) = caught
    assert f"{tmp_path / 'file'} cannot be written to" in str(warning.message)
    assert "set LECTURE9_CACHE to a folder" in str(warning.message)


@pytest.mark.parametrize("home", ["none", "~", "none that is whole", "a link to itself"])
def test_without_a_home_all_works_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    def none(_: str) -> str:
        raise RuntimeError("could not determine the home directory")

    found = {"none": none, "~": lambda app: f"~/.cache/{app}", "none that is whole": lambda app: app}
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    if home in found:
        monkeypatch.delenv("LECTURE9_CACHE")
        monkeypatch.setattr("platformdirs.user_cache_dir", found[home])
    else:
        monkeypatch.setenv("LECTURE9_CACHE", str(tmp_path / "loop"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        assert l9.load_imdb().train.texts == l9.load_imdb().train.texts
    (warning,) = caught
    assert re.search(r"(home folder is unknown|loop cannot be written).*: all works", str(warning.message))
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]


def test_a_name_of_any_bytes(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, folder = load_all(world), tmp_path / os.fsdecode(b"p\xe9")
    world.folder.rename(folder)
    monkeypatch.setenv("LECTURE9_DATA", str(folder))
    monkeypatch.setenv("LECTURE9_CACHE", str(folder / "cache"))
    assert load_all(world) == load_all(world) == expected


def test_a_full_disk_leaves_nothing_half_written(world: World, own_cache: Path) -> None:
    expected = load_all(world)
    shutil.rmtree(own_cache)
    with full_disk(150), pytest.warns(UserWarning, match=r"cannot be written to \((?!None)"):
        assert load_all(world) == expected
    assert not list(own_cache.glob("*.part"))
    assert load_all(world) == expected
