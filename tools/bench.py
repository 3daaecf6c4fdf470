"""How fast the package is beside the lecture's code and the best library for the same: ``make bench``.

Each way of doing a thing runs in a process of its own, on one thread, and the ways take turns: so what else
the machine does meets all of them, and each round gives a ratio. Not timed: imports, and what it starts from.
"""

import json
import os
import platform
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from matplotlib.ticker import LogLocator

import lecture9_utils as l9
from lecture9_utils import plots
from lecture9_utils.datasets.sources import data_folder, find, known_sources
from lecture9_utils.evidence import Interval
from tools.command import ROOT, isolated, write
from tools.pictures import small

DOCS, RECORD = ROOT / "docs", ROOT / "build" / "bench.json"
LIBRARIES = {name: name for name in ("tensorflow", "keras", "gensim", "polars", "tokenizers")}
LIBRARIES |= {"scikit-learn": "sklearn"}  # what is imported
SHARES = {"all": 1.0, "a tenth": 0.1}  # of the words
WORDS = 1_000_000  # of the books, at most
DIM = {"sample": 100, "full": 50}  # of GloVe's vectors: the smallest there are
HEAD = "| what | against | as fast | by the clock | wanted | ours | theirs | 10 × words: ours | theirs |"
Run = Callable[[], Any]
Times = dict[
    str, dict[str, list[list[float]]]
]  # by way and share: of each round seconds, of processor and clock


@dataclass(frozen=True)
class Given:
    """What a way of doing a thing is given: which data, how much of it, and folders."""

    data: str
    share: float
    folder: Path  # with this share of the vectors
    caches: Path  # of this round: the first way that uses one finds it empty

    def texts(self) -> list[str]:
        """Load reviews."""
        return l9.load_imdb(self.data).train.texts[:: round(1 / self.share)]

    def words(self) -> list[str]:
        """Load the words of the reviews, one after another."""
        return [word for text in self.texts() for word in l9.tokenize(text)]

    def sentences(self) -> list[list[str]]:
        """Load sentences of the books, as words."""
        texts = [l9.tokenize(sentence) for sentence in l9.load_corpus(self.data)]
        read = np.cumsum([len(text) for text in texts])
        return texts[: np.searchsorted(read, self.share * min(WORDS, read[-1])) + 1]

    def glove_text(self) -> Path:
        """Name the unpacked text of the vectors."""
        return self.folder / f"glove.6B.{DIM[self.data]}d.txt"

    def glove(self, cache: Path) -> Callable[[], l9.WordVectors]:
        """Return what loads the vectors from their archive, or from this cache."""
        text = self.glove_text()
        if not (self.folder / "glove.6B.zip").exists():
            self.folder.mkdir()
            with zipfile.ZipFile(find(known_sources()["glove"], self.data)) as archive:
                lines = archive.read(text.name).splitlines(keepends=True)
            text.write_bytes(b"".join(lines[: round(self.share * len(lines))]))
            with zipfile.ZipFile(self.folder / "glove.6B.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(text, text.name)
        os.environ |= {"LECTURE9_DATA": str(self.folder), "LECTURE9_CACHE": str(cache)}
        contents = {text.name: sha256(text.read_bytes()).hexdigest()}
        sources = {**known_sources(), "glove": replace(known_sources()["glove"], contents=contents)}
        return partial(l9.load_glove, "full", DIM[self.data], sources=sources)


# Reviews to integers, 100 of each: from the texts in memory.


def our_integers(given: Given) -> Run:
    """Use the vocabulary."""
    texts = given.texts()
    return lambda: l9.pad(l9.Vocabulary.from_texts(texts, 10_000).encode(texts), 100)


def lecture_integers(given: Given) -> Run:
    """Do as the slides do; the Tokenizer is where Keras 3 has hidden it."""
    from keras.src.legacy.preprocessing.text import Tokenizer
    from keras.utils import pad_sequences

    texts, tokenizer = given.texts(), Tokenizer(num_words=10_000)
    fit = partial(tokenizer.fit_on_texts, texts)
    return lambda: (fit(), pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=100))


def keras_integers(given: Given) -> Run:
    """Use the layer that took the Tokenizer's place."""
    from keras.layers import TextVectorization
    from tensorflow.data import Dataset

    texts = Dataset.from_tensor_slices(given.texts()).batch(1000)
    layer = TextVectorization(10_000, output_sequence_length=100)
    return lambda: (layer.adapt(texts), [layer(batch) for batch in texts])


