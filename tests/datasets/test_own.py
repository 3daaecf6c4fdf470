"""A person's own texts come back as they were, in halves that stay; or a sentence says what is wrong."""

import csv
import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lecture9_utils import load_imdb, load_imdb_sequences
from lecture9_utils.datasets.own import FEWEST, FEWEST_OF_A_KIND

N = 2 * FEWEST + 100
Rows = Sequence[tuple[str, ...]]
NOTES: Rows = [(f"note {i}: {'fine' if i % 2 else 'poor'}", str(i % 2)) for i in range(N)]
HEAD = ("text", "label")


def table(
    rows: Rows = NOTES, head: Sequence[str] = HEAD, delimiter: str = ",", newline: str = "\r\n"
) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows([head, *rows])
    return out.getvalue().encode()


def layout(top: str = "") -> dict[str, bytes]:
    return {
        f"{top}{'train' if i < N // 2 else 'test'}/{('neg', 'pos')[i % 2]}/{i}_7.txt": text.encode()
        for i, (text, _) in enumerate(NOTES)
    }


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


def tarred(files: dict[str, bytes], packed: str = "gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{packed}") as archive:  # type: ignore[call-overload]
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return out.getvalue()


@pytest.fixture(autouse=True)
def _the_limit_of_csv_stays() -> Iterator[None]:
    """Reading one's own texts changes nothing for others in the same process."""
    before = csv.field_size_limit()
    yield
    assert csv.field_size_limit() == before


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., str]:
    def write(content: bytes, name: str = "notes.csv") -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


def pairs(path: str) -> list[tuple[str, str]]:
    return [(text, str(label)) for half in load_imdb(path) for text, label in zip(*half, strict=True)]


# What is read


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (table(), "notes.csv"),
        (table(newline="\n"), "notes.csv"),
        (b"\xef\xbb\xbf" + table(), "notes.csv"),
        (table(delimiter=";"), "notes.CSV"),
        (table(delimiter="\t"), "notes.tsv"),
        (table(head=(" Text", "LABEL ")), "notes.csv"),
        (table([("7", label, text) for text, label in NOTES], ("id", "label", "text")), "notes.csv"),
        *((table([(text, words[int(label)]) for text, label in NOTES]), "notes.csv")
          for words in (("neg", "Pos"), ("Negative", "positive"), ("no", "yes"))),
        (b"\r\n" + table().replace(b"\r\n", b"\r\n\r\n"), "notes.csv"),
        (table(newline="\r"), "notes.csv"),
        *((table().replace(b"text,label", head), "notes.csv")
          for head in (b'text, "label"', b' "text", "Label "', b'"text","label"')),
        ("".join(['label, "text", "a, b"\n', *(f'{n}, "{text}",\n' for text, n in NOTES)]).encode(),
         "notes.csv"),
    ],
    ids=["CRLF", "LF", "byte-order mark", "semicolons", "TSV", "capitals", "columns", "words", "long words",
         "answers", "blank lines", "CR", "blank in the head", "blanks in the head", "quotes",
         "blanks before quotes"],
)  # fmt: skip
def test_a_table_in_any_usual_form(put: Callable[..., str], content: bytes, name: str) -> None:
    path = put(content, name)
    for _ in "parsed", "cached":
        assert sorted(pairs(path)) == sorted(NOTES)


