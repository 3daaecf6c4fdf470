"""The reviews and vectors are loaded: found, downloaded, verified, read in place, cached."""

import errno
import gzip
import hashlib
import io
import json
import multiprocessing
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lecture9_utils import (
    Vocabulary,
    load_glove,
    load_imdb,
    load_imdb_sequences,
    pad,
    tokenize,
)
from lecture9_utils.datasets import archives, cache
from lecture9_utils.datasets import reviews as data
from lecture9_utils.datasets import small as corpora

REVIEWS = {
    "train/neg/0_2.txt": "Bad. Bad!<br /><br />Bad acting",
    "train/neg/10_1.txt": "bad film",
    "train/neg/2_3.txt": "",
    "train/pos/1_10.txt": "A good film, très good",
    "test/neg/7_4.txt": "Bad, unheard-of film \r\n",
    "test/pos/7_9.txt": "good",
}


def glove_line(word: str, *numbers: float, dim: int = 50) -> str:
    """Write a word with the given numbers and zeros for all others."""
    return f"{word} {' '.join(map(str, [*numbers, *[0.0] * (dim - len(numbers))]))}\n"


GLOVE = {
    50: glove_line("film", 0.5, 1.5) + glove_line("good", 1, -0.25) + glove_line(". .", 1, 2),
    100: glove_line("film", 1, dim=100),
}


def write_imdb(path: Path, reviews: dict[str, str | bytes] | None = None) -> Path:
    """Write an archive like the real one: with folders, and files that are no labelled reviews."""
    with tarfile.open(path, "w:gz") as archive:
        for folder in ("aclImdb", "aclImdb/train"):
            info = tarfile.TarInfo(folder)
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        strays = {
            "README": "read me",
            "imdb.vocab": "bad\n",
            "train/unsup/0_0.txt": "?",
            "train/urls_neg.txt": "u",
        }
        for name, text in {**strays, **(REVIEWS if reviews is None else reviews)}.items():
            body = text if isinstance(text, bytes) else text.encode()
            info = tarfile.TarInfo(f"aclImdb/{name}")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return path


