"""Reading word vectors from text: GloVe's and word2vec's formats and CSV, with all errors named by line.

Nearly all lines of such files look the same, so whole blocks of text are parsed at once with NumPy. A block
in which any line looks different is read again line by line: there odd words and errors are dealt with.
"""

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

Format = Literal["glove", "word2vec", "csv"]
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Rows = tuple[list[str], Floats]

_BLOCK = 1 << 19  # bytes parsed at once: small enough to stay in the processor's cache
_LOWEST_BYTES = np.array([256**length - 1 for length in range(9)], dtype=np.uint64)


def read_rows(file: IO[bytes], name: str, format: Format | None = None) -> Rows:
    r"""Read words and their vectors; `WordVectors.read` says how the formats look.

    Parameters
    ----------
    file : binary file
        Read once, from here to its end.
    name : str
        What errors call it.
    format : {"glove", "word2vec", "csv"}, optional
        Found out from the first line by default.

    Returns
    -------
    words : list of str
    vectors : ndarray of float32, shape (len(words), dim)

    Raises
    ------
    ValueError
        If anything is wrong in the file; the line is named.

    Examples
    --------
    >>> from io import BytesIO
    >>> read_rows(BytesIO(b"1 2\nfrog 0.5 4\n"), "frogs.txt")
    (['frog'], array([[0.5, 4. ]], dtype=float32))
    """
    first = file.readline()
    format = format or _guess(first)
    if format not in ("glove", "word2vec", "csv"):
        raise ValueError(f"format must be 'glove', 'word2vec' or 'csv', got {format!r}")
    count, dim, has_header = _shape(first, name, format)
    layout = _Layout(name, "," if format == "csv" else " ", dim)
    words: list[str] = []
    numbers = bytearray()  # grows in place, so that the memory of one block serves for the next
    for block in _blocks(file, b"" if has_header else first):
        more_words, rows = layout.parse(block, 1 + has_header + len(words))
        words += more_words
        numbers += rows.data
    if not words or count not in (None, len(words)):
        promised = "at least one word" if count is None else f"the {count:,} words of its first line"
        raise ValueError(
            f"{name} holds {len(words):,} words, expected {promised}: it is incomplete or no text of vectors"
        )
    _refuse_repeated(words, name, 1 + has_header)
    return words, np.frombuffer(numbers, dtype=np.float32).reshape(-1, dim)


def _guess(first: bytes) -> Format:
    fields = first.split()
    if len(fields) == 2 and all(field.isdigit() for field in fields):
        return "word2vec"
    return "csv" if b"," in first.strip() and len(fields) == 1 else "glove"


def _shape(first: bytes, name: str, format: Format) -> tuple[int | None, int, bool]:
    """Find the number of words (None where it is not said), of dimensions, and whether there is a header."""
    if format == "word2vec":
        try:
            count, dim = map(int, first.split())
        except ValueError:
            raise ValueError(
                f"{name}, line 1: expected the numbers of words and dimensions, got {first[:60]!r}"
            ) from None
        return count, dim, True
    fields = first.decode(errors="replace").strip().split("," if format == "csv" else " ")
    are_numbers = [_is_number(field) for field in fields[1:]]
    if format == "csv":
        return None, len(are_numbers), not any(are_numbers)
    return None, are_numbers[::-1].index(False) if False in are_numbers else len(are_numbers), False


def _read_ahead(file: IO[bytes]) -> Iterator[bytes]:
    """Read (and unzip) the next part of a file in a second thread while this one is parsed."""
    with ThreadPoolExecutor(1) as other_thread:
        reading = other_thread.submit(file.read, _BLOCK)
        while part := reading.result():
            reading = other_thread.submit(file.read, _BLOCK)
            yield part


def _blocks(file: IO[bytes], start: bytes) -> Iterator[bytes]:
    """Cut a file into blocks of whole lines, without carriage returns and spaces at their ends."""
    rest = start
    for part in _read_ahead(file):
        end = part.rfind(b"\n") + 1
        if end:
            yield _plain(rest + part[:end])
            rest = part[end:]
        else:
            rest += part
    if rest:
        yield _plain(rest if rest.endswith(b"\n") else rest + b"\n")


