"""How fast the package is, held against the lecture's way of doing the same: ``make bench``.

Everything is measured in this run, on this machine, each time in a process of its own; on the real data where
the folder LECTURE9_DATA holds it, else on the sample, on which only the order of magnitude means something.
Imports are not timed, nor is the unpacking of the archives that the lecture's way needs.
"""

import gc
import os
import platform
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from timeit import timeit
from typing import Any

import numpy as np
import psutil

import lecture9_utils as l9
from lecture9_utils.datasets.sources import data_folder, find, known_sources

Work = Callable[[Path, str], float]  # given the unpacked archives and "sample" or "full", it measures itself
IMPORT = "import time; start = time.perf_counter(); import lecture9_utils; print(time.perf_counter() - start)"
DIM = {"sample": 100, "full": 50}  # of the vectors
seconds = partial(timeit, setup=gc.enable, number=1)  # of one call


# The lecture's way, as on the slides (the Tokenizer is where Keras 3 has hidden it).


def lecture_reviews(folder: Path, _: str) -> float:
    """List the folders, open each file, fit a Tokenizer on the training half, and pad each half."""
    from keras.src.legacy.preprocessing.text import Tokenizer
    from keras.utils import pad_sequences

    tokenizer = Tokenizer(num_words=10_000)

    def load(half: str) -> None:
        folders = [folder / "aclImdb" / half / label for label in ("neg", "pos")]
        texts = [path.read_text("utf-8") for directory in folders for path in directory.glob("*.txt")]
        if half == "train":
            tokenizer.fit_on_texts(texts)
        pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=100)

    return seconds(partial(load, "train")) + seconds(partial(load, "test"))


def lecture_glove(folder: Path, data: str) -> float:
    """Read GloVe's text line by line into a dictionary of small arrays."""

    def load() -> None:
        embeddings_index = {}
        with glove_text(folder, data).open(encoding="utf-8") as lines:
            for line in lines:
                values = line.split()
                embeddings_index[values[0]] = np.asarray(values[1:], dtype="float32")

    return seconds(load)


def train_rnn(_: Path, data: str, **compiled: Any) -> float:
    """Train the slides' SimpleRNN on 100 words a review for 10 epochs, compilation included."""
    import keras

    (x_train, y_train), _test = l9.load_imdb_sequences(data=data)
    input_train = l9.pad(list(x_train), 100)
    keras.utils.set_random_seed(0)
    layers = keras.layers.Embedding(10_000, 32), keras.layers.SimpleRNN(32)
    model = keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])

    def train() -> None:
        model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"], **compiled)
        done = model.fit(input_train, y_train, 128, epochs=10, validation_split=0.2, verbose=0)
        accuracy = done.history["val_accuracy"]
        print(f"  validation accuracy {accuracy[-1]:.1%}, best {max(accuracy):.1%} {compiled or ''}")

    return seconds(train)


# Gensim's way.


def gensim_glove(folder: Path, data: str) -> float:
    """Read the same file."""
    from gensim.models import KeyedVectors

    return seconds(partial(KeyedVectors.load_word2vec_format, glove_text(folder, data), no_header=True))


def gensim_nearest(_: Path, data: str) -> float:
    """Find the neighbours of some words: the median."""
    from gensim.models import KeyedVectors

    ours = l9.load_glove(data, DIM[data])
    theirs = KeyedVectors(ours.dim)
    theirs.add_vectors(ours.words, ours.vectors)
    return statistics.median(seconds(partial(theirs.most_similar, word)) for word in ours.words[100:400:5])


def gensim_word2vec(_: Path, __: str) -> float:
    """Train skip-gram for one epoch on the books: seconds of one core for a million words."""
    from gensim.models import Word2Vec

    texts = corpus()
    model = Word2Vec(vector_size=100, window=5, negative=5, sg=1, min_count=5, sample=1e-3, workers=1)
    model.build_vocab(texts)
    train = partial(model.train, texts, total_examples=len(texts), epochs=1)
    return seconds(train, timer=time.process_time) * 1e6 / sum(map(len, texts))


# Ours.


def our_reviews(_: Path, data: str) -> float:
    """Load both halves as integers and pad them."""
    return seconds(lambda: [l9.pad(list(x), 100) for x, _ in l9.load_imdb_sequences(data=data)])


def our_glove(_: Path, data: str) -> float:
    """Load the vectors and look a word up."""
    return seconds(lambda: l9.load_glove(data, DIM[data])["the"].sum())


def our_memory(_: Path, data: str) -> float:
    """Say how much memory a process takes in which the vectors are: as many times theirs."""
    vectors = l9.load_glove(data, DIM[data])
    vectors["the"].sum()
    return float(psutil.Process().memory_info().rss / vectors.vectors.nbytes)