def write_glove(path: Path, texts: dict[int, str] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for dim, text in (GLOVE if texts is None else texts).items():
            archive.writestr(f"glove.6B.{dim}d.txt", text)
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache._warn_once.cache_clear()
    monkeypatch.setenv("LECTURE9_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of archives that take the place of the real ones: ``data="full"`` reads them."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("LECTURE9_DATA", str(folder))
    digest, _ = archives.read_reviews(write_imdb(folder / "aclImdb_v1.tar.gz"))
    monkeypatch.setattr(archives, "REVIEWS_SHA256", digest)
    write_glove(folder / "glove.6B.zip")
    digests = {
        f"glove.6B.{dim}d.txt": hashlib.sha256(text.encode()).hexdigest() for dim, text in GLOVE.items()
    }
    monkeypatch.setattr(archives, "MEMBER_SHA256", digests)
    return folder


# The reviews


@pytest.mark.usefixtures("folder")
def test_the_reviews_come_as_they_are_in_the_files_neg_before_pos_and_by_number() -> None:
    imdb = load_imdb("full")
    assert imdb.train.texts == [
        REVIEWS[f"train/{name}.txt"] for name in ("neg/0_2", "neg/2_3", "neg/10_1", "pos/1_10")
    ]
    assert imdb.train.labels.tolist() == [0, 0, 0, 1]
    assert imdb.test.texts == [REVIEWS["test/neg/7_4.txt"], REVIEWS["test/pos/7_9.txt"]]
    assert imdb.test.labels.tolist() == [0, 1]
    assert np.issubdtype(imdb.train.labels.dtype, np.integer)


def test_an_archive_that_names_its_members_from_the_current_folder_is_read_too(folder: Path) -> None:
    expected = load_imdb("full").train.texts
    with tarfile.open(folder / "aclImdb_v1.tar.gz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
        for name, text in REVIEWS.items():
            info = tarfile.TarInfo(f"./aclImdb/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    assert load_imdb("full").train.texts == expected


@pytest.mark.usefixtures("folder")
def test_the_sequences_follow_the_conventions_of_keras() -> None:
    vocabulary = Vocabulary.from_texts(load_imdb("full").train.texts)
    assert list(vocabulary.word_index)[:4] == ["bad", "br", "film", "good"]
    (x_train, y_train), (x_test, y_test) = load_imdb_sequences(num_words=7, data="full")
    train = {(tuple(x.tolist()), int(y)) for x, y in zip(x_train, y_train, strict=True)}
    # bad 4, br 5, film 6; everything from 7 on, as "good", is 2; the empty review is its beginning only
    assert train == {((1, 4, 4, 5, 5, 4, 2), 0), ((1,), 0), ((1, 4, 6), 0), ((1, 2, 2, 6, 2, 2), 1)}
    test = {(tuple(x.tolist()), int(y)) for x, y in zip(x_test, y_test, strict=True)}
    assert test == {((1, 4, 2, 2, 6, 2), 0), ((1, 2), 1)}  # the last 2 is the carriage return
    assert x_train.dtype == object
    assert {x.dtype for x in x_train} == {np.dtype(np.int32)}


def test_sequences_of_all_words_are_the_vocabulary_s_ids_moved_by_three() -> None:
    imdb = load_imdb()
    vocabulary = Vocabulary.from_texts(imdb.train.texts)
    (x_train, y_train), (x_test, _) = load_imdb_sequences(num_words=None)
    expected = sorted(
        ([1, *(i + 3 for i in ids)], label)
        for ids, label in zip(vocabulary.encode(imdb.train.texts), imdb.train.labels.tolist(), strict=True)
    )
    assert sorted((x.tolist(), y) for x, y in zip(x_train, y_train.tolist(), strict=True)) == expected
    index = vocabulary.word_index
    expected_test = sorted([1, *(index.get(w, -1) + 3 for w in tokenize(text))] for text in imdb.test.texts)
    assert sorted(x.tolist() for x in x_test) == expected_test  # -1 + 3 is 2, an unknown word


def test_sequences_are_shuffled_in_the_same_way_each_time() -> None:
    (x, y), (_, y_test) = load_imdb_sequences()
    (x_again, y_again), _ = load_imdb_sequences()
    assert [a.tolist() for a in x] == [a.tolist() for a in x_again]
    assert (y == y_again).all()
    assert y_test.tolist() != sorted(y_test.tolist())
    assert 0.4 < y[: len(y) // 5].mean() < 0.6
    (_, y_other), _ = load_imdb_sequences(seed=1)
    assert (y != y_other).any()
    order = np.random.RandomState(113).permutation(len(y))
    assert (y == load_imdb().train.labels[order]).all()


def test_sequences_can_be_padded_and_changed_without_changing_others() -> None:
    for _ in "parsed", "cached":
        (x, _), _ = load_imdb_sequences(num_words=None)
        x[0][:] = 0
    (again, _), _ = load_imdb_sequences(num_words=None)
    assert again[0][0] == 1
    assert pad(again, 20).shape == (len(x), 20)


@pytest.mark.parametrize("num_words", [2, 0, -1])
def test_too_few_words_are_refused(num_words: int) -> None:
    with pytest.raises(ValueError, match=f"num_words must be at least 3 .* got {num_words}"):
        load_imdb_sequences(num_words)


@pytest.mark.parametrize("load", [load_imdb, load_glove, lambda data: load_imdb_sequences(data=data)])
def test_unknown_data_is_refused(load: Callable[[str], Any]) -> None:
    with pytest.raises(ValueError, match='data must be "sample" or "full", got \'ful\''):
        load("ful")


def test_a_missing_label_folder_is_named(folder: Path) -> None:
    for missing in ("train/neg", "train/pos", "test/neg", "test/pos"):
        reviews = {name: text for name, text in REVIEWS.items() if not name.startswith(missing)}
        path = write_imdb(folder / "aclImdb_v1.tar.gz", reviews)
        with pytest.raises(ValueError, match=f"{path.name} has no reviews in aclImdb/{missing}: delete it"):
            load_imdb("full")


def test_a_review_that_is_not_utf8_is_named(folder: Path) -> None:
    write_imdb(folder / "aclImdb_v1.tar.gz", {**REVIEWS, "train/pos/1_10.txt": b"caf\xe9"})
    for load in (load_imdb, lambda data: load_imdb_sequences(data=data)):
        with pytest.raises(ValueError, match=r"train/pos/1_10.txt: the review is not UTF-8 text \(.*0xe9"):
            load("full")


def test_other_reviews_than_the_original_ones_are_refused(folder: Path) -> None:
    write_imdb(folder / "aclImdb_v1.tar.gz", {**REVIEWS, "train/pos/1_10.txt": "a bad film"})
    with pytest.raises(
        ValueError, match=r"does not hold the original reviews .* expected .*: delete it and put"
    ):
        load_imdb("full")
    with pytest.raises(ValueError, match="does not hold the original reviews"):
        load_imdb_sequences(data="full")


def test_what_was_read_as_a_sample_is_still_refused_as_the_full_data(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "sample_folder", lambda: folder)
    write_imdb(folder / "aclImdb_v1.tar.gz", {**REVIEWS, "train/pos/1_10.txt": "a bad film"})
    assert load_imdb("sample").train.texts[-1] == "a bad film"
    with pytest.raises(ValueError, match="does not hold the original reviews"):
        load_imdb("full")


def test_the_digest_of_the_reviews_is_over_paths_sizes_and_bytes() -> None:
    reviews = {"b": b"12", "a": b"3"}
    assert archives.reviews_digest(reviews) == hashlib.sha256(b"a\x001\x003b\x002\x0012").hexdigest()
    assert archives.reviews_digest({"a": b"31", "b": b"2"}) != archives.reviews_digest(
        {"a": b"3", "b": b"12"}
    )


# Damage


def truncated_gzip(body: bytes) -> bytes:
    return body[: len(body) // 2]


def changed_byte(body: bytes) -> bytes:
    return body[: len(body) // 2] + bytes([body[len(body) // 2] ^ 0xFF]) + body[len(body) // 2 + 1 :]


def without_end(body: bytes) -> bytes:
    return body[:-5]


def html(_: bytes) -> bytes:
    return b"<html>The server is being serviced</html>"


def nothing(_: bytes) -> bytes:
    return b""


def truncated_tar(body: bytes) -> bytes:
    return gzip.compress(gzip.decompress(body)[:3000])


def tar_without_end(body: bytes) -> bytes:
    return gzip.compress(gzip.decompress(body).rstrip(b"\0") + b"\0" * 100)


def wrong_checksum(body: bytes) -> bytes:
    padded = gzip.compress(gzip.decompress(body) + b"\0" * (1 << 22))  # more than is read ahead
    return padded[:-5] + bytes([padded[-5] ^ 1]) + padded[-4:]


def wrong_compression(body: bytes) -> bytes:
    plain = gzip.compress(gzip.decompress(body))
    return plain[:10] + b"\xff" + plain[11:]


def no_tar(_: bytes) -> bytes:
    return gzip.compress(b"<html>" * 500)


@pytest.mark.parametrize(
    "damage",
    [
        truncated_gzip,
        changed_byte,
        without_end,
        wrong_checksum,
        wrong_compression,
        html,
        nothing,
        truncated_tar,
        tar_without_end,
        no_tar,
    ],
)
def test_a_damaged_archive_of_reviews_is_named(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = folder / "aclImdb_v1.tar.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"aclImdb_v1.tar.gz is damaged or incomplete \(.+\): delete it and"):
        load_imdb("full")


@pytest.mark.parametrize("damage", [truncated_gzip, changed_byte, html, nothing])
def test_a_damaged_archive_of_vectors_is_named(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = write_glove(folder / "glove.6B.zip", {50: "".join(glove_line(f"word{i}", i) for i in range(5000))})
    path.write_bytes(damage(path.read_bytes()))
    # A changed byte may give wrong text before the checksum at the end is reached: then the line is named.
    named = (
        r"glove\.6B\.zip( is damaged or incomplete \(.+\): delete it and|, glove\.6B\.50d\.txt, line \d+: )"
    )
    with pytest.raises(ValueError, match=named):
        load_glove("full", 50)


# The vectors


@pytest.mark.usefixtures("folder")
def test_the_vectors_are_read_from_the_archive() -> None:
    for _ in "parsed", "cached":
        vectors = load_glove("full", 50)
        assert vectors.words == ["film", "good", ". ."]
        assert vectors.vectors.tolist() == [[*row, *[0] * 48] for row in ([0.5, 1.5], [1, -0.25], [1, 2])]
    assert load_glove("full").words == ["film"]
    assert not vectors.vectors.flags.writeable


def test_what_takes_long_shows_a_bar_that_is_gone_at_the_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(archives, "_LONG", (folder / "glove.6B.zip").stat().st_size)
    load_glove("full", 50)
    err = capfd.readouterr().err
    assert "glove.6B.50d.txt" in err
    assert err.endswith("\r")


def test_a_dimension_that_is_not_there_is_refused_and_those_that_are_there_are_named(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"glove.6B.zip has vectors of 50 and 100 dimensions, not of 300"):
        load_glove("full", 300)
    write_glove(folder / "glove.6B.zip", {50: GLOVE[50]})
    with pytest.raises(ValueError, match=r"has vectors of 50 dimensions, not of 100"):
        load_glove("full")


def test_other_vectors_than_the_original_ones_are_refused(folder: Path) -> None:
    write_glove(folder / "glove.6B.zip", {50: GLOVE[50].replace("1.5", "1.6")})
    with pytest.raises(
        ValueError, match=r"glove.6B.50d.txt in .* is not the original \(digest .*: delete it"
    ):
        load_glove("full", 50)


def test_vectors_of_unknown_digest_are_vouched_for_by_the_archive_s(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_glove(folder / "glove.6B.zip", {200: glove_line("film", dim=200)})
    with pytest.raises(ValueError, match=r"glove.6B.200d.txt in .* is not the original"):
        load_glove("full", 200)
    original = archives.Archive("glove.6B.zip", 1, hashlib.sha256(path.read_bytes()).hexdigest(), ())
    monkeypatch.setattr(archives, "GLOVE", original)
    assert load_glove("full", 200).words == ["film"]


def test_a_wrong_line_in_the_archive_is_named(folder: Path) -> None:
    write_glove(folder / "glove.6B.zip", {50: GLOVE[50] + "good 1\n", 100: "film 1 2\n"})
    with pytest.raises(
        ValueError, match=r"glove.6B.zip, glove.6B.50d.txt, line 4: expected a word and 50 numbers"
    ):
        load_glove("full", 50)
    with pytest.raises(
        ValueError, match=r"glove.6B.100d.txt has vectors of 2 dimensions, not of 100: delete it"
    ):
        load_glove("full", 100)


# The cache


def load_all(data: str = "full") -> list[Any]:
    imdb, sequences, vectors = load_imdb(data), load_imdb_sequences(data=data), load_glove(data, 50)
    ids = [x.tolist() for half in sequences for x in half[0]]
    return [
        imdb.train.texts,
        imdb.test.texts,
        imdb.train.labels.tolist(),
        ids,
        vectors.words,
        vectors.vectors.tolist(),
    ]


def forbid_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object) -> None:
        raise AssertionError("it was parsed again")

    monkeypatch.setattr(archives, "read_reviews", parse)
    monkeypatch.setattr(archives, "read_glove", parse)


@pytest.mark.usefixtures("folder")
def test_what_was_parsed_once_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_all()
    forbid_parsing(monkeypatch)
    assert load_all() == first


@pytest.mark.usefixtures("folder")
def test_nothing_in_the_cache_is_a_pickle_or_temporary(own_cache: Path) -> None:
    load_all()
    files = sorted(own_cache.iterdir())
    assert {file.suffix for file in files} == {".npy", ".json", ".txt"}
    for file in files:
        if file.suffix == ".npy":
            assert np.load(file, allow_pickle=False).dtype != object


def test_a_changed_archive_is_parsed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_all()
    digest, _ = archives.read_reviews(
        write_imdb(folder / "aclImdb_v1.tar.gz", {**REVIEWS, "train/neg/2_3.txt": "no"})
    )
    monkeypatch.setattr(archives, "REVIEWS_SHA256", digest)
    assert load_imdb("full").train.texts[1] == "no"


def test_an_archive_of_another_size_but_the_same_time_is_parsed_again(folder: Path) -> None:
    path = folder / "glove.6B.zip"
    load_glove("full", 50)
    time = path.stat().st_mtime_ns
    write_glove(path, {50: glove_line("frog"), 100: "another size"})
    os.utime(path, ns=(time, time))
    with pytest.raises(ValueError, match="is not the original"):
        load_glove("full", 50)


def test_an_archive_that_changes_while_it_is_read_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "sample_folder", lambda: folder)
    read = archives.read_glove

    def read_and_change(path: Path, dim: int) -> Any:
        monkeypatch.setattr(archives, "read_glove", read)
        result = read(path, dim)
        write_glove(path, {50: glove_line("frog")})
        return result

    monkeypatch.setattr(archives, "read_glove", read_and_change)
    assert load_glove(dim=50).words == ["film", "good", ". ."]
    assert load_glove(dim=50).words == ["frog"]


@pytest.mark.parametrize("damage", [truncated_gzip, changed_byte, nothing, html, None])
@pytest.mark.parametrize("suffix", [".npy", ".json", ".txt"])
@pytest.mark.usefixtures("folder")
def test_a_damaged_cache_is_made_again(
    own_cache: Path, suffix: str, damage: Callable[[bytes], bytes] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_all()
    for file in own_cache.glob(f"*{suffix}"):
        if damage:
            file.write_bytes(damage(file.read_bytes()))
        else:
            file.unlink()
    assert load_all() == first
    forbid_parsing(monkeypatch)
    assert load_all() == first


@pytest.mark.usefixtures("folder")
def test_an_unwritable_cache_gives_one_warning_and_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = load_all()
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LECTURE9_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="cannot be written to .*set LECTURE9_CACHE to a folder") as warnings:
        assert load_all() == expected
        assert load_all() == expected
    assert len(warnings) == 1


@pytest.mark.usefixtures("folder")
def test_a_full_disk_leaves_nothing_half_written_in_the_cache(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(file: Any, *_: object, **__: object) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "save", save)
    with pytest.warns(UserWarning, match=r"cannot be written to \(No space left on device\)"):
        assert load_imdb("full").train.texts
    assert not [file for file in own_cache.iterdir() if "imdb" in file.name]
    assert not list(own_cache.glob("*.part"))


@pytest.mark.usefixtures("folder")
def test_other_people_may_read_the_cache(own_cache: Path) -> None:
    load_all()
    assert {file.stat().st_mode & 0o777 for file in own_cache.iterdir()} == {0o644}


def _load_sample(barrier: Any) -> list[Any]:
    barrier.wait(60)
    return load_all("sample")


def test_two_processes_may_fill_the_cache_at_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(2, mp_context=context) as processes:
        barrier = manager.Barrier(2)
        both = list(processes.map(_load_sample, [barrier, barrier]))
    assert both[0] == both[1]
    assert not list(own_cache.glob("*.part"))
    forbid_parsing(monkeypatch)
    assert load_all("sample") == both[0]


# Downloads

BODY = bytes(range(256)) * 1600


class Server(BaseHTTPRequestHandler):
    """Serves BODY in the ways that servers do, each under its own address; notes what it is asked for."""

    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        start = self.headers.get("Range")
        earlier = [path for path, _ in self.asked].count(self.path)
        self.asked.append((self.path, start))
        match self.path:
            case "/ok":
                self.answer(200, BODY)
            case "/resumes":
                begin = int(start.removeprefix("bytes=").rstrip("-")) if start else 0
                self.answer(206 if start else 200, BODY[begin:], cut=150_000 if earlier < 2 else None)
            case "/begins-again":
                self.answer(200, BODY, cut=None if earlier else 150_000)
            case "/always-breaks":
                self.answer(200, BODY, cut=150_000)
            case "/other-file":
                self.answer(200, BODY[::-1])
            case "/page":
                self.answer(200, b"<html>We moved</html>", "text/html")
            case _:
                self.answer(404, b"no such file", "text/html")

    def answer(self, status: int, body: bytes, kind: str = "application/zip", cut: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Server.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as http:
        threading.Thread(target=http.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def archive_at(*urls: str) -> archives.Archive:
    return archives.Archive("data.zip", len(BODY), hashlib.sha256(BODY).hexdigest(), urls)


def test_a_download_arrives_under_its_name(
    server: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = archives.download(archive_at(f"{server}/ok"), tmp_path / "new" / "folder")
    assert path.read_bytes() == BODY
    assert [file.name for file in path.parent.iterdir()] == ["data.zip"]
    assert path.stat().st_mode & 0o777 == 0o644
    assert "Downloading" not in capfd.readouterr().err


def test_a_broken_download_goes_on_where_it_broke(server: str, tmp_path: Path) -> None:
    assert archives.download(archive_at(f"{server}/resumes"), tmp_path).read_bytes() == BODY
    assert Server.asked == [("/resumes", None), ("/resumes", "bytes=131072-"), ("/resumes", "bytes=262144-")]


def test_a_broken_download_begins_again_where_the_server_cannot_go_on(server: str, tmp_path: Path) -> None:
    assert archives.download(archive_at(f"{server}/begins-again"), tmp_path).read_bytes() == BODY
    assert Server.asked[1] == ("/begins-again", "bytes=131072-")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/always-breaks", "the connection broke"),
        ("/other-file", "sent another file"),
        ("/page", "it offers 21 bytes of text/html"),
        ("/missing", "answered 404"),
    ],
)
def test_the_next_address_is_tried_and_every_failure_is_told(
    server: str, tmp_path: Path, address: str, reason: str
) -> None:
    folder = tmp_path / "downloads"
    with pytest.raises(ConnectionError) as caught:
        archives.download(archive_at("http://127.0.0.1:1/down", f"{server}{address}"), folder)
    assert str(caught.value) == (
        f"data.zip could not be downloaded from http://127.0.0.1:1/down (no connection) or {server}{address} "
        f"({reason}): try again later, or get the file in another way and put it in {folder}, or in a folder "
        "that LECTURE9_DATA names"
    )
    assert not list(folder.iterdir())
    assert archives.download(archive_at(f"{server}{address}", f"{server}/ok"), folder).read_bytes() == BODY
    assert [file.name for file in folder.iterdir()] == ["data.zip"]


def test_without_room_nothing_is_asked_for(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=len(BODY) - 1))
    with pytest.raises(
        OSError, match=r"data.zip \(0 MB\) cannot be kept in .* \(No space left on device\): set"
    ):
        archives.download(archive_at(f"{server}/ok"), tmp_path / "downloads")
    assert not Server.asked


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullFile(io.FileIO):
        def write(self, body: Any) -> int:
            if self.tell() + len(body) > 200_000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(body)

    folder = tmp_path / "downloads"
    opened = Path.open

    def open_on_a_full_disk(self: Path, mode: str = "r", *rest: Any) -> Any:
        return FullFile(self, mode) if mode == "r+b" else opened(self, mode, *rest)

    monkeypatch.setattr(Path, "open", open_on_a_full_disk)
    with pytest.raises(OSError, match="No space left on device") as caught:
        archives.download(archive_at(f"{server}/ok", f"{server}/ok"), folder)
    assert caught.value.errno == errno.ENOSPC
    assert len(Server.asked) == 1
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_to_is_named(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        OSError, match=r"cannot be kept in .*file.* \((Not a directory|File exists)\): set LECTURE9_DATA"
    ):
        archives.download(archive_at(f"{server}/ok"), tmp_path / "file" / "folder")
    assert not Server.asked


def test_a_missing_archive_is_downloaded_and_then_used(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (folder / "glove.6B.zip").read_bytes()
    monkeypatch.setitem(globals(), "BODY", body)
    (folder / "glove.6B.zip").unlink()
    original = archives.Archive(
        "glove.6B.zip", len(body), hashlib.sha256(body).hexdigest(), (f"{server}/ok",)
    )
    monkeypatch.setattr(archives, "GLOVE", original)
    assert load_glove("full", 50).words == ["film", "good", ". ."]
    assert load_glove("full", 100).words == ["film"]
    assert len(Server.asked) == 1


# The command


def test_the_command_says_what_is_there_and_reads_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(corpora, "ALL", ())  # tests/test_corpora.py has them
    assert data.main() == 0
    out, err = capsys.readouterr()
    assert f"aclImdb_v1.tar.gz is in {folder} already" in out
    assert "IMDb: 4 reviews to train with" in out
    assert "GloVe: 3 words in 50 dimensions" in out
    assert out.endswith("All is there.\n")
    assert not err


def test_the_command_says_what_it_needs_and_fails_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LECTURE9_DATA", str(tmp_path / "empty"))
    offline = archives.Archive("aclImdb_v1.tar.gz", 84_125_825, "0", ("http://127.0.0.1:1/reviews",))
    monkeypatch.setattr(archives, "IMDB", offline)
    assert data.main() == 1
    out, err = capsys.readouterr()
    assert f"aclImdb_v1.tar.gz is downloaded to {tmp_path / 'empty'}: 84 MB, about 1 min" in out
    assert "862 MB, about 6 min" in out
    assert err.strip().splitlines()[-1].endswith("or in a folder that LECTURE9_DATA names")
    assert "Traceback" not in err


# The real data

REAL = Path(os.environ.get("LECTURE9_DATA", "nowhere"))


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not (REAL / name).is_file(), reason=f"{name} is not in the folder LECTURE9_DATA"
    )


@pytest.fixture(scope="module")
def real_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@needs("aclImdb_v1.tar.gz")
def test_the_real_reviews(real_cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTURE9_CACHE", real_cache)
    imdb = load_imdb("full")
    for half in (imdb.train, imdb.test):
        assert len(half.texts) == 25_000
        assert half.labels.tolist() == [0] * 12_500 + [1] * 12_500
    vocabulary = Vocabulary.from_texts(imdb.train.texts)
    assert len(vocabulary) == 88_582
    (x_train, y_train), (x_test, _) = load_imdb_sequences(data="full")
    assert len(x_train) == len(x_test) == 25_000
    assert {int(x[0]) for x in x_train} == {1}
    assert max(int(x.max()) for x in x_train) == 9_999
    order = np.random.RandomState(113).permutation(25_000)
    assert (y_train == imdb.train.labels[order]).all()
    text = imdb.train.texts[order[0]]
    assert x_train[0].tolist() == [
        1,
        *(i + 3 if i + 3 < 10_000 else 2 for i in map(vocabulary.word_index.__getitem__, tokenize(text))),
    ]


@needs("aclImdb_v1.tar.gz")
@needs("imdb_word_index.json")
def test_the_vocabulary_is_that_of_keras_but_for_python_2_s_accents(
    real_cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTURE9_CACHE", real_cache)
    ours = Vocabulary.from_texts(load_imdb("full").train.texts).word_index
    theirs: dict[str, int] = json.loads((REAL / "imdb_word_index.json").read_bytes())
    top_ours, top_theirs = ({w for w, i in index.items() if i <= 10_000} for index in (ours, theirs))
    assert len(top_ours & top_theirs) > 9_900
    # Words as frequent as the last ones of the top are numbered in another order; otherwise they agree.
    assert all(abs(theirs[word] - 10_000) < 250 for word in top_ours - top_theirs)
    # Python 2 left accented capitals as they were, so Keras has two entries for one of our words.
    only_theirs, only_ours = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
    assert 0 < len(only_theirs) < 30
    assert all(word != word.lower() and not word.isascii() for word in only_theirs)
    assert only_ours <= {word.lower() for word in only_theirs}


@needs("aclImdb_v1.tar.gz")
@needs("glove.6B.zip")
def test_the_real_vectors(real_cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTURE9_CACHE", real_cache)
    vectors = load_glove("full", 50)
    assert (len(vectors), vectors.dim) == (400_000, 50)
    vocabulary = Vocabulary.from_texts(load_imdb("full").train.texts)
    # One more or less in another order of reading: many words are as frequent as the last of the top 10,000
    assert len(vectors.missing(vocabulary, 10_000)) == 200
    near = [word for word, _ in vectors.nearest("frog", 7)]
    assert near == ["snake", "ape", "toad", "monkey", "spider", "lizard", "spiny"]
    assert vectors.analogy("man", "woman", "king")[0][0] == "queen"
