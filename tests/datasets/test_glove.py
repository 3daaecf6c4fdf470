"""GloVe comes from the archive, gensim-data's files or a known subset: the same vectors, verified."""

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

import lecture9_utils as l9
from lecture9_utils.datasets.pretrained import dims_at_hand, glove_source
from lecture9_utils.datasets.sources import digest_of, known_sources
from tests.datasets.stand_ins import VECTORS, Server, World, needs, zipped

WORDS = ["film", "good", ". ."]
GZ = gzip.compress(f"3 100\n{VECTORS}".encode(), mtime=0)
PAGE = b"<html>We moved</html>"


@pytest.fixture
def other(world: World) -> World:
    """A folder without the archive; gensim-data's file is known by its md5."""
    world.path("glove").unlink()
    world.change("glove_100", size=len(GZ), md5=hashlib.md5(GZ).hexdigest())
    return world


def load(world: World, dim: int = 100) -> l9.WordVectors:
    return l9.load_glove("full", dim, sources=world.sources)


def test_gensims_file_gives_the_vectors_of_the_archive(world: World) -> None:
    archives = load(world)
    world.path("glove").unlink()
    world.change("glove_100", md5=hashlib.md5(GZ).hexdigest())
    world.path("glove_100").write_bytes(GZ)
    for _ in "parsed", "cached":
        vectors = load(world)
        assert vectors.words == archives.words == WORDS
        assert np.array_equal(vectors.vectors, archives.vectors)
    assert not vectors.vectors.flags.writeable


def test_a_file_that_is_there_comes_before_a_download_and_the_archive_first(world: World) -> None:
    keys = ["glove_100_subset", "glove_100", "glove"]
    archive = world.path("glove").read_bytes()
    world.path("glove").write_bytes(zipped({"glove.6B.50d.txt": "film 1\n"}))  # has no 100 dimensions
    assert glove_source("full", 100, world.sources) == "glove_100"
    assert dims_at_hand(world.sources) == [50]
    for key in keys:
        world.path(key).write_bytes(archive)
        assert glove_source("full", 100, world.sources) == key
    assert glove_source("full", 300, world.sources) == "glove_300"
    assert dims_at_hand(world.sources) == [100, 50]


@pytest.mark.parametrize("content", [GZ[:-9], PAGE, gzip.compress(f"3 100\n{VECTORS}".encode(), 1, mtime=1)])
def test_another_file_of_gensims_name_is_refused(other: World, content: bytes) -> None:
    other.path("glove_100").write_bytes(content)
    with pytest.raises(
        ValueError, match=r"gigaword-100\.gz is damaged or not the original .*: delete it and"
    ):
        load(other)


def test_where_the_numbers_are_known_it_may_be_packed_anew(other: World) -> None:
    numbers = np.array([[1] * 50, [0.25] * 50], np.float32)
    digest = digest_of({"words": b"film\ngood", "vectors": numbers.tobytes()})
    other.change("glove_50", contents={"glove.6B.50d.txt": digest})
    for header, one in (("2 50\n", "1"), ("", "1.00")):
        text = f"{header}film{f' {one}' * 50}\ngood{' 0.25' * 50}\n"
        other.path("glove_50").write_bytes(gzip.compress(text.encode()))
        assert np.array_equal(load(other, 50).vectors, numbers)
    other.path("glove_50").write_bytes(gzip.compress(text.replace("0.25", "0.26").encode()))
    with pytest.raises(ValueError, match="is damaged or not the original"):
        load(other, 50)


def test_gensims_file_is_downloaded_from_the_first_address_that_has_it(other: World, server: str) -> None:
    Server.body = GZ
    other.change("glove_100", urls=[f"{server}/{way}" for way in ("page", "cut", "ok")])
    other.change("glove", urls=[f"{server}/archive"])
    assert load(other).words == load(other).words == WORDS
    assert [path for path, _ in Server.asked] == ["/page", "/cut", "/ok"]
    assert other.path("glove_100").read_bytes() == GZ


@pytest.mark.parametrize("way", ["page", "cut", "missing", "always-breaks"])
def test_the_archive_is_the_second_source(world: World, server: str, way: str) -> None:
    Server.body = world.path("glove").read_bytes()
    world.path("glove").unlink()
    world.change("glove_100", md5="0" * 32, urls=[f"{server}/{way}"])
    world.change("glove", urls=[f"{server}/ok"])
    assert load(world).words == load(world).words == WORDS
    assert [path for path, _ in Server.asked if path == "/ok"] == ["/ok"]
    assert [path.name for path in world.folder.glob("glove*")] == ["glove.6B.zip"]


def test_an_archive_of_other_dimensions_says_which_it_has(other: World, server: str) -> None:
    other.path("glove").write_bytes(zipped({"glove.6B.50d.txt": "film 1\n", "glove.6B.200d.txt": "film 1\n"}))
    other.change("glove_100", urls=[f"{server}/missing"])
    with pytest.raises(ValueError, match=r"6B\.zip has vectors of 50 and 200 dimensions, not of 100: give"):
        load(other)


def test_what_is_missing_is_said_once(world: World) -> None:
    world.change("glove", package="", name="gone.zip", urls=[])
    with pytest.raises(FileNotFoundError, match=r"^gone.zip is not in (?!.*gone.zip)"):
        l9.load_glove(sources=world.sources)


def test_without_any_source_both_are_named(other: World, server: str) -> None:
    other.change("glove_100", urls=[f"{server}/page"])
    other.change("glove", urls=[f"{server}/missing"])
    with pytest.raises(
        OSError, match=r"^glove\.6B\.zip .*/missing.*; glove-wiki-gigaword-100\.gz .*/page"
    ) as caught:
        load(other)
    assert "\n" not in str(caught.value)
    assert not list(other.folder.glob("glove*"))


def test_a_known_subset_is_taken_and_says_so(other: World, capsys: pytest.CaptureFixture[str]) -> None:
    other.change("glove_100_subset", contents={"glove.6B.100d.txt": digest_of(VECTORS)})
    other.path("glove_100_subset").write_text(VECTORS)
    for _ in "parsed", "cached":
        assert load(other).words == WORDS
        assert "glove.6B.100d.txt: a known subset of GloVe 6B, 341,479 of" in capsys.readouterr().out
    other.path("glove_100_subset").write_text(VECTORS.replace("1.5", "1.6"))
    with pytest.raises(
        ValueError, match=r"not the original .*put the original archive, glove\.6B\.zip, there"
    ):
        load(other)


# The real data


@needs("glove.6B.zip")
def test_the_real_archive_has_the_digest_that_gensims_file_must_have() -> None:
    vectors = l9.load_glove("full", 50)
    parts = {"words": "\n".join(vectors.words).encode(), "vectors": vectors.vectors.tobytes()}
    assert digest_of(parts) == known_sources()["glove_50"].contents["glove.6B.50d.txt"]


@needs("glove.6B.100d.txt")
def test_the_real_subset(capsys: pytest.CaptureFixture[str]) -> None:
    sources = known_sources()
    if glove_source("full", 100, sources) != "glove_100_subset":
        pytest.skip("all of GloVe is there")
    vectors = l9.load_glove("full")
    assert (len(vectors), vectors.dim) == (341_479, 100)
    assert "a known subset" in capsys.readouterr().out
    assert (
        Path(os.environ["LECTURE9_DATA"], "glove.6B.100d.txt").stat().st_size
        == sources["glove_100_subset"].size
    )
