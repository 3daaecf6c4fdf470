"""How fast the package is, held against the lecture's way of doing the same: ``make bench``.

Everything is measured in this run, on this machine, each time in a process of its own; on the real data where
the folder LECTURE9_DATA holds it, else on the sample, on which only the order of magnitude means something.
Imports are not timed, nor is the unpacking of the archives that the lecture's way needs.
"""

import os
import statistics
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

Measured = Callable[[Path, str], float]  # of the folder with the unpacked archives, and "sample" or "full"


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Time one call."""
    start = clock()
    work()
    return clock() - start


# The lecture's way, as on the slides (the Tokenizer is where Keras 3 has hidden it), and gensim's.


def lecture_reviews(folder: Path, _: str, halves: tuple[str, ...] = ("train", "test")) -> float:
    """List the folders, open each file, fit a Tokenizer on the training half, and pad each half."""
    tokenizer = import_module("keras.src.legacy.preprocessing.text").Tokenizer(num_words=10_000)
    pad = import_module("keras").utils.pad_sequences

    def work() -> None:
        for half in halves:
            places = [os.path.join(folder, "aclImdb", half, label) for label in ("neg", "pos")]  # noqa: PTH118
            names = [os.path.join(place, name) for place in places for name in os.listdir(place)]  # noqa: PTH118, PTH208
            texts = []
            for name in names:
                if name[-4:] == ".txt":
                    f = open(name, encoding="utf-8")  # noqa: PTH123, SIM115
                    texts.append(f.read())
                    f.close()
            if half == "train":
                tokenizer.fit_on_texts(texts)
            pad(tokenizer.texts_to_sequences(texts), maxlen=100)

    return seconds(work)


def lecture_train_reviews(folder: Path, data: str) -> float:
    """Do it with the training half only, as the lecture does."""
    return lecture_reviews(folder, data, ("train",))


def lecture_glove(folder: Path, _: str) -> float:
    """Read GloVe's text line by line into a dictionary of small arrays."""
    import numpy as np

    def work() -> None:
        embeddings_index = {}
        f = open(os.path.join(folder, "glove.6B.50d.txt"), encoding="utf-8")  # noqa: PTH118, PTH123, SIM115
        for line in f:
            values = line.split()
            embeddings_index[values[0]] = np.asarray(values[1:], dtype="float32")
        f.close()

    return seconds(work)


def gensim_glove(folder: Path, _: str) -> float:
    """Read the same file with gensim."""
    from gensim.models import KeyedVectors

    return seconds(lambda: KeyedVectors.load_word2vec_format(folder / "glove.6B.50d.txt", no_header=True))


def gensim_nearest(_: Path, data: str) -> float:
    """Find the neighbours of some words with gensim: the median."""
    from gensim.models import KeyedVectors

    from lecture9_utils import load_glove

    ours = load_glove(data, 50)
    theirs = KeyedVectors(ours.dim)
    theirs.add_vectors(ours.words, ours.vectors)
    return statistics.median(
        seconds(lambda w=w: theirs.most_similar(w, topn=10)) for w in ours.words[100:400:5]
    )


def gensim_word2vec(_: Path, data: str) -> float:
    """Train skip-gram for one epoch on the books: seconds of one core, whatever else runs."""
    from gensim.models import Word2Vec

    texts = corpus(data)
    model = Word2Vec(vector_size=100, window=5, negative=5, sg=1, min_count=5, sample=1e-3, workers=1)
    model.build_vocab(texts)
    return seconds(lambda: model.train(texts, total_examples=len(texts), epochs=1), time.process_time)


# Ours.


def our_reviews(_: Path, data: str) -> float:
    """Load both halves as integers and pad them."""
    from lecture9_utils import load_imdb_sequences, pad

    return seconds(lambda: [pad(list(x), 100) for x, _ in load_imdb_sequences(data=data)])


def our_glove(_: Path, data: str) -> float:
    """Load the vectors and look a word up."""
    from lecture9_utils import load_glove

    return seconds(lambda: load_glove(data, 50)["the"].sum())


def our_memory(_: Path, data: str) -> float:
    """Say how much memory a process with the vectors takes at most, in matrices."""
    import psutil

    from lecture9_utils import load_glove

    vectors = load_glove(data, 50)
    vectors["the"].sum()
    return float(psutil.Process().memory_info().rss / vectors.vectors.nbytes)


def our_nearest(_: Path, data: str) -> float:
    """Find the neighbours of the same words: the median."""
    from lecture9_utils import load_glove

    vectors = load_glove(data, 50)
    return statistics.median(seconds(lambda w=w: vectors.nearest(w, 10)) for w in vectors.words[100:400:5])


def our_word2vec(_: Path, data: str) -> float:
    """Train skip-gram for one epoch on the same books."""
    from threadpoolctl import threadpool_limits

    from lecture9_utils import number_words, train_word2vec

    words, sequences = number_words(corpus(data), min_count=5)
    with threadpool_limits(1):
        return seconds(lambda: train_word2vec(sequences, len(words), 100, 5, 5, epochs=1), time.process_time)


