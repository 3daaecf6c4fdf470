"""Learn the sample's word vectors with `lecture9_utils`, from plain reviews and the encyclopaedia."""

from collections import Counter

import encyclopedia
import numpy as np
from film_reviews import write_reviews
from threadpoolctl import threadpool_limits

from lecture9_utils.embeddings.glove import cooccurrences, train_glove
from lecture9_utils.text import tokenize

N_REVIEWS = 1400  # none of them ships
MIN_COUNT = 2  # a word needs so many occurrences to get a vector: misspellings do not
FACTS = 100  # facts in an article: neighbours from other sentences teach who is a stranger to whom
WINDOW = 8  # words to either side that count as neighbours
DIMS = (50, 100)
EPOCHS, X_MAX, LEARNING_RATE = 30, 10.0, 0.15
DECIMALS = 2  # so few that no rounding difference between processors can show


def corpus(seed: int) -> list[list[str]]:
    """Write the text that the vectors are learned from, as lists of words."""
    texts = [review.text for review in write_reviews(seed, N_REVIEWS, 8, plain=True)[0]]
    facts = encyclopedia.corpus(seed + 1)
    texts += [" ".join(facts[i : i + FACTS]) for i in range(0, len(facts), FACTS)]
    return [tokenize(text) for text in texts]


def write_vectors(seed: int) -> dict[str, str]:
    """Train the vectors and write them as GloVe's text files: a word and its numbers a line."""
    texts = corpus(seed + 1)
    counts = Counter(word for text in texts for word in text)
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    id_of = {word: i for i, word in enumerate(frequent) if counts[word] >= MIN_COUNT}
    ids = [[id_of[word] for word in text if word in id_of] for text in texts]
    together = cooccurrences(ids, len(id_of), WINDOW)
    files = {}
    with threadpool_limits(1):  # the matrices are small: more threads only wait for each other
        for dim in DIMS:
            vectors = train_glove(together, dim, EPOCHS, seed, x_max=X_MAX, learning_rate=LEARNING_RATE)
            rounded = np.round(vectors, DECIMALS) + 0.0  # no -0.00
            lines = (
                f"{word} {' '.join(f'{x:.{DECIMALS}f}' for x in vector)}\n"
                for word, vector in zip(id_of, rounded.tolist(), strict=True)
            )
            files[f"glove.6B.{dim}d.txt"] = "".join(lines)
    return files
