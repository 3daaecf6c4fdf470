"""Every data set is found, downloaded, verified, and refused in one sentence if it is not right."""

import re
import tarfile
import zipfile
from pathlib import Path

import make_sample
import pytest
import real_figures
from hypothesis import given, settings
from hypothesis import strategies as st

import lecture9_utils as l9
from lecture9_utils.datasets.__main__ import main
from lecture9_utils.datasets.sources import Source, digest_of, download, known_sources
from tests.datasets.stand_ins import (
    CONTENTS,
    LOADERS,
    REVIEWS,
    TEXTS,
    VECTORS,
    Server,
    World,
    full_disk,
    imdb_archive,
    zipped,
)

BODY = bytes(range(256)) * 1600
KEYS = list(CONTENTS)


def refused(world: World, key: str, content: bytes | str) -> str:
    """Give what is said of a file's content; it must be one sentence that names the file."""
    world.path(key).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError) as caught:
        world.load(key)
    said = "is damaged or not the original|has vectors of .* dimensions, not of 100"
    assert re.match(f"{world.path(key)} ({said})", str(caught.value))
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What is read


def test_the_sources_are_those_of_the_sample_and_say_where_they_come_from() -> None:
    sources = known_sources()
    ours = {source.name for key, source in sources.items() if not (source.package or "glove_" in key)}
    assert ours == {*make_sample.CONTENTS, *real_figures.MAKE}
    assert all(source.urls or source.instead for source in sources.values())
    assert all(url.startswith("http") for source in sources.values() for url in source.urls)


@pytest.mark.parametrize("key", LOADERS)
def test_other_data_than_sample_and_full_are_refused(key: str) -> None:
    with pytest.raises((ValueError, FileNotFoundError), match=r'fulll: data must be|"full", got \'fulll\'$'):
        getattr(l9, f"load_{key}")(data="fulll")


@pytest.mark.parametrize(
    ("key", "packed"),
    [
        ("imdb", imdb_archive(dict(reversed(REVIEWS.items())), "./aclImdb", tarfile.GNU_FORMAT)),
        ("glove", zipped({"glove.6B.100d.txt": VECTORS}, zipfile.ZIP_STORED)),
        ("weather", str(TEXTS["weather"]).replace("\n", "\r\n").encode()),
        ("wordsim353", str(TEXTS["wordsim353"]).replace("\n", "\r\n").encode()),
        ("genome", b">another name\r\nacgtac\r\nGAC\r\n"),
        ("books", CONTENTS["books"][:-12] + b"\xff\xff" + CONTENTS["books"][-10:]),  # 65,535 members or more
    ],
)
def test_what_was_packed_anew_is_as_good_as_the_original(world: World, key: str, packed: bytes) -> None:
    expected = world.load(key)
    assert packed != CONTENTS[key]
    world.path(key).write_bytes(packed)
    assert world.load(key) == expected


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("imdb", imdb_archive(REVIEWS | {"train/pos/1_10.txt": "a bad film"})),
        ("imdb", imdb_archive(REVIEWS | {"train/pos/1_10.txt": b"caf\xe9"})),
        ("imdb", imdb_archive({})),
        ("imdb_sequences", imdb_archive(REVIEWS | {"train/pos/1_10.txt": "a bad film"})),
        ("glove", zipped({"glove.6B.100d.txt": VECTORS.replace("1.5", "1.6")})),
        ("glove", zipped({"glove.6B.100d.txt": VECTORS + "good 1\n"})),
        ("weather", str(TEXTS["weather"]).replace("12.8", "12.9")),
        ("weather", ""),
        ("genome", ">tiny genome\nACGTACGAA\n"),
        ("genome", "<html>"),
        ("translations", zipped({"tur.txt": "Hi.\tSelam.\nGo!\n"})),
        ("translations", zipped({"tur.txt": "\n"})),
        ("translations", zipped({"deu.txt": "Hi.\tHallo.\n"})),
    ],
)
def test_another_file_than_the_original_is_refused(world: World, key: str, other: bytes | str) -> None:
    assert refused(world, key, other).endswith(
        "): delete it and put the original there, or load again to download it"
    )
    world.path(key).write_bytes(CONTENTS[key.removesuffix("_sequences")])
    assert world.load(key)


