"""How fast the package is, held against the lecture's way of doing the same: ``make bench``.

Everything is measured in this run, on this machine, each time in a process of its own; on the real data where
the folder LECTURE9_DATA holds it, else on the sample, on which only the order of magnitude means something.
Imports are not timed, nor is the unpacking of the archives that the lecture's way needs.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Result = dict[str, Any]


# The lecture's way, as on the slides (the Tokenizer is where Keras 3 has hidden it).


def lecture_reviews(folder: Path, _: str) -> Result:
    """List the folders, open each file, fit a Tokenizer, and pad; then the same for the test half."""
    from lecture9_utils.quiet import keras

    Tokenizer = import_module("keras.src.legacy.preprocessing.text").Tokenizer
    pad_sequences = keras.utils.pad_sequences

    def read(half: str) -> list[str]:
        texts = []
        for label_type in ("neg", "pos"):
            directory = os.path.join(folder, "aclImdb", half, label_type)  # noqa: PTH118
            for name in os.listdir(directory):  # noqa: PTH208
                if name[-4:] == ".txt":
                    f = open(os.path.join(directory, name), encoding="utf-8")  # noqa: PTH118, PTH123, SIM115
                    texts.append(f.read())
                    f.close()
        return texts

    start = time.perf_counter()
    texts = read("train")
    tokenizer = Tokenizer(num_words=10_000)
    tokenizer.fit_on_texts(texts)
    shape = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=100).shape
    train_seconds = time.perf_counter() - start
    pad_sequences(tokenizer.texts_to_sequences(read("test")), maxlen=100)
    return {"seconds": time.perf_counter() - start, "train_seconds": train_seconds, "reviews": shape[0]}


def lecture_glove(folder: Path, _: str) -> Result:
    """Read GloVe's text line by line into a dictionary of small arrays."""
    import numpy as np

    start = time.perf_counter()
    embeddings_index = {}
    f = open(os.path.join(folder, "glove.6B.50d.txt"), encoding="utf-8")  # noqa: PTH118, PTH123, SIM115
    for line in f:
        values = line.split()
        word = values[0]
        coefs = np.asarray(values[1:], dtype="float32")
        embeddings_index[word] = coefs
    f.close()
    return {"seconds": time.perf_counter() - start, "words": len(embeddings_index)}


def lecture_rnn(_: Path, data: str) -> Result:
    """Train the slides' SimpleRNN with the slides' code."""
    return train(data, jit_compile=False)


# The ways of others, and ours.


def gensim_glove(folder: Path, _: str) -> Result:
    """Read the same file with gensim."""
    from gensim.models import KeyedVectors

    start = time.perf_counter()
    KeyedVectors.load_word2vec_format(folder / "glove.6B.50d.txt", no_header=True)
    return {"seconds": time.perf_counter() - start}


def our_reviews(_: Path, data: str) -> Result:
    """Load both halves as integers and pad them."""
    from lecture9_utils import load_imdb_sequences, pad

    start = time.perf_counter()
    for x, _labels in load_imdb_sequences(data=data):
        pad(list(x), 100)
    return {"seconds": time.perf_counter() - start}


def our_glove(_: Path, data: str) -> Result:
    """Load the vectors and look a word up; then say how much memory the whole process takes."""
    from lecture9_utils import load_glove

    start = time.perf_counter()
    vectors = load_glove(data, 50)
    vectors[vectors.words[-1]].sum()
    return {
        "seconds": time.perf_counter() - start,
        "resident": resident_bytes(),
        "matrix": vectors.vectors.nbytes,
    }


def nearest(_: Path, data: str) -> Result:
    """Find the neighbours of the same words with gensim and with the package, in turns."""
    from gensim.models import KeyedVectors

    from lecture9_utils import load_glove

    ours = load_glove(data, 50)
    theirs = KeyedVectors(ours.dim)
    theirs.add_vectors(ours.words, ours.vectors)
    times: dict[str, list[float]] = {"gensim": [], "ours": []}
    for word in ours.words[100:400:5]:
        times["gensim"].append(seconds_of(lambda: theirs.most_similar(word, topn=10)))  # noqa: B023
        times["ours"].append(seconds_of(lambda: ours.nearest(word, 10)))  # noqa: B023
    return {name: statistics.median(values) for name, values in times.items()}