def tokenizers_integers(given: Given) -> Run:
    """Use Hugging Face's, with a token a word."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    texts, tokenizer = given.texts(), Tokenizer(models.WordLevel(unk_token="?"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.Whitespace()
    tokenizer.enable_truncation(100, direction="left")
    tokenizer.enable_padding(direction="left", length=100)
    trainer = trainers.WordLevelTrainer(vocab_size=10_000, special_tokens=["?"])
    fit = partial(tokenizer.train_from_iterator, texts, trainer)
    return lambda: (fit(), [encoding.ids for encoding in tokenizer.encode_batch(texts)])


# GloVe: ours from the archive as it is published, the others from its text.


def our_glove(given: Given) -> Run:
    """Load the vectors and look a word up."""
    load = given.glove(given.caches)
    return lambda: load()["the"].sum()


def lecture_glove(given: Given) -> Run:
    """Read the text line by line into a dictionary of small arrays."""

    def run() -> None:
        embeddings_index = {}
        with given.glove_text().open(encoding="utf-8") as lines:
            for line in lines:
                values = line.split()
                embeddings_index[values[0]] = np.asarray(values[1:], dtype="float32")

    return run


def gensim_glove(given: Given) -> Run:
    """Read the text as word2vec's, without a header."""
    from gensim.models import KeyedVectors

    return partial(KeyedVectors.load_word2vec_format, given.glove_text(), no_header=True)


def polars_glove(given: Given) -> Run:
    """Read the text as a table, into a list and a matrix."""
    import polars as pl

    types = [pl.String] + [pl.Float32] * DIM[given.data]
    options: Any = {"separator": " ", "quote_char": None, "has_header": False, "schema_overrides": types}

    def run() -> Any:
        table = pl.read_csv(given.glove_text(), **options)
        return table.to_series(0).to_list(), table[:, 1:].to_numpy()

    return run


# The ten nearest neighbours of 60 words, one after another.


def our_neighbours(given: Given) -> Run:
    """Ask the vectors."""
    vectors = given.glove(given.folder)()
    vectors.nearest("the")  # once before, here and below: the vectors of length 1 are kept
    return lambda: [vectors.nearest(word, 10) for word in vectors.words[100:160]]


def gensim_neighbours(given: Given) -> Run:
    """Ask gensim."""
    from gensim.models import KeyedVectors

    ours = given.glove(given.folder)()
    theirs = KeyedVectors(ours.dim)
    theirs.add_vectors(ours.words, ours.vectors)
    theirs.most_similar("the")
    return lambda: [theirs.most_similar(word) for word in ours.words[100:160]]


def sklearn_neighbours(given: Given) -> Run:
    """Ask scikit-learn, which finds the word itself too."""
    from sklearn.neighbors import NearestNeighbors

    vectors = given.glove(given.folder)().vectors
    theirs = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(vectors)
    return lambda: [theirs.kneighbors(vectors[i : i + 1]) for i in range(100, 160)]


# Hashing the words of the reviews into 1,000 buckets.


def our_hashing(given: Given) -> Run:
    """Use our function."""
    words = given.words()
    l9.hash_words(words[:1], 1000)  # which imports the hash
    return lambda: l9.hash_words(words, 1000)


def sklearn_hashing(given: Given) -> Run:
    """Use the same hash in scikit-learn, which counts what falls into each bucket."""
    from sklearn.feature_extraction import FeatureHasher

    words, hasher = given.words(), FeatureHasher(1000, input_type="string", alternate_sign=False)
    return lambda: hasher.transform([words])


def keras_hashing(given: Given) -> Run:
    """Use the layer."""
    from keras.layers import Hashing
    from tensorflow import constant

    words, layer = given.words(), Hashing(1000)
    return lambda: layer(constant(words)).numpy()


# word2vec: an epoch on the books.


def our_word2vec(given: Given, model: Any) -> Run:
    """Train ours."""
    words, sequences = l9.number_words(given.sentences(), min_count=5)
    return partial(l9.train_word2vec, sequences, len(words), 100, 5, 5, epochs=1, model=model)


def gensim_word2vec(given: Given, model: str) -> Run:
    """Train gensim's with the same settings and one worker."""
    from gensim.models import Word2Vec

    texts, sg = given.sentences(), int(model == "skip-gram")
    theirs = Word2Vec(vector_size=100, window=5, negative=5, sg=sg, min_count=5, sample=1e-3, workers=1)
    theirs.build_vocab(texts)
    return partial(theirs.train, texts, total_examples=len(texts), epochs=1)


# The slides' network on 100 words a review, compilation included.


