"""The small data sets of notebooks 05, 06 and 10: books, translations, weather, DNA, judged pairs of words.

As with the reviews and vectors, ``data="sample"`` reads the bundled synthetic ones and ``data="full"`` the
real ones, by the same code: found or downloaded, verified, and read in place. None is large enough to cache.
"""

import csv
import gzip
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .archives import REPLACE, Archive, damage_named, find

BASES = "ACGTN"  # N: a base that could not be read
_BOOK = re.compile(r"books/([^/]+)/([^/]+)\.md")
_FACTS = re.compile(r"encyclopaedia\.txt")  # of the sample: a number, how often it is told, and a sentence
_PAIRS = re.compile(r"tur\.txt")
_HEADER = re.compile(r"(?:#[^\n]*\n|[ \t]*\n)+-{3,}[ \t]*\n")  # a book's title and author, above a line
_SENTENCE_END = re.compile(
    r"[.!?…]+(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMessrs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bCapt\.)(?<!\b[A-Z]\.)"
    r"""["'”’)\]]*\s+(?=["'“‘(\[]*[A-Z0-9])"""
)
_COLUMNS = ["date", "precipitation", "temp_max", "temp_min", "wind", "weather"]
_GENOME_SHA256 = "b1d61ce0fac63311a301966a65d052c8061b6747afc537f879192027f14308f1"  # of the bases
Row = tuple[int, list[str]]  # a line's number and its fields


@dataclass(frozen=True, eq=False)
class Weather:
    """Daily weather, without a gap: each is an array, or list, of one entry a day."""

    dates: NDArray[np.datetime64]
    precipitation: NDArray[np.float64]  # mm
    temp_max: NDArray[np.float64]  # °C
    temp_min: NDArray[np.float64]
    wind: NDArray[np.float64]  # m/s
    weather: list[str]

    def __len__(self) -> int:
        """Count the days."""
        return len(self.dates)


def load_books(data: str = "sample") -> dict[str, dict[str, str]]:
    """Load whole books.

    Parameters
    ----------
    data : {"sample", "full"}
        The bundled pastiches of two invented authors, or 18 novels by Austen, Conrad, Dickens and Twain.

    Returns
    -------
    dict of str to dict of str to str
        By author and title, both in alphabetical order: the text, without the header that names its author.

    Raises
    ------
    ValueError
        If `data` is something else, or the archive is damaged or holds no books.
    OSError
        If the archive is not there.

    Examples
    --------
    >>> all(len(books) > 1 for books in load_books().values())
    True

    References
    ----------
    Lecture 9, slide "Applications" (the author of a text); Project Gutenberg.
    """
    return _read_books(find(BOOKS, data))


def load_corpus(data: str = "sample") -> list[str]:
    """Load sentences to train word vectors on.

    Parameters
    ----------
    data : {"sample", "full"}
        The facts of a small synthetic encyclopaedia, each told many times and all of them shuffled, in the
        same way each time; or the sentences of all books of `load_books`, in their order.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError, OSError
        As for `load_books`.

    Examples
    --------
    >>> "paris is the capital of france" in load_corpus()
    True

    References
    ----------
    Lecture 9, slides "Word Embeddings" and "word2vec".
    """
    path = find(BOOKS, data)
    for name, text in _texts(path, _FACTS).items():
        rows = _rows(text, f"{path}, {name}", "a number, a tab and a sentence", 2)
        told = [
            fact for line, (n, fact) in rows for _ in range(int(_number(n, f"{path}, {name}, line {line}")))
        ]
        return [told[i] for i in np.random.RandomState(0).permutation(len(told))]
    return [s for books in _read_books(path).values() for text in books.values() for s in sentences(text)]


def sentences(text: str) -> list[str]:
    r"""Split a text into sentences: after a full stop, question or exclamation mark before a capital.

    Parameters
    ----------
    text : str
        Paragraphs with empty lines between, which end sentences too; lines that begin with # are left out.

    Returns
    -------
    list of str
        The sentences, each on one line.

    Examples
    --------
    >>> sentences('# One\n\nMr. Bennet made no\nanswer. "Is he married?" "Oh! single," said she.')
    ['Mr. Bennet made no answer.', '"Is he married?"', '"Oh! single," said she.']
    """
    found = []
    for paragraph in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*$", "", text)):
        line = " ".join(paragraph.split())
        ends = [0, *(match.end() for match in _SENTENCE_END.finditer(line)), len(line)]
        found += [line[i:j].rstrip() for i, j in pairwise(ends) if i < j]
    return found