def _plain(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n").replace(b" \n", b"\n")


@dataclass(frozen=True)
class _Layout:
    """What each line of a file looks like: a word and `dim` numbers."""

    name: str
    separator: str
    dim: int

    def parse(self, block: bytes, line: int) -> Rows:
        return self._parse_at_once(block) or self._parse_by_line(block, line)

    def _parse_at_once(self, block: bytes) -> Rows | None:
        """Parse lines that all have `dim` separators and nothing odd; None if there are others."""
        text = np.frombuffer(block + b"\0" * 32, dtype=np.uint8)  # so that looking ahead stays inside
        ends = np.flatnonzero((text == ord(self.separator)) | (text == ord("\n")))
        if self.dim < 1 or len(ends) % (self.dim + 1) or (self.separator == "," and b'"' in block):
            return None
        starts = np.concatenate([[0], ends[:-1] + 1]).reshape(-1, self.dim + 1)
        ends = ends.reshape(starts.shape)
        if (
            (text[ends[:, -1]] != ord("\n")).any()
            or block.count(b"\n") != len(ends)
            or (starts >= ends).any()
        ):
            return None
        try:
            words = [
                block[i:j].decode() for i, j in zip(starts[:, 0].tolist(), ends[:, 0].tolist(), strict=True)
            ]
            numbers = _numbers(text, starts[:, 1:].ravel(), ends[:, 1:].ravel())
        except ValueError:  # of which UnicodeDecodeError is one
            return None
        return words, numbers.astype(np.float32).reshape(-1, self.dim)

    def _parse_by_line(self, block: bytes, line: int) -> Rows:
        words, rows = [], []
        for number, text in enumerate(block.split(b"\n")[:-1], start=line):
            try:
                word, row = self._parse_line(text.decode())
            except ValueError as error:
                raise ValueError(f"{self.name}, line {number}: {error}") from error
            words.append(word)
            rows.append(row)
        return words, np.array(rows, dtype=np.float32).reshape(-1, self.dim)

    def _parse_line(self, text: str) -> tuple[str, list[float]]:
        fields = next(csv.reader([text]), []) if self.separator == "," else text.rsplit(" ", self.dim)
        if len(fields) != self.dim + 1 or not fields[0] or not self.dim:
            raise ValueError(f"expected a word and {max(self.dim, 1)} numbers, got {text[:60]!r}")
        return fields[0], [_number(field) for field in fields[1:]]


def _numbers(text: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.float64]:
    """Parse many numbers at once, exactly as ``float`` does.

    Nearly all look like -0.1234: one digit, a point, up to 14 decimals. Their digits make a whole number
    below 2**53, which float64 holds exactly, and one correctly rounded division puts the point where it
    belongs. The others are few, and left to ``float``.
    """
    negative = text[starts] == ord("-")
    at = starts + negative
    digit = text[at] - ord("0")  # as uint8: what comes before "0" wraps round and is above 9 too
    odd = (digit > 9) | (text[at + 1] != ord("."))
    at += 2
    decimals = ends - at
    odd |= (decimals < 1) | (decimals > 14)
    values: NDArray[np.float64] = digit.astype(np.float64)
    scale, most = 1.0, decimals.max()
    for place, length in ((0, 8), (8, 6)):
        if most > place:
            digits, wrong = _eight_digits(text, at + place, np.clip(decimals - place, 0, length))
            values = values * 10.0**length + digits // 10 ** (8 - length)
            scale *= 10.0**length
            odd |= wrong
    values /= scale
    np.negative(values, out=values, where=negative)
    for i in np.flatnonzero(odd):
        values[i] = _number(bytes(text[starts[i] : ends[i]]).decode())
    return values


def _eight_digits(
    text: Bytes, at: NDArray[np.int64], length: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Read a whole number of eight digits at each place: `length` digits of the text, then zeros.

    The eight characters are taken as one uint64, the first in its lowest byte, and its neighbouring parts are
    put together: digits to pairs, pairs to fours, fours to eight (D. Lemire, "Quickly parsing eight digits").
    The second array says where a character is no digit.
    """
    words = np.ndarray(len(text) - 7, "<u8", text.data, strides=(1,)).take(at)
    words ^= np.uint64(0x3030303030303030)  # the digits become 0 to 9, all others more
    words &= _LOWEST_BYTES.take(length)
    wrong = (words | words + np.uint64(0x7676767676767676)) & np.uint64(0x8080808080808080) != 0
    for size, keep in ((1, 0x00FF00FF00FF00FF), (2, 0x0000FFFF0000FFFF), (4, 0x00000000FFFFFFFF)):
        words = (words * np.uint64(10**size) + (words >> np.uint64(8 * size))) & np.uint64(keep)
    return words, wrong


def _number(field: str) -> float:
    if not _is_number(field):
        raise ValueError(f"{field!r} is not a finite number")
    return float(field)


def _is_number(field: str) -> bool:
    try:
        return "_" not in field and bool(np.isfinite(float(field)))
    except ValueError:
        return False


def _refuse_repeated(words: list[str], name: str, line: int) -> None:
    if len(set(words)) == len(words):
        return
    seen: dict[str, int] = {}
    for number, word in enumerate(words, start=line):
        if word in seen:
            raise ValueError(f"{name}, line {number}: the word {word!r} is in line {seen[word]} already")
        seen[word] = number
