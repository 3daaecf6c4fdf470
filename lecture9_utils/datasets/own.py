"""A person's own reviews, or any short texts of two kinds: a table, or a folder or archive of IMDb's layout.

Nothing of them goes anywhere but into the cache folder, in files that only their owner can read.
"""

import csv
import os
import re
import tarfile
import zipfile
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..arguments import path_of
from .cache import Arrays, kept
from .sources import DAMAGE, digest_of, opened_zip

HALVES = "train", "test"
KINDS = "neg", "pos"
LABELS = {"0": 0, "neg": 0, "negative": 0, "no": 0, "1": 1, "pos": 1, "positive": 1, "yes": 1}
FEWEST, FEWEST_OF_A_KIND = 240, 20  # in each half: notebook 8 trains on 200 and validates on the rest
_SPLIT_SEED = 113
_IN_LAYOUT = re.compile(r"(?:\./)?(?:([^/]+)/)?(train|test)/(neg|pos)/([^/.][^/]*)\.txt")
_ARCHIVES = ".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz"
_TABLES = ".csv", ".tsv", ".txt"


class Text(NamedTuple):
    """A text with its label, the half it is in ("" if that is to be drawn), and where it was found."""

    where: str
    body: bytes
    label: int
    half: str


def own_arrays(path: str, parse: Callable[[dict[str, bytes]], Arrays], kept_as: str) -> Arrays:
    """Read a person's own texts, and keep what `parse` makes of them as if they were IMDb's.

    They are read each time, and parsed anew if any of them has changed. ValueError says in one sentence what
    is wrong with them, and where; FileNotFoundError that there is nothing at `path`.
    """
    place = Path(os.path.realpath(path_of("data", path)))  # which, unlike resolve, bears links in a circle
    if not place.exists():
        raise FileNotFoundError(
            f'there is nothing at {place}: data must be "sample", "full", or the path of a table or of a '
            "folder or archive of IMDb's layout; look for a slip in the name, or give the whole path"
        )
    ends = {name: body.replace(b"\r\n", b"\n") for name, body in _files(place).items()}
    files = {name: body.replace(b"\r", b"\n") for name, body in ends.items()}

    def fresh(_: Path) -> Arrays:
        texts = _of_table(place, files[place.name]) if _is_table(place) else _of_layout(place, files)
        return parse(_as_imdb(_checked(place, texts)))

    arrays: Arrays = kept(place, kept_as, digest_of(files), fresh, private=True)
    return arrays


def _is_table(place: Path) -> bool:
    return place.is_file() and place.name.lower().endswith(_TABLES)


def _files(place: Path) -> dict[str, bytes]:
    """Read the table, or those files of a folder or archive that are in the layout's places."""
    if _is_table(place):
        return {place.name: place.read_bytes()}
    if place.is_dir():
        found = ((p.relative_to(place).as_posix(), p) for p in place.rglob("*.txt"))
        return {name: p.read_bytes() for name, p in found if _IN_LAYOUT.fullmatch(name) and p.is_file()}
    if not place.name.lower().endswith(_ARCHIVES):
        raise ValueError(
            f"{place} is neither a table ({', '.join(_TABLES)}) nor an archive ({', '.join(_ARCHIVES)}): "
            "save it as a CSV file in UTF-8 with the columns text and label"
        )
    try:
        members = _zip_members(place) if zipfile.is_zipfile(place) else _tar_members(place)
        return {name: body() for name, body in members if _IN_LAYOUT.fullmatch(name)}
    except DAMAGE as error:
        reason = str(error).partition(":\n")[0]
        raise ValueError(f"{place} cannot be read as an archive ({reason}): pack it anew") from error


