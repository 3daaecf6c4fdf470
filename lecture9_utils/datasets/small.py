"""The small data sets of notebooks 05, 06, 11 and 12: books, translations, weather, DNA, judged pairs.

As with the reviews and vectors, ``data="sample"`` reads the bundled ones and ``data="full"`` the originals,
by the same code; `sources`, and what is raised, are as for `load_imdb`. None is kept in the cache. In the
sample books, corpus and translations are synthetic; weather, DNA, judged pairs and questions are real.
"""

import csv
import gzip
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arguments import of_type
from .sources import Sources, load, opened_zip

Members = dict[str, bytes]
_BOOK = re.compile(r"books/([^/]+)/([^/]+)\.md")
_FACTS = "encyclopaedia.txt"  # of the sample: a number, how often it is told, and a sentence
_HEADER = re.compile(r"\A(?:#[^\n]*\n|[ \t]*\n)+-{3,}[ \t]*\n")  # a book's title and author, above a line
_SENTENCE_END = re.compile(
    r"(?<![.!?…])[.!?…]++"  # all of them or none: trying each part of a long row takes minutes
    r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMessrs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bCapt\.)(?<!\b[A-Z]\.)"
    r"""["'”’)\]]*\s+(?=["'“‘(\[]*[A-Z0-9])"""
)


@dataclass(frozen=True, eq=False)
class Weather:
    """Daily weather; `load_weather` says in which units."""

    dates: NDArray[np.datetime64]
    precipitation: NDArray[np.float64]
    temp_max: NDArray[np.float64]
    temp_min: NDArray[np.float64]
    wind: NDArray[np.float64]


def load_books(data: str = "sample", *, sources: Sources | None = None) -> dict[str, dict[str, str]]:
    """Load whole books, to tell their authors apart (Lecture 9, "Applications"; Project Gutenberg).

    "sample" has pastiches of two invented authors, "full" 18 novels by Austen, Conrad, Dickens and Twain.

    Returns
    -------
    dict of str to dict of str to str
        By author and title, both in alphabetical order: the text, without the header that names its author.

    Examples
    --------
    >>> all(len(books) > 1 for books in load_books().values())
    True
    """
    return load("books", data, sources, _read_zip, _parse_books)


def load_corpus(data: str = "sample", *, sources: Sources | None = None) -> list[str]:
    """Load sentences to train word vectors on (Lecture 9, slides "Word Embeddings" and "word2vec").

    "full" has the sentences of all books of `load_books`, in their order. "sample" has the facts of a small
    synthetic encyclopaedia, each told many times, in a shuffled order that is always the same. In it the
    relations are *planted*: all members of a family (animals, kings and queens, countries and capitals,
    verbs, degrees, companies) are told of in the same sentences. That vectors trained on it are parallel
    there says that the training works, and nothing about language.

    Examples
    --------
    >>> "paris is the capital of france" in load_corpus()
    True
    """
    return load("books", data, sources, _read_zip, _parse_corpus)


def sentences(text: str) -> list[str]:
    r"""Split a text into sentences, each on one line: after stops before a capital, and at empty lines.

    Lines that begin with # are left out.

    Examples
    --------
    >>> sentences('# One\n\nMr. Bennet made no\nanswer. "Is he married?" "Oh! single," said she.')
    ['Mr. Bennet made no answer.', '"Is he married?"', '"Oh! single," said she.']
    """
    found = []
    for paragraph in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*$", "", of_type(str, "text", text))):
        line = " ".join(paragraph.split())
        ends = [0, *(match.end() for match in _SENTENCE_END.finditer(line)), len(line)]
        found += [line[i:j].rstrip() for i, j in pairwise(ends) if i < j]
    return found


def load_translations(data: str = "sample", *, sources: Sources | None = None) -> list[tuple[str, str]]:
    """Load short sentences in English with their translation to Turkish (Lecture 9, "Applications").

    "sample" has pairs made from a small grammar, "full" Tatoeba's (CC BY 2.0 FR, packed by manythings.org),
    the shortest ones first: 41,098 or more. One sentence may occur with several translations.

    Examples
    --------
    >>> all(english and turkish for english, turkish in load_translations())
    True
    """
    return load("translations", data, sources, _read_zip, _parse_translations)


def load_weather(data: str = "sample", *, sources: Sources | None = None) -> Weather:
    """Load four years of daily weather (Lecture 9, "Applications"; NOAA, as in vega-datasets).

    Both "sample" and "full" have Seattle's from 2012 to 2015, the same numbers.

    Returns
    -------
    Weather
        Arrays of shape (days,): ``.dates`` (datetime64[D], no day left out), ``.precipitation`` (mm),
        ``.temp_max`` and ``.temp_min`` (°C), ``.wind`` (m/s).

    Examples
    --------
    >>> weather = load_weather()
    >>> bool((weather.temp_max >= weather.temp_min).all())
    True
    """
    return load("weather", data, sources, _read_text, _parse_weather)


def load_genome(data: str = "sample", *, sources: Sources | None = None) -> str:
    """Load a bacterium's genome, in A, C, G and T (Lecture 9, "dna2vec"; Blattner et al., 1997).

    "sample" has the first 600,000 bases of *Escherichia coli* 536 (NC_008253.1; Hochhut et al., 2006), "full"
    all 4,639,675 of *Escherichia coli* K-12 (U00096.2).

    Examples
    --------
    >>> sorted(set(load_genome()))
    ['A', 'C', 'G', 'T']
    """
    return load("genome", data, sources, _read_bases, str)