def our_nearest(_: Path, data: str) -> float:
    """Find the neighbours of the same words: the median."""
    vectors = l9.load_glove(data, DIM[data])
    return statistics.median(seconds(partial(vectors.nearest, word, 10)) for word in vectors.words[100:400:5])


def our_word2vec(_: Path, __: str) -> float:
    """Train skip-gram for one epoch on the same books."""
    from threadpoolctl import threadpool_limits

    texts = corpus()
    words, sequences = l9.number_words(texts, min_count=5)
    train = partial(l9.train_word2vec, sequences, len(words), 100, 5, 5, epochs=1)
    with threadpool_limits(1):
        return seconds(train, timer=time.process_time) * 1e6 / sum(map(len, texts))


def our_import(_: Path, __: str) -> float:
    """Import the package."""
    return float(subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=True).stdout)


def corpus() -> list[list[str]]:
    """Return the words of the books' sentences."""
    return [l9.tokenize(sentence) for sentence in l9.load_corpus(at_hand("books"))]


def glove_text(folder: Path, data: str) -> Path:
    """Name the unpacked text of the vectors."""
    return folder / f"glove.6B.{DIM[data]}d.txt"


def at_hand(*keys: str) -> str:
    """Say which data these sources have here, full or sample: nothing is downloaded for a benchmark."""
    is_there = [(data_folder() / known_sources()[key].name).is_file() for key in keys]
    return "full" if all(is_there) else "sample"


# What is measured, against what or which limit, the work, how often (the least counts), and how many times
# less ours has to take at least. "First" finds an empty cache.
TABLE: tuple[tuple[str, str, Work | float, Work, int, float], ...] = (
    ("all reviews to padded ids, first", "lecture", lecture_reviews, our_reviews, 3, 2),
    ("all reviews to padded ids, cached", "lecture", lecture_reviews, our_reviews, 3, 20),
    ("GloVe, first", "lecture", lecture_glove, our_glove, 2, 1),
    ("GloVe, first", "gensim", gensim_glove, our_glove, 2, 8),
    ("GloVe, cached", "lecture", lecture_glove, our_glove, 2, 30),
    ("GloVe, cached", "gensim", gensim_glove, our_glove, 2, 30),
    ("memory with it, cached ÷ its matrix", "limit", 1.5, our_memory, 2, 1),
    ("ten nearest neighbours", "gensim", gensim_nearest, our_nearest, 1, 1),
    ("skip-gram, a million words, one core", "gensim", gensim_word2vec, our_word2vec, 1, 0),
    ("skip-gram, a million words, one core", "limit", 5, our_word2vec, 1, 1),
    ("SimpleRNN, 100 words, 10 epochs", "lecture", train_rnn, partial(train_rnn, jit_compile=True), 1, 1.5),
    ("import lecture9_utils", "limit", 0.3, our_import, 3, 1),
)


def mute() -> None:
    """Let TensorFlow say nothing on stderr."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@cache
def least(work: Work, times: int, first: bool, folder: Path, data: str) -> float:
    """Do a work in fresh processes; return the least that it took."""
    taken = []
    for _ in range(times):
        os.environ["LECTURE9_CACHE"] = tempfile.mkdtemp(dir=folder) if first else str(folder / "cache")
        with ProcessPoolExecutor(1, get_context("spawn"), mute) as process:
            taken.append(process.submit(work, folder, data).result())
    return min(taken)


def unpack(folder: Path) -> str:
    """Unpack the archives, as the lecture asks students to do by hand; return which data they are."""
    data = at_hand("imdb", "glove")
    with tarfile.open(find(known_sources()["imdb"], data)) as reviews:
        reviews.extractall(folder, filter="data")
    with zipfile.ZipFile(find(known_sources()["glove"], data)) as vectors:
        vectors.extract(glove_text(folder, data).name, folder)
    return data


def main() -> None:
    """Print the whole table."""
    with tempfile.TemporaryDirectory() as name:
        data = unpack(Path(name))
        print(f"On the {data} data, {os.cpu_count()} processors, Python {platform.python_version()}.")
        print(f"{'seconds':<38} {'against':<8} {'theirs':>9} {'ours':>9} {'ratio':>8}  wanted", flush=True)
        for label, against, theirs, ours, times, bar in TABLE:
            measure = partial(least, times=times, folder=Path(name), data=data)
            limit = measure(theirs, first=False) if callable(theirs) else theirs
            taken = measure(ours, first=label.endswith("first"))
            wanted = f"at least {bar:g}×: {'met' if limit / taken >= bar else 'MISSED'}" if bar else ""
            numbers = f"{limit:>9.4f} {taken:>9.4f} {limit / taken:>7.1f}×"
            print(f"{label:<38} {against:<8} {numbers}  {wanted}", flush=True)


if __name__ == "__main__":
    main()