def load_translations(data: str = "sample") -> list[tuple[str, str]]:
    """Load short sentences in English with their translation to Turkish.

    Parameters
    ----------
    data : {"sample", "full"}
        The bundled pairs, made from a small grammar; or Tatoeba's, the shortest ones first: 41,098 in an
        older edition, several hundred thousand in later ones.

    Returns
    -------
    list of (str, str)
        English and Turkish. One sentence may occur with several translations.

    Raises
    ------
    ValueError
        If `data` is something else, the archive is damaged, or a line of it has no tab.
    OSError
        If the archive is not there and cannot be downloaded.

    Examples
    --------
    >>> all(english and turkish for english, turkish in load_translations())
    True

    References
    ----------
    Lecture 9, slide "Applications" (English → Turkish); Tatoeba, CC BY 2.0 FR, as packed by manythings.org.
    """
    return _read_translations(find(TRANSLATIONS, data))


def load_weather(data: str = "sample") -> Weather:
    """Load four years of daily weather.

    Parameters
    ----------
    data : {"sample", "full"}
        A bundled synthetic series, or Seattle's from 2012 to 2015.

    Returns
    -------
    Weather
        ``.dates`` (datetime64[D], no day left out), ``.precipitation`` (mm), ``.temp_max`` and ``.temp_min``
        (°C), ``.wind`` (m/s), all ndarrays of shape (days,), and ``.weather`` (list of str: "rain", …).

    Raises
    ------
    ValueError
        If `data` is something else, a line is wrong (it is named), or the file is not the original.
    OSError
        As for `load_translations`.

    Examples
    --------
    >>> weather = load_weather()
    >>> bool((weather.temp_max >= weather.temp_min).all())
    True

    References
    ----------
    Lecture 9, slide "Applications" (forecasting the weather); NOAA, as in vega-datasets.
    """
    path = find(WEATHER, data)
    weather = _read_weather(path)
    _check_original(path, WEATHER, data)
    return weather


def load_genome(data: str = "sample") -> str:
    """Load a bacterium's genome.

    Parameters
    ----------
    data : {"sample", "full"}
        Bundled synthetic DNA with planted repeats, or *Escherichia coli* K-12 (U00096.2): 4,639,675 bases.

    Returns
    -------
    str
        The letters A, C, G and T.

    Raises
    ------
    ValueError
        If `data` is something else, the file is damaged or no FASTA (see `read_fasta`), or not the original.
    OSError
        As for `load_translations`.

    Examples
    --------
    >>> sorted(set(load_genome()))
    ['A', 'C', 'G', 'T']

    References
    ----------
    Lecture 9, slide "dna2vec"; Blattner et al. (1997), "The complete genome sequence of
    Escherichia coli K-12".
    """
    path = find(GENOME, data)
    return _check_genome(path) if data == "full" else _only_record(path)


def read_fasta(path: Path | str) -> dict[str, str]:
    r"""Read sequences of DNA from a FASTA file, gzipped or not.

    Parameters
    ----------
    path : Path or str
        Each record is a line ``>name`` and lines of bases: A, C, G, T, and N for one that could not be read,
        in capitals or not.

    Returns
    -------
    dict of str to str
        The sequences, in capitals, by the text after ``>``, in the file's order.

    Raises
    ------
    ValueError
        If the file is damaged or empty, bases come before a header, a letter is no base, a record has no
        bases or two have one name.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "two.fa"
    ...     _ = file.write_text(">one\nACGT\nacgt\n>two\nTNT\n")
    ...     read_fasta(file)
    {'one': 'ACGTACGT', 'two': 'TNT'}
    """
    path = Path(path)
    content = path.read_bytes()
    with damage_named(path):
        text = _decoded(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content, str(path))
    records: dict[str, list[str]] = {}
    bases: list[str] | None = None
    for line, letters in _lines(text):
        if letters.startswith(">"):
            if (name := letters[1:].strip()) in records:
                raise ValueError(f"{path}, line {line}: there is a record {name!r} before this one")
            bases = records[name] = []
        elif bases is None:
            raise ValueError(
                f"{path}, line {line}: bases before a header, expected a line that begins with >"
            )
        else:
            bases.append(_bases(letters, f"{path}, line {line}"))
    if empty := [name for name, bases in records.items() if not bases]:
        raise ValueError(f"{path}: the record {empty[0]!r} has no bases")
    if not records:
        raise ValueError(f"{path} is empty, expected a line >name and lines of bases")
    return {name: "".join(bases) for name, bases in records.items()}


