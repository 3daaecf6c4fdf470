"""Helpers for the notebooks of BST 261, lecture 9: recurrent neural networks and word embeddings.

``import lecture9_utils as l9`` loads neither TensorFlow nor matplotlib, gensim or SciPy: what needs one
imports it when it is used.
"""

from importlib import import_module
from types import ModuleType

from .checks import check, write_it_yourself, your_turn
from .claims import begin, claim, real
from .datasets.medicines import load_medicines
from .datasets.patients import synthetic_records
from .datasets.pretrained import load_glove
from .datasets.reviews import load_imdb, load_imdb_sequences
from .datasets.scenes import draw_epidemics, draw_films, draw_scenes
from .datasets.small import (
    load_books,
    load_corpus,
    load_genome,
    load_questions,
    load_similarity,
    load_translations,
    load_weather,
    sentences,
)
from .embeddings.analogies import analogy_accuracy, analogy_questions, load_relations, parallelism
from .embeddings.dna import kmer_sentences, needleman_wunsch
from .embeddings.glove import cooccurrences, train_glove
from .embeddings.pmi import shifted_pmi, svd_vectors
from .embeddings.word2vec import number_words, skip_gram_pairs, train_word2vec
from .embeddings.word_vectors import WordVectors
from .encoding import collisions, expected_collisions, hash_words, multi_hot, one_hot
from .evidence import Interval, compare, measured
from .notebook import fit, progress, slider
from .recurrence import simple_rnn, simple_rnn_gradients
from .text import Vocabulary, bag_of_ngrams, characters, ngrams, pad, tokenize

__version__ = "0.1.0"
# The imports above are the one list of public names.
__all__ = ["plots", *(n for n, v in globals().items() if getattr(v, "__module__", "").startswith(__name__))]


def __getattr__(name: str) -> ModuleType:
    if name == "plots":  # which needs matplotlib
        return import_module(f"{__name__}.plots")
    raise AttributeError(f"lecture9_utils has no {name!r}; it has {', '.join(__all__)}")
