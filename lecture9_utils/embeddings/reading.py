"""Reading word vectors from text: GloVe's and word2vec's formats, and CSV."""

import csv
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable
from itertools import chain, islice, takewhile

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LINES = 10_000  # whose numbers are parsed at once


def read_rows(lines: Iterable[bytes], name: str) -> tuple[list[str], Floats]:
    r"""Read words and their vectors, shape (number of words, dim), from lines; errors call the file `name`.

    `WordVectors.read` says how the formats look, and what is raised.

    Examples
    --------
    >>> from io import BytesIO
    >>> read_rows(BytesIO(b"1 2\nfrog 0.5 4\n"), "frogs.txt")
    (['frog'], array([[0.5, 4. ]], dtype=float32))
    """
    lines = (line.rstrip(b"\r\n") for line in lines)
    number = 1
    line_of: dict[str, int] = {}
    vectors = bytearray()  # grows in place: a list of blocks would need the memory twice in the end
    try:
        first = next(lines, b"").removeprefix(BOM_UTF8)
        is_csv, count, dim, has_header = _layout(first)
        numbered = enumerate(lines if has_header else chain([first], lines), 1 + has_header)
        while block := list(islice(numbered, _LINES)):
            texts = []
            for number, line in block:
                word, text = _word_and_numbers(line, dim, is_csv)
                if word in line_of:
                    raise ValueError(f"the word {word!r} is in line {line_of[word]} already")
                line_of[word] = number
                texts.append(text)
            try:
                rows = np.loadtxt(texts, dtype=np.float32, comments=None, ndmin=2)  # thrice as fast as float
                if rows.shape != (len(texts), dim) or not np.isfinite(rows).all():
                    raise ValueError("not all are finite numbers")
            except ValueError:
                for number, text in enumerate(texts, block[0][0]):  # noqa: B007 - the error names it
                    if len(fields := text.split()) != dim:
                        raise ValueError(f"expected a word and {dim} numbers, got {len(fields)}") from None
                    if wrong := [field for field in fields if not _is_number(field)]:
                        raise ValueError(f"{wrong[0].decode()!r} is not a finite number") from None
                raise
            vectors += rows.data
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{name}, line {number}: {error}") from error
    if not line_of or count not in (None, len(line_of)):
        raise ValueError(f"{name} is incomplete: it holds {len(line_of)} words, not {count or 'one or more'}")
    return list(line_of), np.frombuffer(vectors, np.float32).reshape(len(line_of), dim)


def is_readable(word: bytes) -> bool:
    """Tell whether a word in front of blanks and numbers is read back as it was."""
    parts = word.split()
    if parts == [word]:  # it may be a number, but not end in a further one
        return True
    last = parts[-1].rstrip(b",;") if parts else b""
    return word[-1:].strip() != b"" and not set(word) & set(b"\r\n") and not _is_number(last, finite=False)


def _layout(first: bytes) -> tuple[bool, int | None, int, bool]:
    """Tell by the first line: is it CSV, how many words and dimensions are there, and is it a header."""
    if first.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise ValueError("it is packed: unpack it first, or open it with gzip.open, and give that file")
    fields = first.split()
    if len(fields) == 2 and all(field.isdigit() for field in fields):
        return False, int(fields[0]), min(max(int(fields[1]), 1), sys.maxsize), True
    word, *columns = _csv_fields(first) or [b""]
    are_numbers = [_is_number(column) for column in columns]
    if columns and (all(are_numbers) or not _is_number(fields[-1])):
        return True, None, len(columns), not any(are_numbers) or not word or _counts(word, columns)
    return False, None, max(len(list(takewhile(_is_number, fields[:0:-1]))), 1), False


def _word_and_numbers(line: bytes, dim: int, is_csv: bool) -> tuple[str, bytes]:
    word, _, numbers = line.partition(b" ")
    if not is_csv and word.split() == [word] and numbers.count(b" ") == dim - 1 and numbers[-1:].isdigit():
        return word.decode(), numbers  # as nearly all lines are: three times as fast as what follows
    fields = _csv_fields(line) if is_csv else line.rsplit(None, dim)
    if len(fields) != dim + 1 or not (is_csv or is_readable(fields[0])):
        raise ValueError(f"expected a word and {dim} numbers, got {line.decode(errors='replace')[:60]!r}")
    return fields[0].decode(), b" ".join(fields[1:]) if is_csv else line[len(fields[0]) :]


def _csv_fields(line: bytes) -> list[bytes]:
    return [field.encode() for field in next(csv.reader([line.decode()]), [])]


def _counts(word: bytes, columns: list[bytes]) -> bool:
    """Tell whether a line of CSV counts its columns; a short one may be a vector, if its word is no title."""
    is_title = len(columns) > 2 or word.lower() in (b"0", b"word", b"words", b"token", b"index")
    return is_title and any(columns == [b"%d" % (i + n) for i in range(len(columns))] for n in (0, 1))


def _is_number(field: bytes, finite: bool = True) -> bool:
    try:
        number = float(field)
        # From there float32 is infinite
        return not finite or (b"_" not in field and abs(number) < 2.0**128 - 2.0**103)
    except ValueError:
        return False