def word2vec(_: Path, data: str) -> Result:
    """Train skip-gram for one epoch on the books, with gensim and with the package: seconds of one core."""
    from gensim.models import Word2Vec
    from threadpoolctl import threadpool_limits

    from lecture9_utils import load_corpus, number_words, tokenize, train_word2vec

    texts = [tokenize(sentence) for sentence in load_corpus(data)]
    words, sequences = number_words(texts, min_count=5)
    theirs = Word2Vec(vector_size=100, window=5, negative=5, sg=1, min_count=5, sample=1e-3, workers=1)
    theirs.build_vocab(texts)
    with threadpool_limits(1):
        start = time.process_time()  # not the wall's: one core's, whatever else runs
        theirs.train(texts, total_examples=len(texts), epochs=1)
        middle = time.process_time()
        train_word2vec(sequences, len(words), 100, 5, 5, epochs=1)
        end = time.process_time()
    return {"gensim": middle - start, "ours": end - middle, "words": sum(map(len, texts))}


def our_rnn(_: Path, data: str) -> Result:
    """Train the same model compiled by XLA, with the package's bar."""
    return train(data, jit_compile=True)


def import_package(_: Path, __: str) -> Result:
    """Import the package."""
    seconds = seconds_of(lambda: __import__("lecture9_utils"))
    return {"seconds": seconds, "tensorflow": "tensorflow" in sys.modules}


def train(data: str, jit_compile: bool) -> Result:
    """Train an Embedding and a SimpleRNN(32) on 100 words a review for 10 epochs, compilation included."""
    from lecture9_utils import fit, load_imdb_sequences, pad
    from lecture9_utils.quiet import keras

    (x_train, y_train), _ = load_imdb_sequences(data=data)
    input_train = pad(list(x_train), 100)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Embedding(10_000, 32),
            keras.layers.SimpleRNN(32),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    options: dict[str, Any] = {"epochs": 10, "batch_size": 128, "validation_split": 0.2}
    compiled: dict[str, Any] = {"jit_compile": True} if jit_compile else {}
    start = time.perf_counter()
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"], **compiled)
    if jit_compile:
        accuracy = fit(model, input_train, y_train, **options)["val_accuracy"]
    else:
        accuracy = model.fit(input_train, y_train, verbose=0, **options).history["val_accuracy"]
    return {"seconds": time.perf_counter() - start, "best": max(accuracy), "last": accuracy[-1]}


# Measuring.

WORK: dict[str, Callable[[Path, str], Result]] = {
    function.__name__: function
    for function in (
        lecture_reviews, lecture_glove, lecture_rnn, gensim_glove, our_reviews, our_glove, nearest, word2vec,
        our_rnn, import_package,
    )
}  # fmt: skip