def load_similarity(
    data: str = "sample", name: str = "wordsim353", *, sources: Sources | None = None
) -> list[tuple[str, str, float]]:
    """Load pairs of words and how alike people judged them to be, from 0 to 10.

    Both come with gensim, and are the same for "sample" and "full".

    Parameters
    ----------
    name : {"wordsim353", "simlex999"}
        353 pairs judged by how *related* they are (Finkelstein et al., 2002), some words with a capital; or
        999 judged by how *similar* they are (Hill, Reichart, Korhonen, 2015), where coffee and cup are not.

    Examples
    --------
    >>> load_similarity()[1], load_similarity(name="simlex999")[0]
    (('tiger', 'cat', 7.35), ('old', 'new', 1.58))
    """
    if of_type(str, "name", name) not in ("wordsim353", "simlex999"):
        raise ValueError(f'name must be "wordsim353" or "simlex999", got {name!r}')
    return load(name, data, sources, _read_text, _parse_similarity)


def load_questions(
    data: str = "sample", *, sources: Sources | None = None
) -> dict[str, list[tuple[str, str, str, str]]]:
    """Load the 19,544 questions of analogy with which word2vec was tested (Mikolov et al., 2013).

    They come with gensim, and are the same for "sample" and "full".

    Returns
    -------
    dict of str to list of (str, str, str, str)
        For each of 14 relations its questions "a is to b as c is to d", as `analogy_accuracy` takes them;
        names have a capital.

    Examples
    --------
    >>> load_questions()["family"][0]
    ('boy', 'girl', 'brother', 'sister')
    """
    return load("questions", data, sources, _read_text, _parse_questions)


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _rows(text: str) -> list[list[str]]:
    """Split all lines, but empty ones and comments, at their tabs."""
    lines = (line for line in text.split("\n") if line.strip() and not line.startswith("#"))
    return [[field.strip() for field in line.split("\t")] for line in lines]


def _read_zip(path: Path) -> Members:
    """Read all members of a zip archive, in the order of their names."""
    with opened_zip(path) as archive:
        return {name: archive.read(name) for name in sorted(archive.namelist())}


def _read_text(path: Path) -> str:
    """Read a text, whose line ends may differ from the original's."""
    return _text(path.read_bytes())


def _read_bases(path: Path) -> str:
    """Read the bases of a FASTA file, which may be gzipped; its header and width of lines may differ."""
    content = path.read_bytes()
    text = _text(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    lines = text.replace("\r", "\n").split("\n")  # which old Macs ended so
    bases = "".join("".join(line.split()) for line in lines if not line.startswith(">")).upper()
    if not bases:
        raise ValueError("it has no line of bases")
    return bases


def _parse_books(members: Members) -> dict[str, dict[str, str]]:
    books: dict[str, dict[str, str]] = {}
    for name, content in members.items():
        if match := _BOOK.fullmatch(name):
            author, title = (part.replace("_", " ") for part in match.groups())
            books.setdefault(author, {})[title] = _HEADER.sub("", _text(content)).strip()
    if not books or not all(text for titles in books.values() for text in titles.values()):
        raise ValueError("it has no member books/<Author>/<Title>.md, or one without a text")
    return books


def _parse_corpus(members: Members) -> list[str]:
    if _FACTS not in members:
        books = _parse_books(members).values()
        return [sentence for titles in books for text in titles.values() for sentence in sentences(text)]
    told = [fact for n, fact in _rows(_text(members[_FACTS])) for _ in range(int(n))]
    return [told[i] for i in np.random.RandomState(0).permutation(len(told))]


def _parse_translations(members: Members) -> list[tuple[str, str]]:
    rows = _rows(_text(members.get("tur.txt", b"")))
    if not rows or not all(len(row) >= 2 and row[0] and row[1] for row in rows):
        raise ValueError("it has no member tur.txt with English, a tab and Turkish in each line")
    return [(english, turkish) for english, turkish, *_ in rows]


def _parse_weather(text: str) -> Weather:
    table = csv.DictReader(text.splitlines(), restval="")
    names = "precipitation", "temp_max", "temp_min", "wind"
    rows = list(table)
    if missing := [name for name in ("date", *names) if name not in (table.fieldnames or ())]:
        raise ValueError(f"it has no column {', '.join(missing)}")
    days = np.array([row["date"] for row in rows], dtype="datetime64[D]")
    numbers = {name: np.array([row[name] for row in rows], dtype=float) for name in names}
    if not all(np.isfinite(column).all() for column in numbers.values()) or np.isnat(days).any():
        raise ValueError("not every day has its date and numbers")
    return Weather(days, **numbers)


def _parse_similarity(text: str) -> list[tuple[str, str, float]]:
    return [(a, b, float(score)) for a, b, score, *_ in _rows(text)]


def _parse_questions(text: str) -> dict[str, list[tuple[str, str, str, str]]]:
    sections = (section.split("\n") for section in text.removeprefix(": ").split("\n: "))
    rows = {name: [tuple(line.split()) for line in lines if line] for name, *lines in sections}
    return {name: [(a, b, c, d) for a, b, c, d in questions] for name, questions in rows.items()}