def our_import(_: Path, __: str) -> float:
    """Import the package, which must not import TensorFlow."""
    taken = seconds(lambda: import_module("lecture9_utils"))
    return float("inf") if "tensorflow" in sys.modules else taken


# Both.


def corpus(data: str) -> list[list[str]]:
    """Return the sentences of the books as words: of the real books where they are."""
    from lecture9_utils import load_corpus, tokenize

    try:
        return [tokenize(sentence) for sentence in load_corpus("full")]
    except OSError:
        return [tokenize(sentence) for sentence in load_corpus(data)]


def lecture_rnn(_: Path, data: str, **compiled: Any) -> float:
    """Train the slides' SimpleRNN on 100 words a review for 10 epochs, compilation included."""
    from lecture9_utils import load_imdb_sequences, pad

    keras = import_module("keras")
    (x_train, y_train), _test = load_imdb_sequences(data=data)
    input_train = pad(list(x_train), 100)
    keras.utils.set_random_seed(0)
    layers = keras.layers.Embedding(10_000, 32), keras.layers.SimpleRNN(32)
    model = keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])
    options = {"epochs": 10, "batch_size": 128, "validation_split": 0.2, "verbose": 0}

    def work() -> None:
        model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"], **compiled)
        accuracy = model.fit(input_train, y_train, **options).history["val_accuracy"]
        print(f"  {compiled or 'lecture'}: validation accuracy {accuracy[-1]:.1%} (best {max(accuracy):.1%})")

    return seconds(work)


def our_rnn(folder: Path, data: str) -> float:
    """Train the same model compiled by XLA."""
    return lecture_rnn(folder, data, jit_compile=True)


# Measuring.


class Row(NamedTuple):
    """What is compared: with whom or with which number, and how many times less ours has to take."""

    label: str
    against: Measured | float
    ours: Measured
    bar: float | None
    cached: bool = True
    times: int = 3


TABLE = (
    Row("all reviews to padded ids, first", lecture_reviews, our_reviews, 2, cached=False),
    Row("all reviews to padded ids, cached", lecture_reviews, our_reviews, 20),
    Row(
        "the lecture's only with half of them, first", lecture_train_reviews, our_reviews, None, cached=False
    ),
    Row("the lecture's only with half of them, cached", lecture_train_reviews, our_reviews, None),
    Row("GloVe of 50 dimensions, first", lecture_glove, our_glove, 2, cached=False),
    Row("GloVe of 50 dimensions, first", gensim_glove, our_glove, 8, cached=False),
    Row("GloVe of 50 dimensions, cached", lecture_glove, our_glove, 30),
    Row("GloVe of 50 dimensions, cached", gensim_glove, our_glove, 30),
    Row("memory of the process ÷ the vectors, cached", 1.5, our_memory, 1),
    Row("ten nearest neighbours", gensim_nearest, our_nearest, 1),
    Row("skip-gram, one core", gensim_word2vec, our_word2vec, None, times=1),
    Row("SimpleRNN, 100 words, 10 epochs", lecture_rnn, our_rnn, 1.5, times=1),
    Row("import lecture9_utils, without TensorFlow", 0.3, our_import, 1),
)


@cache
def best(work: Measured, folder: Path, data: str, cached: bool, times: int) -> float:
    """Do a work in fresh processes, with an empty cache or one that the first of them fills; the least."""
    results = []
    for _ in range(times):
        os.environ["LECTURE9_CACHE"] = str(folder / "cache") if cached else tempfile.mkdtemp(dir=folder)
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            results.append(process.submit(work, folder, data).result())
    return min(results)


def unpack(folder: Path) -> str:
    """Unpack the archives, as the lecture asks students to do by hand; return which data they are."""
    from lecture9_utils.datasets import archives as sources

    both = (sources.IMDB, sources.GLOVE)  # nothing is downloaded for a benchmark
    data = "full" if all((sources.data_folder() / a.name).is_file() for a in both) else "sample"
    with tarfile.open(sources.find(sources.IMDB, data)) as reviews:
        reviews.extractall(folder, filter="data")
    with zipfile.ZipFile(sources.find(sources.GLOVE, data)) as vectors:
        vectors.extract("glove.6B.50d.txt", folder)
    return data


def main() -> None:
    """Print the whole table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = unpack(folder)
        print(
            f"On the {data} data, {os.cpu_count()} processors, Python {sys.version.split()[0]}; some minutes."
        )
        print(f"{'work':<45} {'against':<22} {'theirs':>9} {'ours':>9} {'ratio':>8}  wanted", flush=True)
        for row in TABLE:
            ours = best(row.ours, folder, data, row.cached, row.times)
            theirs, who = row.against, "the limit"
            if callable(theirs):
                theirs, who = best(theirs, folder, data, True, row.times), theirs.__name__
            met = "met" if theirs / ours >= (row.bar or 0) else "MISSED"
            wanted = "" if row.bar is None else f"at least {row.bar:g}×: {met}"
            numbers = f"{theirs:>9.4f} {ours:>9.4f} {theirs / ours:>7.1f}×"
            print(f"{row.label:<45} {who:<22} {numbers}  {wanted}", flush=True)


if __name__ == "__main__":
    main()