def whole_batches(n: int) -> int:
    """Give the largest size up to the lecture's 128 that cuts n reviews into equal batches."""
    return max(size for size in range(1, 129) if n % size == 0)


def training(given: Given, layer: str, epochs: int, is_ours: bool) -> Run:
    """Train with Keras; ours with XLA, which compiles anew for each size of a batch, so all have one size."""
    os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory='{given.caches / 'xla'}'"
    import keras

    (x_train, y_train), _test = l9.load_imdb_sequences(data=given.data)
    every = round(1 / given.share)
    input_train, y_train = l9.pad(list(x_train[::every]), 100), y_train[::every]
    keras.utils.set_random_seed(0)
    layers = keras.layers.Embedding(10_000, 32), getattr(keras.layers, layer)(32)
    model = keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])
    compile = partial(model.compile, "rmsprop", "binary_crossentropy", metrics=["accuracy"])
    fit = partial(model.fit, input_train, y_train, epochs=epochs, validation_split=0.2, verbose=0)
    if not is_ours:
        return lambda: (compile(), fit(batch_size=128))
    n = int(len(y_train) * 0.8)
    sizes = {"batch_size": whole_batches(n), "validation_batch_size": whole_batches(len(y_train) - n)}
    return lambda: (compile(jit_compile=True), fit(**sizes))


class Case(NamedTuple):
    """Something to do: in how many rounds, in which ways, and how many times as fast ours has to be."""

    name: str
    rounds: int
    ways: Mapping[str, Callable[[Given], Run]]  # the names of ours begin with "ours", the others are rivals
    bars: Mapping[tuple[str, str], float] = {}

    def pairs(self, there: Mapping[str, Any]) -> list[tuple[str, str]]:
        """List each way of ours with each rival that is there."""
        ours = [way for way in there if way.startswith("ours")]
        return list(product(ours, [way for way in there if way not in ours]))


def word2vec(model: str, bar: float) -> Case:
    """Make the case of a model."""
    ways = {"ours": partial(our_word2vec, model=model), "gensim": partial(gensim_word2vec, model=model)}
    return Case(model, 3, ways, {("ours", "gensim"): bar})


def network(layer: str, epochs: int, first: float, cached: float) -> Case:
    """Make the case of a layer."""
    train = partial(training, layer=layer, epochs=epochs)
    ours = dict.fromkeys(("ours, first", "ours, cached"), partial(train, is_ours=True))
    bars = {("ours, first", "lecture"): first, ("ours, cached", "lecture"): cached}
    return Case(f"{layer}, {epochs} epochs", 2, {**ours, "lecture": partial(train, is_ours=False)}, bars)


INTEGERS = {"ours": our_integers, "lecture": lecture_integers}
INTEGERS |= {"keras": keras_integers, "tokenizers": tokenizers_integers}
GLOVE = {"ours, first": our_glove, "ours, cached": our_glove}
GLOVE |= {"lecture": lecture_glove, "gensim": gensim_glove, "polars": polars_glove}
NEAR = {"ours": our_neighbours, "gensim": gensim_neighbours, "scikit-learn": sklearn_neighbours}
HASHING = {"ours": our_hashing, "scikit-learn": sklearn_hashing, "keras": keras_hashing}
CASES = (
    Case("text to integers", 3, INTEGERS, {("ours", "lecture"): 1}),
    Case("GloVe", 2, GLOVE, {("ours, first", "lecture"): 1, ("ours, cached", "lecture"): 1}),
    Case("nearest neighbours", 3, NEAR),
    Case("hashing", 3, HASHING),
    word2vec("skip-gram", 0.8),
    word2vec("cbow", 0.5),
    network("SimpleRNN", 10, first=1.5, cached=3),
    network("LSTM", 3, first=1, cached=1),
)