def test_half_of_each_label_is_for_training_always_the_same(put: Callable[..., str]) -> None:
    first, again = load_imdb(put(table())), load_imdb(put(table(), "copy.csv"))
    assert first.train.texts == again.train.texts
    assert [half.labels.tolist() for half in first] == [[0] * (N // 4) + [1] * (N // 4)] * 2
    drawn = [i for i, (text, _) in enumerate(NOTES) if text in first.train.texts]
    assert drawn[:12] == [0, 1, 3, 4, 5, 6, 7, 9, 10, 12, 13, 16]  # on every machine


def test_a_column_says_which_half(put: Callable[..., str]) -> None:
    halves = ["Train" if i < FEWEST + 50 else "test" for i in range(N)]
    rows = [(*note, half) for note, half in zip(NOTES, halves, strict=True)]
    imdb = load_imdb(put(table(rows, (*HEAD, "split"))))
    assert set(imdb.train.texts) == {text for text, _ in NOTES[: FEWEST + 50]}
    assert set(imdb.test.texts) == {text for text, _ in NOTES[FEWEST + 50 :]}


@pytest.mark.parametrize("top", ["", "my reviews/"])
@pytest.mark.parametrize("end", ["", ".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_the_layout_of_imdb_as_folder_or_archive(
    put: Callable[..., str], tmp_path: Path, top: str, end: str
) -> None:
    files = layout(top) | {
        f"{top}train/unsup/0_0.txt": b"no",
        f"{top}train/neg/._9_7.txt": b"\xff",
        "README": b"",
    }
    if end:
        packed = end.rpartition(".")[2].replace("tgz", "gz").replace("tar", "")
        path = put(zipped(files) if end == ".zip" else tarred(files, packed), f"own{end}")
    else:
        path = str(tmp_path / "own")
        for name, body in files.items():
            (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "own" / name).write_bytes(body)
    imdb = load_imdb(path)
    assert imdb.train.texts == [text for i in "01" for text, label in NOTES[: N // 2] if label == i]
    assert imdb.test.texts == [text for i in "01" for text, label in NOTES[N // 2 :] if label == i]


def test_sequences_are_numbered_as_imdb_s(put: Callable[..., str]) -> None:
    (x, y), (x_test, _) = load_imdb_sequences(None, put(table()))
    assert len(x) == len(x_test) == N // 2
    assert {tuple(ids[:2].tolist()) for ids in x} == {(1, 4)}  # the beginning, and "note"
    assert {int(ids[3]) for ids, label in zip(x, y, strict=True) if label} & {5, 6}


any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(any_text, min_size=1, max_size=8), delimiter=st.sampled_from(",;\t"))
def test_every_text_comes_back_as_it_was(put: Callable[..., str], texts: list[str], delimiter: str) -> None:
    rows = [(text, "1") for text in texts] + [*NOTES]
    expected = [(text.replace("\r\n", "\n").replace("\r", "\n"), label) for text, label in rows]
    assert sorted(pairs(put(table(rows, delimiter=delimiter)))) == sorted(expected)


def test_line_ends_are_the_same_from_every_system(put: Callable[..., str]) -> None:
    files, wanted = layout(), {("stopped\nit\n", "1")}
    files["test/pos/1²①.txt"] = b"stopped\r\nit\r"  # of which int reads the 1 only
    assert wanted <= {*pairs(put(zipped(files), "own.zip"))}
    assert wanted <= {*pairs(put(table([("stopped\r\nit\r", "1"), *NOTES])))}


def test_a_second_name_of_a_file_in_a_tar_is_a_file_too(put: Callable[..., str]) -> None:
    files, out = layout(), io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for i, (name, body) in enumerate(files.items()):
            member = tarfile.TarInfo(name)
            if i % 6 == 4:
                member.type, member.linkname = tarfile.LNKTYPE, [*files][i - 4]
            else:
                member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    expected = [NOTES[i - 4 if i % 6 == 4 else i] for i in range(N)]
    assert sorted(pairs(put(out.getvalue(), "own.tar.gz"))) == sorted(expected)
    lost = tarfile.TarInfo("train/neg/0.txt")
    lost.type, lost.linkname = tarfile.LNKTYPE, "gone"
    with pytest.raises(
        ValueError, match=r"own.tar cannot be read as an archive .*gone.* not found.*: pack it"
    ):
        load_imdb(put(lost.tobuf() + bytes(1024), "own.tar"))


@pytest.mark.parametrize("place", [b"caf\xe9.csv", b"m\xfcll", b"m\xfcll.tar"])
def test_names_of_any_bytes(put: Callable[..., str], tmp_path: Path, place: bytes) -> None:
    name = os.fsdecode(place)
    files = layout() | {os.fsdecode(b"train/neg/1\xe9.txt"): b"one more"}
    if name.endswith(".csv"):
        files, _ = {}, put(table([("one more", "0"), *NOTES]), name)
    elif name.endswith(".tar"):
        files, _ = {}, put(tarred(files, ""), name)
    for file, body in files.items():
        (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / file).write_bytes(body)
    for _ in "parsed", "cached":
        assert len(found := pairs(str(tmp_path / name))) == N + 1 and ("one more", "0") in found


def test_a_text_of_a_megabyte(put: Callable[..., str]) -> None:
    long = "very " * 200_000
    assert (long, "1") in pairs(put(table([(long, "1"), *NOTES])))


# The cache


def test_a_change_is_seen_though_size_and_time_stay(put: Callable[..., str], tmp_path: Path) -> None:
    path = put(table())
    assert ("note 0: poor", "0") in pairs(path)
    times = Path(path).stat()
    put(table().replace(b"note 0", b"NOTE 0"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert ("NOTE 0: poor", "0") in pairs(path)
    folder = tmp_path / "own"
    for name, body in layout().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    pairs(str(folder))
    (folder / "train/neg/0_7.txt").write_text("changed")
    assert ("changed", "0") in pairs(str(folder))


def test_only_the_owner_can_read_what_is_kept(
    put: Callable[..., str], own_cache: Path, tmp_path: Path
) -> None:
    path = put(table())
    before = {*tmp_path.iterdir()}
    load_imdb(path)
    load_imdb_sequences(100, path)
    assert {*tmp_path.iterdir()} - before == {own_cache}
    files = [file for file in own_cache.iterdir() if file.suffix != ".lock"]
    assert len(files) == 14
    assert all(file.name.startswith("own-") for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


# What is refused

ONE_LABEL = [(text, "1") for text, _ in NOTES]
RARE = [(text, "1" if i < 2 * FEWEST_OF_A_KIND - 2 else "0") for i, (text, _) in enumerate(NOTES)]
SPLIT = (*HEAD, "split")


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (table(ONE_LABEL),
         "a.csv", r"all 580 texts in .*a.csv have the label 1 \(pos\), where both .*: add texts"),
        (table([("x", "1"), ("", "0"), (" \n", "0"), *NOTES]),
         "a.csv", "a.csv has 2 empty texts, the first in line 3"),
        (table(head=("review", "label")),
         "a.csv", "a.csv must begin with .* text and label .*'review,label': rename"),
        (table(head=("text", "label", "more")), "a.csv", "line 2: the row has 2 fields, but the head has 3"),
        (table(head=("text", "label", "Text")), "a.csv", "a.csv has 2 columns text, where one is"),
        (table(head=("text", "label", "label", "label")), "a.csv", "a.csv has 3 columns label, where one is"),
        (table(head=('"text"', "label")), "a.csv", "a.csv must begin with .* begins with '\"\"\"text.*: ren"),
        (b"", "a.csv", "a.csv must begin with the names of its columns"),
        (table([]), "a.csv", "gives 0 texts to train"),
        (table(NOTES[: 2 * FEWEST - 2]), "a.csv", "gives 238 texts to test .* at least 240"),
        (table(RARE),
         "a.csv", r"gives 290 texts to train \(271 with label 0, 19 with label 1\), where .* 20 of each"),
        (table().decode().encode("utf-16"),
         "a.csv", "a.csv is not in UTF-8 .byte 0xff in line 1.: save it as"),
        (table([*NOTES, ("caf\u00e9", "1")]).decode().encode("latin-1"),
         "a.csv", "not in UTF-8 .byte 0xe9 in line 582"),
        (table([("so so", "2"), *NOTES]),
         "a.csv", "a.csv, line 2: the label is '2', expected one of 0, neg, .*: write"),
        (table([("so\nso", "1"), ("x", ""), *NOTES]), "a.csv", "line 4: the label is ''"),
        (table([(*note, "dev") for note in NOTES], SPLIT),
         "a.csv", "line 2: split is 'dev', expected train or test"),
        (table([(*note, "train") for note in NOTES], SPLIT), "a.csv", "gives 0 texts to test"),
        (b'text,label\nx,1\n"no end,0\n',
         "a.csv", "a.csv: the row that begins in line 3 cannot be read .*ends with a q"),
        (b'text,"label\nx,1\n', "a.csv", "the row that begins in line 1 cannot be read"),
        (b"text,label\nwell, yes,1\n",
         "a.csv", "line 2: the row has 3 fields, but the head has 2: put a text"),
        (table(),
         "a.xlsx", r"a.xlsx is neither a table \(.csv, .tsv, .txt\) nor an archive \(.zip, .*: save it"),
        (b"PK no zip", "a.zip", "a.zip cannot be read as an archive"),
        (zipped({"train/neg/1.txt": b"so " * 99}, zipfile.ZIP_LZMA).replace(b"\x80\0\0", b"\x80\0\xff"),
         "a.zip", r"a.zip cannot be read as an archive \(Corrupt input data\): pack it anew"),
        (tarred(layout())[:-3000], "a.tar.gz", "a.tar.gz cannot be read as an archive"),
        (tarred(layout())[:-6], "a.tar.gz", "a.tar.gz cannot be read as an archive"),
        (gzip.decompress(tarred(layout())).replace(b"test/pos", b"test/pus", 1),
         "a.tar", "it ends too early, or a header is damaged"),
        (zipped({"neg/1.txt": b"bad"}),
         "a.zip", "a.zip must have texts in train/neg, .*, but they are nowhere: move"),
        (zipped(layout("a/") | layout("b/")), "a.zip", "they are in the folders a and b"),
        (zipped(layout() | {"test/pos/9_9.txt": b"caf\xe9"}),
         "a.zip", "file test/pos/9_9.txt is not in UTF-8"),
        (zipped(layout() | {"test/pos/9_9.txt": b"\xef\xbb\xbf "}),
         "a.zip", "has 1 empty texts, .* test/pos/9_9.txt"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_is_wrong(
    put: Callable[..., str], own_cache: Path, content: bytes, name: str, what: str
) -> None:
    with pytest.raises(ValueError, match=what) as caught:
        load_imdb(put(content, name))
    assert "\n" not in str(caught.value)
    assert not own_cache.exists()


def test_a_path_that_is_missing() -> None:
    with pytest.raises(
        FileNotFoundError, match=r"there is nothing at .*/notse.csv: data must be .* look for a slip"
    ):
        load_imdb("notse.csv")


def test_a_link_to_itself_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    with pytest.raises(FileNotFoundError, match=r"there is nothing at .*/loop.csv: data must be "):
        load_imdb(str(tmp_path / "loop.csv"))


def test_the_fewest_that_are_enough(put: Callable[..., str]) -> None:
    imdb = load_imdb(put(table(NOTES[: 2 * FEWEST])))
    assert [len(half.texts) for half in imdb] == [FEWEST, FEWEST]
    assert np.mean(imdb.test.labels) == 0.5