def load_similarity(data: str = "sample") -> list[tuple[str, str, float]]:
    """Load pairs of words and how alike they are judged to be.

    Parameters
    ----------
    data : {"sample", "full"}
        A bundled synthetic list over the sample's words, or WordSim-353: 353 pairs, judged by people.

    Returns
    -------
    list of (str, str, float)
        Two words, as they are in the file (some with a capital), and a score from 0 to 10.

    Raises
    ------
    ValueError
        If `data` is something else, a line is wrong (it is named), or the file is not the original.
    OSError
        As for `load_translations`.

    Examples
    --------
    >>> all(0 <= score <= 10 for _, _, score in load_similarity())
    True

    References
    ----------
    Lecture 9, slide "Word Embeddings"; Finkelstein et al. (2002), "Placing search in context: the concept
    revisited".
    """
    path = find(SIMILARITY, data)
    pairs = _read_similarity(path)
    _check_original(path, SIMILARITY, data)
    return pairs


def _texts(path: Path, wanted: re.Pattern[str]) -> dict[str, str]:
    """Read members of a zip archive, in the order of their names."""
    with damage_named(path), zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if wanted.fullmatch(name))
        return {name: _decoded(archive.read(name), f"{path}, {name}") for name in names}


def _read_books(path: Path) -> dict[str, dict[str, str]]:
    books: dict[str, dict[str, str]] = {}
    for name, text in _texts(path, _BOOK).items():
        author, title = (part.replace("_", " ") for part in _BOOK.fullmatch(name).groups())  # type: ignore[union-attr]
        header = _HEADER.match(text)
        books.setdefault(author, {})[title] = text[header.end() :].strip() if header else text.strip()
        if not books[author][title]:
            raise ValueError(f"{path}, {name}: the book is empty")
    if not books:
        raise ValueError(f"{path} has no member books/<Author>/<Title>.md: {BOOKS.instead}")
    return books


def _read_translations(path: Path) -> list[tuple[str, str]]:
    for name, text in _texts(path, _PAIRS).items():
        rows = _rows(text, f"{path}, {name}", "English, a tab and Turkish", 2)
        if pairs := [(english, turkish) for _, (english, turkish, *_) in rows]:
            return pairs
    raise ValueError(f"{path} has no member tur.txt with sentences: {REPLACE}")


def _read_weather(path: Path) -> Weather:
    text = _decoded(path.read_bytes(), str(path))
    (_, header), *rows = [(i, r) for i, r in enumerate(csv.reader(text.splitlines()), start=1) if r] or [
        (1, [])
    ]
    if header != _COLUMNS:
        found, expected = ",".join(header) or "empty", ",".join(_COLUMNS)
        raise ValueError(f"{path}, line 1: the header is {found}, expected {expected}: {REPLACE}")
    for line, row in rows:
        if len(row) != len(_COLUMNS):
            raise ValueError(
                f"{path}, line {line}: {len(row)} fields, expected {len(_COLUMNS)} as in the header"
            )
    if not rows:
        raise ValueError(f"{path} has no days: {REPLACE}")
    rain, warmest, coldest, wind = (
        np.array([_number(row[i], f"{path}, line {line}") for line, row in rows]) for i in range(1, 5)
    )
    return Weather(_days(path, rows), rain, warmest, coldest, wind, [row[5] for _, row in rows])


def _read_similarity(path: Path) -> list[tuple[str, str, float]]:
    text = re.sub("(?m)^#.*$", "", _decoded(path.read_bytes(), str(path)))
    rows = _rows(text, str(path), "two words and a score with tabs between", 3)
    pairs = [(a, b, _number(score, f"{path}, line {line}")) for line, (a, b, score, *_) in rows]
    if not pairs:
        raise ValueError(f"{path} has no pairs of words: {REPLACE}")
    return pairs


def _only_record(path: Path) -> str:
    records = list(read_fasta(path).values())
    if len(records) > 1:
        raise ValueError(f"{path} has {len(records)} records, expected one: {REPLACE}")
    return records[0]