def _zip_members(place: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    with opened_zip(place) as archive:
        for name in archive.namelist():
            yield name, lambda name=name: archive.read(name)  # type: ignore[misc]


def _tar_members(place: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    read: dict[str, bytes] = {}
    with tarfile.open(place) as archive:
        for member in archive:
            if member.isfile() or member.islnk():  # or a further name of a file before it
                body = read.get(member.linkname) if member.islnk() else None  # going back to it takes long
                if body is None:
                    body = (archive.extractfile(member) or BytesIO()).read()
                read[member.name] = body
                yield member.name, partial(read.__getitem__, member.name)
        rest = archive.fileobj or BytesIO()
        rest.seek(archive.offset)
        if rest.read(512) != bytes(512):  # tarfile takes a damaged header for the end
            raise tarfile.ReadError("it ends too early, or a header is damaged")
        while rest.read(1 << 20):  # to the checksum, if it is compressed
            pass


def _of_layout(place: Path, files: Mapping[str, bytes]) -> list[Text]:
    """Take texts from their places, in the order of the numbers in their names."""
    matches = [match for name in files if (match := _IN_LAYOUT.fullmatch(name))]
    tops = sorted({match[1] or "." for match in matches})
    if len(tops) != 1:
        what = f"in the folders {' and '.join(tops)}" if tops else "nowhere"
        raise ValueError(
            f"{place} must have texts in train/neg, train/pos, test/neg and test/pos, as files *.txt, "
            f"by themselves or in one folder, but they are {what}: move them there"
        )
    matches.sort(key=lambda match: [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part)
                                    for part in re.split(r"(\d{1,999})", match[4]) if part])  # fmt: skip
    return [
        Text(f"file {m[0]}", files[m[0]].removeprefix(BOM_UTF8), KINDS.index(m[3]), m[2]) for m in matches
    ]


def _of_table(place: Path, content: bytes) -> list[Text]:
    """Read the rows of a table."""
    (_, names), *rows = _rows(place, _decoded(str(place), content))
    column = {name: names.index(name) for name in ("text", "label", "split") if name in names}
    for name in column:
        if names.count(name) > 1:
            raise ValueError(
                f"{place} has {names.count(name)} columns {name}, where one is expected: rename the others"
            )
    texts = []
    for line, row in rows:
        where = f"line {line}"
        if len(row) != len(names):
            raise ValueError(
                f"{place}, {where}: the row has {len(row)} fields, but the head has {len(names)}: put a text "
                'with separators in it between "quotes", and write each quote within it twice'
            )
        label, half = (row[column[n]].strip().lower() if n in column else "" for n in ("label", "split"))
        if label not in LABELS:
            known = ", ".join(LABELS)
            raise ValueError(
                f"{place}, {where}: the label is {label!r}, expected one of {known}: write 0 or 1"
            )
        if "split" in column and half not in HALVES:
            raise ValueError(
                f"{place}, {where}: split is {half!r}, expected train or test: fill it in everywhere, or "
                "remove the column, and the halves are drawn"
            )
        texts.append(Text(where, row[column["text"]].encode(), LABELS[label], half))
    return texts


def _rows(place: Path, content: str) -> Iterator[tuple[int, list[str]]]:
    """Give the head in small letters and each row that is not blank, with the line that it begins in."""
    head = content.lstrip("\n").partition("\n")[0]
    limit = csv.field_size_limit(2**31 - 1)  # of everybody's; a text may be longer than 131,072
    line, is_head = 1, True
    try:
        heads = {mark: next(csv.reader([head], delimiter=mark, skipinitialspace=True)) for mark in ",;\t"}
        names_by = {mark: [name.strip().lower() for name in names] for mark, names in heads.items()}
        mark = next((mark for mark, names in names_by.items() if {"text", "label"} <= {*names}), "")
        if not mark:
            raise ValueError(
                f"{place} must begin with the names of its columns, text and label among them, but it begins "
                f"with {head[:60]!r}: rename the columns"
            )
        reader = csv.reader(StringIO(content, newline=""), delimiter=mark, strict=True,
                            skipinitialspace=bool(re.search(f'(^|{mark}) +"', head)))  # fmt: skip
        for row in reader:
            if any(field.strip() for field in row):
                yield line, names_by[mark] if is_head else row
                is_head = False
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(
            f"{place}: the row that begins in line {line} cannot be read ({error}): a text between quotes "
            'ends with a quote, and each quote within it is written twice ("")'
        ) from error
    finally:
        csv.field_size_limit(limit)


def _checked(place: Path, texts: Sequence[Text]) -> list[Text]:
    """Refuse texts that nothing can be learned from; draw halves where there are none."""
    empty = [text.where for text in texts if not _decoded(f"{place}, {text.where}", text.body).strip()]
    if empty:
        raise ValueError(
            f"{place} has {len(empty)} empty texts, the first in {empty[0]}, where each must have a word at "
            "least: remove those"
        )
    drawn = texts if all(text.half for text in texts) else _halved(texts)
    counts = Counter((text.half, text.label) for text in drawn)
    of_kind = Counter(text.label for text in texts)
    if texts and len(of_kind) == 1:
        (kind,) = of_kind
        raise ValueError(
            f"all {len(texts)} texts in {place} have the label {kind} ({KINDS[kind]}), where both 0 and 1 "
            "must occur: add texts of the other kind"
        )
    for half in HALVES:
        n = [counts[half, label] for label in (0, 1)]
        if sum(n) < FEWEST or min(n) < FEWEST_OF_A_KIND:
            raise ValueError(
                f"{place} gives {sum(n)} texts to {half} ({n[0]} with label 0, {n[1]} with label 1), where "
                f"at least {FEWEST} are needed, {FEWEST_OF_A_KIND} of each: add texts"
            )
    return [*drawn]


def _halved(texts: Sequence[Text]) -> list[Text]:
    """Draw half of each kind for training, always the same; of an odd number training gets one more."""
    shuffle = np.random.RandomState(_SPLIT_SEED)  # its numbers are the same in every version of NumPy
    halves = [""] * len(texts)
    for label in (0, 1):
        of_kind = shuffle.permutation([i for i, text in enumerate(texts) if text.label == label])
        for place, i in enumerate(of_kind):
            halves[int(i)] = HALVES[place >= (len(of_kind) + 1) // 2]
    return [text._replace(half=half) for text, half in zip(texts, halves, strict=True)]


def _as_imdb(texts: Sequence[Text]) -> dict[str, bytes]:
    """Name the texts as IMDb's archive does, numbered as they came."""
    return {f"aclImdb/{t.half}/{KINDS[t.label]}/{i}_0.txt": t.body for i, t in enumerate(texts)}


def _decoded(where: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{where} is not in UTF-8 (byte {content[error.start]:#x} in line {line}): save it as "
            "“CSV UTF-8”, or in another way in UTF-8"
        ) from error