def seconds_of(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def resident_bytes() -> int:
    """Say how much memory this process has now, or (where the system does not tell) had at most."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(name: str, folder: Path, data: str, empty_cache: bool = False) -> Result:
    """Do one work in a fresh process."""
    with tempfile.TemporaryDirectory() as empty:
        cache = empty if empty_cache else str(folder / "cache")
        command = [sys.executable, __file__, name, str(folder), data]
        environment = {**os.environ, "LECTURE9_CACHE": cache}
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    result: Result = json.loads(done.stdout)
    return result


def fastest(works: dict[str, str], folder: Path, data: str, times: int) -> dict[str, Result]:
    """Do several works in turns, so that all meet the same disturbances; keep the fastest of each.

    A work called "first" finds an empty cache, all others one that was filled.
    """
    rounds = [
        {key: measure(name, folder, data, empty_cache=key == "first") for key, name in works.items()}
        for _ in range(times)
    ]
    return {key: min((r[key] for r in rounds), key=lambda result: result["seconds"]) for key in works}


def unpack(folder: Path, data: str) -> None:
    """Unpack the archives, as the lecture asks students to do by hand."""
    import tarfile
    import zipfile

    from lecture9_utils.datasets import archives

    with tarfile.open(archives.find(archives.IMDB, data)) as reviews:
        reviews.extractall(folder, filter="data")
    with zipfile.ZipFile(archives.find(archives.GLOVE, data)) as vectors:
        vectors.extract("glove.6B.50d.txt", folder)


def has_real_data() -> bool:
    """Say whether the real archives are there (nothing is downloaded for a benchmark)."""
    from lecture9_utils.datasets import archives

    return all((archives.data_folder() / a.name).is_file() for a in (archives.IMDB, archives.GLOVE))


def row(work: str, against: str, theirs: float, ours: float, target: float | None = None) -> None:
    """Print one comparison, and whether it is as fast as it has to be."""
    wanted = "" if target is None else f"at least {target:g}×: {verdict(theirs / ours >= target)}"
    print(
        f"{work:<46} {against:<8} {theirs:>8.3f} s {ours:>8.3f} s {theirs / ours:>7.1f}×  {wanted}",
        flush=True,
    )


def verdict(met: bool) -> str:
    """Say whether a target is met."""
    return "met" if met else "MISSED"


def compare_reviews(folder: Path, data: str) -> None:
    """Print the rows about the reviews."""
    measure("our_reviews", folder, data)  # fills the cache
    works = {"lecture": "lecture_reviews", "first": "our_reviews", "cached": "our_reviews"}
    best = fastest(works, folder, data, times=3)
    lecture, n = best["lecture"], best["lecture"]["reviews"]
    for way, target in (("first", 2), ("cached", 20)):
        label = f"{n:,} + {n:,} reviews to padded ids, {way}"
        row(label, "lecture", lecture["seconds"], best[way]["seconds"], target)
    for way in ("first", "cached"):
        label = f"  the lecture's with {n:,} only, {way}"
        row(label, "lecture", lecture["train_seconds"], best[way]["seconds"])


def compare_vectors(folder: Path, data: str) -> None:
    """Print the rows about GloVe."""
    measure("our_glove", folder, data)  # fills the cache
    works = {
        "lecture": "lecture_glove", "gensim": "gensim_glove", "first": "our_glove", "cached": "our_glove"
    }  # fmt: skip
    best = fastest(works, folder, data, times=2)
    label, cached = f"GloVe, {best['lecture']['words']:,} words × 50", best["cached"]
    row(f"{label}, first", "lecture", best["lecture"]["seconds"], best["first"]["seconds"], 2)
    row(f"{label}, first", "gensim", best["gensim"]["seconds"], best["first"]["seconds"], 8)
    row(f"{label}, cached", "lecture", best["lecture"]["seconds"], cached["seconds"], 30)
    row(f"{label}, cached", "gensim", best["gensim"]["seconds"], cached["seconds"], 30)
    share = cached["resident"] / cached["matrix"]
    print(
        f"  cached, the whole process takes {cached['resident'] / 1e6:.0f} MB, {share:.2f} × the matrix; "
        f"under 1.5 ×: {verdict(share < 1.5)}"
    )
    both = measure("nearest", folder, data)
    row("ten nearest neighbours", "gensim", both["gensim"], both["ours"], 1)


def compare_word2vec(folder: Path, data: str) -> None:
    """Print the row about word2vec, and how many words a second it reads (counted as gensim counts them)."""
    from lecture9_utils.datasets import archives
    from lecture9_utils.datasets import small as corpora

    size = "full" if (archives.data_folder() / corpora.BOOKS.name).is_file() else data
    result = measure("word2vec", folder, size)
    label = f"skip-gram, {result['words']:,} words × 100, one core"
    row(label, "gensim", result["gensim"], result["ours"])
    theirs, ours = (result["words"] / result[name] for name in ("gensim", "ours"))
    print(
        f"  words a second: {theirs:,.0f} with gensim, {ours:,.0f} with ours; "
        f"at least 200,000: {verdict(ours >= 200_000)}"
    )


def compare_training(folder: Path, data: str) -> None:
    """Print the row about the SimpleRNN."""
    lecture, ours = measure("lecture_rnn", folder, data), measure("our_rnn", folder, data)
    row("SimpleRNN, 100 words, 10 epochs", "lecture", lecture["seconds"], ours["seconds"], 1.5)
    print(
        f"  validation accuracy, last epoch (best): {lecture['last']:.1%} ({lecture['best']:.1%}) with the "
        f"lecture's code, {ours['last']:.1%} ({ours['best']:.1%}) with ours"
    )


def compare_import(folder: Path, data: str) -> None:
    """Print the row about the import."""
    result = fastest({"import": "import_package"}, folder, data, times=3)["import"]
    loaded = "TensorFlow imported" if result["tensorflow"] else "TensorFlow not imported"
    met = verdict(result["seconds"] < 0.3 and not result["tensorflow"])
    print(f"import lecture9_utils: {result['seconds']:.3f} s, {loaded}; under 0.3 s: {met}")


COMPARISONS = (compare_reviews, compare_vectors, compare_word2vec, compare_training, compare_import)


def main() -> None:
    """Print the whole table."""
    data = "full" if has_real_data() else "sample"
    print(f"On the {data} data, {os.cpu_count()} processors, Python {sys.version.split()[0]}; a few minutes.")
    print(f"{'work':<46} {'against':<8} {'theirs':>10} {'ours':>10} {'ratio':>8}  wanted", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder), data)
        for compare in COMPARISONS:
            compare(Path(folder), data)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps(WORK[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])))
    else:
        main()
