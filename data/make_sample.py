"""Write the bundled sample, byte for byte from a seed: archives with the real ones' names and formats.

    python data/make_sample.py                   # rewrites the archives beside this file
    python data/make_sample.py --output FOLDER   # writes them somewhere else

Everything in them is synthetic; README.md in this folder says what it is and how it is calibrated.
"""

import argparse
import gzip
import io
import os
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import encyclopedia
import genome
import numpy as np
import pastiches
import reviews
import similarity
import translations
import weather
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from lecture9_utils.embeddings.glove import cooccurrences, train_glove
from lecture9_utils.text import Vocabulary, tokenize

SEED = 261  # of the reviews; the two parts of the vectors' corpus, then the books, … have the seeds after it
N_CORPUS_REVIEWS = 1400  # reviews in the corpus of the vectors; none of them ships
MIN_COUNT = 2  # a word needs so many occurrences in that corpus to get a vector: misspellings do not
FACTS = 100  # facts in an article: neighbours from other sentences teach who is a stranger to whom
WINDOW = 8  # words to either side that count as neighbours
DIMS = (50, 100)
EPOCHS = 30
X_MAX = 10.0
LEARNING_RATE = 0.15
DECIMALS = 2  # so few that no rounding difference between processors can show
HERE = Path(__file__).parent
MEMBER_TIME = 1_300_000_000  # of all files in the archive of reviews: in March 2011

README = """\
Synthetic film reviews in the format of the Large Movie Review Dataset

None of these reviews was written by a person, and none of the films, actors, directors and towns in them
exists. A script (data/make_sample.py of the Lecture 9 notebooks) wrote them from a grammar and a seed, so
that the notebooks run in seconds and without a network. Do not mistake them for
data about real films or real opinions.

Layout, as in the original: train/ and test/, in each neg/ (ratings 1 to 4) and pos/ (ratings 7 to 10), one
review a file, named <id>_<rating>.txt. imdb.vocab lists the words of the training reviews, the frequent ones
first.

The original: Maas, Daly, Pham, Huang, Ng, Potts (2011), "Learning word vectors for sentiment analysis", ACL.
"""

ABOUT_TRANSLATIONS = """\
Synthetic pairs of English and Turkish sentences in the format of Tatoeba's as manythings.org packs them

A script (data/make_sample.py of the Lecture 9 notebooks) wrote them from a small grammar and a seed.
"""


def review_files(train: list[reviews.Review], test: list[reviews.Review]) -> dict[str, str]:
    """Name the members of the archive, in the original's layout."""
    vocabulary = Vocabulary.from_texts(review.text for review in train)
    files = {"aclImdb/README": README, "aclImdb/imdb.vocab": "\n".join(vocabulary.word_index) + "\n"}
    for split, some in (("test", test), ("train", train)):
        for label in ("neg", "pos"):
            chosen = [review for review in some if (review.rating > 5) == (label == "pos")]
            for i, review in enumerate(sorted(chosen, key=lambda review: review.film)):
                files[f"aclImdb/{split}/{label}/{i}_{review.rating}.txt"] = review.text
    return files


def tar_gz(files: dict[str, str]) -> bytes:
    """Pack files into a tar.gz that depends on nothing but them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in files.items():
            content = text.encode("utf-8")
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), MEMBER_TIME, 0o644
            archive.addfile(member, io.BytesIO(content))
    return gz(packed.getvalue())


def gz(content: bytes) -> bytes:
    """Pack bytes as gzip does, without a name, a time or a system."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as zipped:
        zipped.write(content)
    return packed.getvalue()


def zip_file(files: dict[str, str]) -> bytes:
    """Pack files into a zip that depends on nothing but them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name, date_time=(2014, 8, 14, 0, 0, 0))
            member.create_system, member.external_attr = 3, 0o644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode("utf-8"), zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def corpus() -> list[list[str]]:
    """Write the text that the vectors are learned from, as lists of words."""
    texts = [review.text for review in reviews.write_reviews(SEED + 1, N_CORPUS_REVIEWS, 8, plain=True)[0]]
    facts = encyclopedia.write(SEED + 2)
    articles = (" ".join(facts[i : i + FACTS]) for i in range(0, len(facts), FACTS))
    return [tokenize(text) for text in (*texts, *articles)]


def vocabulary(texts: Iterable[list[str]]) -> list[str]:
    """List the words that occur often enough, by falling frequency, then by the alphabet."""
    counts = Counter(word for text in texts for word in text)
    return sorted(
        (word for word, n in counts.items() if n >= MIN_COUNT), key=lambda word: (-counts[word], word)
    )


def vector_files(texts: list[list[str]]) -> dict[str, str]:
    """Train the vectors and write them as GloVe's text files."""
    words = vocabulary(texts)
    id_of = {word: i for i, word in enumerate(words)}
    ids = [[id_of[word] for word in text if word in id_of] for text in texts]
    counts = cooccurrences(ids, len(words), WINDOW)
    with threadpool_limits(1):  # the matrices are small: more threads only wait for each other
        return {
            f"glove.6B.{dim}d.txt": glove_text(
                words,
                train_glove(counts, dim, EPOCHS, SEED, x_max=X_MAX, learning_rate=LEARNING_RATE),
            )
            for dim in DIMS
        }


def glove_text(words: list[str], vectors: NDArray[np.float64]) -> str:
    """Write vectors as GloVe does: a word and its numbers a line."""
    rounded = np.round(vectors, DECIMALS) + 0.0  # no -0.000
    return "".join(
        f"{word} {' '.join(f'{x:.{DECIMALS}f}' for x in vector)}\n"
        for word, vector in zip(words, rounded.tolist(), strict=True)
    )


def book_files() -> dict[str, str]:
    """Write the books, and the encyclopaedia: how often each fact is told, and the fact."""
    told = Counter(encyclopedia.facts())
    facts = "".join(f"{n * encyclopedia.REPEATS}\t{fact}\n" for fact, n in told.items())
    return pastiches.write(SEED + 3) | {"encyclopaedia.txt": facts}


def translation_files() -> dict[str, str]:
    """Write the pairs of sentences with a tab between, and what they are."""
    pairs = translations.write(SEED + 4)
    return {"tur.txt": "".join(f"{a}\t{b}\n" for a, b in pairs), "_about.txt": ABOUT_TRANSLATIONS}


def write(path: Path, content: bytes) -> None:
    """Put a file in its place at once: nobody sees half of it."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "aclImdb_v1.tar.gz": lambda: tar_gz(review_files(*reviews.write_reviews(SEED))),
    "glove.6B.zip": lambda: zip_file(vector_files(corpus())),
    "books.zip": lambda: zip_file(book_files()),
    "tur-eng.zip": lambda: zip_file(translation_files()),
    "seattle-weather.csv": lambda: weather.write(SEED + 5).encode("utf-8"),
    "ecoli.fa.gz": lambda: gz(genome.write(SEED + 7).encode("ascii")),
    "wordsim353.tsv": lambda: similarity.write(SEED + 6).encode("utf-8"),
}


def make(output: Path) -> None:
    """Write all archives into a folder."""
    output.mkdir(parents=True, exist_ok=True)
    for name, packed in ARCHIVES.items():
        write(output / name, content := packed())
        print(f"{name}: {len(content):,} bytes")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Write the synthetic sample.")
    parser.add_argument(
        "--output", type=Path, default=HERE, metavar="FOLDER", help="where to (default: here)"
    )
    make(parser.parse_args().output)


if __name__ == "__main__":
    main()