def _check_genome(path: Path) -> str:
    """Read the real genome, whose files differ in header and width, and make sure of its bases."""
    genome = _only_record(path)
    if sha256(genome.encode()).hexdigest() != _GENOME_SHA256:
        raise ValueError(
            f"{path} has {len(genome):,} bases, not the 4,639,675 of E. coli K-12 (U00096.2): {REPLACE}"
        )
    return genome


def _check_original(path: Path, archive: Archive, data: str) -> None:
    """Make sure that a text is the original, if it should be; its line ends may differ."""
    digest = sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    if data == "full" and digest != archive.sha256:
        raise ValueError(
            f"{path} is not the original (digest {digest}, expected {archive.sha256}): {REPLACE}"
        )


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{where} is not UTF-8 text ({error}): {REPLACE}") from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give each line that is not empty its number, from 1."""
    lines = ((i, line.rstrip("\r")) for i, line in enumerate(text.split("\n"), start=1))
    return ((i, line) for i, line in lines if line.strip())


def _rows(text: str, where: str, expected: str, n: int) -> Iterator[Row]:
    """Split lines at their tabs into at least n fields."""
    for line, row in _lines(text):
        fields = [field.strip() for field in row.split("\t")]
        if len(fields) < n or not all(fields[:n]):
            raise ValueError(f"{where}, line {line}: {row!r:.80} where {expected} were expected")
        yield line, fields


def _number(field: str, where: str) -> float:
    try:
        if isfinite(number := float(field)):
            return number
    except ValueError:
        pass
    raise ValueError(f"{where}: {field!r} is not a number")


def _days(path: Path, rows: list[Row]) -> NDArray[np.datetime64]:
    days: list[date] = []
    for line, (day, *_) in rows:
        try:
            days.append(date.fromisoformat(day))
        except ValueError:
            raise ValueError(f"{path}, line {line}: {day!r} is not a date like 2012-01-31") from None
        if len(days) > 1 and days[-1] - days[-2] != timedelta(days=1):
            raise ValueError(
                f"{path}, line {line}: {day} does not follow {days[-2]}, expected each day in order"
            )
    return np.array(days, dtype="datetime64[D]")


def _bases(letters: str, where: str) -> str:
    bases = letters.strip().upper()
    if wrong := bases.strip(BASES):  # takes all bases off, up to the first letter that is none
        raise ValueError(f"{where}: {wrong[0]!r} is no base, expected A, C, G, T, or N for one not known")
    return bases


BOOKS = Archive(
    name="books.zip",
    size=3_647_263,
    sha256=None,
    urls=(),
    instead="no address has it, so make a zip archive of novels by several authors, as www.gutenberg.org has "
    "them, each a text file in UTF-8 named books/<Author>/<Title>.md, for instance books/Jane_Austen/Emma.md",
)
TRANSLATIONS = Archive(
    name="tur-eng.zip",
    size=25_000_000,
    sha256=None,
    urls=("https://www.manythings.org/anki/tur-eng.zip", "http://www.manythings.org/anki/tur-eng.zip"),
    check=_read_translations,
)
WEATHER = Archive(
    name="seattle-weather.csv",
    size=48_219,
    sha256="0845078a290b48e3149ab8639966824110a251db4e06fc144c06ebb534af23be",
    urls=("https://raw.githubusercontent.com/vega/vega-datasets/v2.9.0/data/seattle-weather.csv",),
)
GENOME = Archive(
    name="ecoli.fa.gz",
    size=4_706_000,
    sha256=None,
    urls=tuple(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi"
        f"?db=nuccore&id={accession}&rettype=fasta&retmode=text"
        for accession in ("U00096.2", "NC_000913.2")
    ),
    check=_check_genome,
)
SIMILARITY = Archive(
    name="wordsim353.tsv",
    size=7_186,
    sha256="f92a022fc2537793a15bc3a8c162ebcd74990e033a228bb6388cb71e4c0b1e1d",
    urls=("https://raw.githubusercontent.com/piskvorky/gensim/4.3.3/gensim/test/test_data/wordsim353.tsv",),
)
ALL: tuple[tuple[Archive, Callable[[str], Any], str], ...] = (
    (BOOKS, load_books, "authors"),
    (TRANSLATIONS, load_translations, "pairs of sentences"),
    (WEATHER, load_weather, "days"),
    (GENOME, load_genome, "bases"),
    (SIMILARITY, load_similarity, "pairs of words"),
)