def test_what_was_read_as_a_sample_is_still_refused_as_the_full_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTURE9_DATA", str(Path(l9.__file__).parent / "datasets" / "sample"))
    for key in ("imdb", "imdb_sequences", "glove", "genome"):
        load = getattr(l9, f"load_{key}")
        load(data="sample")
        with pytest.raises(ValueError, match="is damaged or not the original"):
            load(data="full")


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=25)
@given(places=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=3), flip=st.integers(0, 255))
def test_a_damaged_file_is_named_and_never_read_wrongly(
    world: World, key: str, places: list[float], flip: int
) -> None:
    world.path(key).write_bytes(CONTENTS[key])
    expected = world.load(key)
    content = bytearray(CONTENTS[key])
    for place in places:
        content[int(place * len(content))] ^= flip
    broken = bytes(content) if flip else bytes(content[: int(places[0] * len(content))])
    try:
        world.path(key).write_bytes(broken)
        assert world.load(key) == expected
    except ValueError:
        refused(world, key, broken)


def test_no_damage_of_one_bit_hides_a_member(world: World) -> None:
    good, expected = CONTENTS["books"], world.load("books")
    lists = good.index(b"PK\1\2")  # where the members are listed; to the end
    for place in range(lists, len(good)):
        for bit in range(8):
            broken = bytearray(good)
            broken[place] ^= 1 << bit
            world.path("books").write_bytes(broken)
            try:
                assert world.load("books") == expected
            except ValueError as error:
                assert "books.zip" in str(error)


# Downloads


@pytest.fixture
def address(server: str) -> str:
    Server.body = BODY
    return server


def source_at(*urls: str) -> Source:
    return Source("data.zip", len(BODY), digest_of(BODY), urls=urls)


