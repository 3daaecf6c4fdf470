"""`make data` says what it takes, fetches all, and says what could not be had."""

import gzip
import hashlib

import pytest

from lecture9_utils.datasets.__main__ import main
from lecture9_utils.datasets.sources import Source, known_sources
from tests.datasets.stand_ins import VECTORS, Server, World


def files(world: World) -> dict[str, Source]:
    """Leave out the files of packages, which here lie in the folder of data."""
    return {key: source for key, source in world.sources.items() if not known_sources()[key].package}


def test_the_command_says_what_is_there_and_reads_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files(world)) == 0
    out, err = capsys.readouterr()
    for line in (
        f"aclImdb_v1.tar.gz is in {world.folder} already", "aclImdb_v1.tar.gz is right",
        "glove.6B.zip is right", "books.zip is right", "tur-eng.zip is right", "seattle-weather.csv is right",
        "ecoli.fa.gz is right", "All is there.",
    ):  # fmt: skip
        assert line in out.splitlines()
    assert not err


def test_the_command_goes_on_without_what_cannot_be_had(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.path("books").unlink()
    assert main(files(world)) == 0
    out, err = capsys.readouterr()
    assert f"books.zip is not in {world.folder}, and not needed for the others: no address has it" in out
    assert not err
    for key, size in (("imdb", 84_125_825), ("glove", 862_182_613), ("genome", 4_706_000)):
        world.path(key).unlink()
        world.change(key, size=size, urls=("http://127.0.0.1:1/gone",))
    world.change("glove_100", urls=("http://127.0.0.1:1/gone",))
    assert main(files(world)) == 1
    out, err = capsys.readouterr()
    assert f"aclImdb_v1.tar.gz is downloaded to {world.folder}: 84.1 MB, about 1 min at 20 Mbit/s" in out
    assert f"glove-wiki-gigaword-100.gz is downloaded to {world.folder}: 134 MB, about 1 min" in out
    assert f"ecoli.fa.gz is downloaded to {world.folder}: 4.71 MB, about 0 min" in out
    assert "tur-eng.zip is right" in out
    assert out.endswith("Not all is there.\n")
    assert [line.split()[0] for line in err.splitlines() if "http://127.0.0.1:1/gone" in line] == [
        "aclImdb_v1.tar.gz", "glove.6B.zip", "ecoli.fa.gz",
    ]  # fmt: skip
    assert "Traceback" not in err


def test_the_command_names_the_file_that_it_has_read(
    world: World, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Server.body, packed = world.path("glove").read_bytes(), gzip.compress(f"3 100\n{VECTORS}".encode())
    world.path("glove").unlink()
    world.path("glove_100").write_bytes(packed)
    world.change("glove_100", md5=hashlib.md5(packed).hexdigest())
    assert main(files(world)) == 0
    assert "glove-wiki-gigaword-100.gz is right" in capsys.readouterr().out
    world.path("glove_100").unlink()
    world.change("glove_100", urls=[f"{server}/missing"])
    world.change("glove", urls=[f"{server}/ok"])
    assert main(files(world)) == 0
    out, _ = capsys.readouterr()
    assert "glove-wiki-gigaword-100.gz is downloaded to" in out
    assert "glove.6B.zip is right" in out and "gigaword-100.gz is right" not in out