def mute() -> None:
    """Let libraries say nothing on stderr."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def timed(way: Callable[[Given], Run], given: Given) -> list[float]:
    """Say how many seconds of the processor and of the clock it takes."""
    run = way(given)
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return [time.process_time() - processor, time.perf_counter() - clock]


def measure(case: Case, data: str, folder: Path, rounds: int) -> Times:
    """Do a case in all ways that are installed, in turns, with all of the words and with a tenth of them."""
    ways = {way: do for way, do in case.ways.items() if way not in LIBRARIES or find_spec(LIBRARIES[way])}
    times: Times = {way: {share: [] for share in SHARES} for way in ways}
    for _, (share, size) in product(range(rounds), SHARES.items()):
        given = Given(data, size, folder / share, Path(tempfile.mkdtemp(dir=folder)))
        for way, do in ways.items():
            with ProcessPoolExecutor(1, get_context("spawn"), mute) as process:
                times[way][share].append(process.submit(timed, do, given).result())
        shutil.rmtree(given.caches)
    return times


def ratio(above: list[list[float]], below: list[list[float]], kind: int = 0) -> Interval:
    """Divide seconds, round by round, of the processor or (1) the clock: the median, the least, the most."""
    ratios = [a[kind] / b[kind] for a, b in zip(above, below, strict=True)]
    return Interval(median(ratios), min(ratios), max(ratios), len(ratios))


def table(found: Mapping[str, Times]) -> str:
    """Write a row for each pair of ours and a rival."""
    lines = [HEAD, re.sub(r"[^|]+", "---", HEAD)]
    for case in CASES:
        times = found[case.name]
        for ours, rival in case.pairs(times):
            each = times[ours], times[rival]
            processor, clock = (ratio(times[rival]["all"], times[ours]["all"], kind) for kind in (0, 1))
            bar = case.bars.get((ours, rival), 0)
            cells = [case.name + ours[4:], rival]
            cells += ["{:.3g}× ({:.3g}–{:.3g})".format(*value[:3]) for value in (processor, clock)]
            cells += [f"{bar:g}× {'✓' if processor.estimate >= bar else '✗'}" if bar else ""]
            cells += [f"{median(s for s, _ in way['all']):.3g} s" for way in each]
            cells += [f"{ratio(way['all'], way['a tenth']).estimate:.3g}×" for way in each]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def draw(found: Mapping[str, Times], growth: bool) -> bytes:
    """Draw how many times as fast ours is, or how much longer ten times the words take."""
    series: dict[str, dict[str, Interval]] = {}
    for case in CASES:
        times = found[case.name]
        for ours, rival in [] if growth else case.pairs(times):
            kind = "the lecture's code" if rival == "lecture" else "a library"
            name = f"{case.name}{ours[4:]}: {rival}"
            series.setdefault(kind, {})[name] = ratio(times[rival]["all"], times[ours]["all"])
        for way, taken in times.items() if growth else ():
            kind = "ours" if way.startswith("ours") else "the others"
            series.setdefault(kind, {})[f"{case.name}: {way}"] = ratio(taken["all"], taken["a tenth"])
    label = "time with all words ÷ time with a tenth" if growth else "time of the other ÷ time of ours"
    figure = plots.dots(series, label, label)
    (axes,) = figure.axes
    axes.axvline(10 if growth else 1, color=plots.GREY, lw=1)
    axes.set_xscale("log", subs=[])
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if growth else (1, 3)))
    axes.xaxis.set_major_formatter("{x:g}×")
    figure.savefig(buffer := BytesIO(), dpi=150)
    return small(buffer.getvalue())


def main(docs: Path = DOCS, record: Path = RECORD, rounds: int | None = None) -> None:
    """Measure all cases, and write the record and what the page shows."""
    files = [data_folder() / known_sources()[key].name for key in ("imdb", "glove", "books")]
    data = "full" if all(map(Path.is_file, files)) else "sample"
    absent = [name for name, module in LIBRARIES.items() if not find_spec(module)]
    versions = [f"{name} {version(name)}" for name in ("numpy", *LIBRARIES) if name not in absent]
    says = (
        f"Measured on {'the real data' if data == 'full' else 'the bundled sample'}, {os.cpu_count()} cores, "
    )
    says += f"Python {platform.python_version()}, {', '.join(versions)}."
    says += f" Not installed, so not measured: {', '.join(absent)}." if absent else ""
    print(says, flush=True)
    found: dict[str, Times] = {}
    with tempfile.TemporaryDirectory() as name:
        os.environ |= isolated(Path(name)) | dict.fromkeys(("RAYON_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
        os.environ |= {"TQDM_DISABLE": "1", "LECTURE9_DATA": str(data_folder()), "LECTURE9_CACHE": name}
        before = dict(os.environ)
        for share, size in SHARES.items():
            Given(data, size, Path(name, share), Path(name)).glove(Path(name))
        os.environ |= before
        for case in CASES:
            found[case.name] = measure(case, data, Path(name), rounds or case.rounds)
            print(case.name, *found[case.name].items(), sep="\n  ", flush=True)
            write(record, json.dumps({"of": says, "processor and clock": found}, indent=1).encode())
    write(docs / "speed_table.txt", f"{says}\n\n{table(found)}\n".encode())
    for name, growth in ("ratios", False), ("growth", True):
        write(docs / f"speed_{name}.png", draw(found, growth))


if __name__ == "__main__":
    main()