def test_a_download_arrives_under_its_name(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = download(source_at(f"{address}/ok"), tmp_path / "new" / "folder")
    assert path.read_bytes() == BODY
    assert path.stat().st_mode & 0o777 == 0o644
    said = capfd.readouterr().err
    assert "data.zip" in said
    assert "Downloading" not in said


def test_a_broken_download_goes_on_where_it_broke(address: str, tmp_path: Path) -> None:
    assert download(source_at(f"{address}/resumes"), tmp_path).read_bytes() == BODY
    places = [len(BODY) // 2, len(BODY) * 3 // 4]
    assert Server.asked == [("/resumes", None), *(("/resumes", f"bytes={place}-") for place in places)]


def test_however_often_it_breaks_it_goes_on_while_more_arrives(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match=r"/breaks-often \(ProtocolError\)"):
        download(source_at(f"{address}/breaks-often"), tmp_path)
    assert len(Server.asked) == 5
    Server.asked = []
    monkeypatch.setattr("lecture9_utils.datasets.sources._LITTLE", len(BODY) // 64)
    assert download(source_at(f"{address}/breaks-often"), tmp_path).read_bytes() == BODY
    assert len(Server.asked) == 7


def test_the_next_address_is_tried_and_every_failure_is_told(address: str, tmp_path: Path) -> None:
    urls = "http://127.0.0.1:1/down", f"{address}/page"
    with pytest.raises(OSError) as caught:
        download(source_at(*urls), tmp_path)
    assert f"{urls[0]} (ConnectionError) {urls[1]} (another file); " in str(caught.value)
    assert download(source_at(*urls, f"{address}/ok"), tmp_path).read_bytes() == BODY


def test_what_does_not_end_is_not_waited_for(address: str, tmp_path: Path) -> None:
    with full_disk(2 * len(BODY)), pytest.raises(OSError, match=r"/endless \(another file\)"):
        download(source_at(f"{address}/endless"), tmp_path)


def test_without_room_or_permission_nothing_is_asked_for(address: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    large = Source("data.zip", 10**18, urls=(f"{address}/ok",))
    for source, folder in ((large, tmp_path), (source_at(f"{address}/ok"), tmp_path / "file" / "folder")):
        with pytest.raises(
            OSError, match=r"data\.zip \([\d,]+ MB\) could not be downloaded to .*LECTURE9_DATA"
        ):
            download(source, folder)
    assert not Server.asked


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    said = r"could not be downloaded to .* File too large.*LECTURE9_DATA"
    with full_disk(200_000), pytest.raises(OSError, match=said):
        download(source_at(f"{address}/ok", f"{address}/ok"), folder)
    assert len(Server.asked) == 1
    assert [file.name for file in folder.iterdir()] == [".data.zip.lock"]


@pytest.mark.parametrize("key", KEYS)
def test_what_is_missing_is_downloaded_verified_and_then_used(world: World, server: str, key: str) -> None:
    expected = world.load(key)
    Server.body = world.path(key).read_bytes()
    world.path(key).unlink()
    world.change(key, urls=(f"{server}/page", f"{server}/cut"))
    with pytest.raises(OSError):
        world.load(key)
    assert not world.path(key).exists()
    world.change(key, urls=(f"{server}/page", f"{server}/cut", f"{server}/ok"))
    Server.asked = []
    assert world.load(key) == world.load(key) == expected
    assert [path for path, _ in Server.asked] == ["/page", "/cut", "/ok"]
    assert world.path(key).read_bytes() == Server.body


def test_without_an_address_it_is_said_what_to_put_where(world: World) -> None:
    world.path("books").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        world.load("books")
    assert str(caught.value).startswith(f"books.zip is not in {world.folder}: ")
    assert "books/<Author>/<Title>.md" in str(caught.value)
    for files in ({"novels/Emma.txt": "Emma"}, {"books/A/B.md": " \n"}, {"books/A/B.md": b"caf\xe9"}):
        assert "www.gutenberg.org" in refused(world, "books", zipped(files))


def test_a_misspelt_folder_is_not_made_and_nothing_is_downloaded_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for name in "dta", "loop":
        monkeypatch.setenv("LECTURE9_DATA", str(tmp_path / name))
        said = f"LECTURE9_DATA names .*{name}, where no folder is: correct it"
        with pytest.raises(FileNotFoundError, match=said):
            l9.load_imdb("full")
        assert not (tmp_path / name).exists()


@pytest.mark.parametrize("variable", ["LECTURE9_DATA", "LECTURE9_CACHE"])
@pytest.mark.parametrize(
    ("named", "what"),
    [
        (
            "data",
            "must be a whole path, got 'data': begin it with / or ~, as .* another folder in each working",
        ),
        ("./data", "must be a whole path, got './data'"),
        ("~nosuchuser/x", "begins with the home folder of nobody here: '~nosuchuser/x'"),
    ],
)
def test_a_folder_that_is_not_the_same_everywhere_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    variable: str, named: str, what: str,
) -> None:  # fmt: skip
    monkeypatch.setenv(variable, named)
    with pytest.raises(ValueError, match=f"^{variable} {what}"):
        world.load("imdb")
    assert main(world.sources) == 1
    assert re.match(f"{variable} {what}.*\n$", capsys.readouterr().err)


def test_what_lies_there_unpacked_is_mentioned(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.path("imdb").unlink()
    (world.folder / "aclImdb").mkdir()
    world.change("imdb", urls=("http://127.0.0.1:1/gone",))
    with pytest.raises(OSError, match="could not be downloaded"):
        l9.load_imdb("full", sources=world.sources)
    assert "aclImdb is not used, as only aclImdb_v1.tar.gz can be verified" in capsys.readouterr().out
