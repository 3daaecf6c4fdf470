"""Helpers for the notebooks of BST 261, lecture 9: recurrent neural networks and word embeddings.

Every public name is imported when it is first used, so ``import lecture9_utils`` is quick and loads
neither TensorFlow nor matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME_OF = {
    name: module
    for module, names in {
        "text": ("Vocabulary", "bag_of_ngrams", "characters", "ngrams", "pad", "tokenize"),
        "vectors": ("collisions", "expected_collisions", "hash_words", "multi_hot", "one_hot"),
        "data": ("load_glove", "load_imdb", "load_imdb_sequences"),
        "word_vectors": ("WordVectors",),
        "analogies": ("analogy_accuracy", "analogy_questions", "load_relations", "parallelism"),
        "corpora": (
            "load_books",
            "load_corpus",
            "load_genome",
            "load_similarity",
            "load_translations",
            "load_weather",
            "read_fasta",
            "sentences",
        ),
        "glove": ("cooccurrences", "train_glove"),
        "word2vec": ("number_words", "skip_gram_pairs", "train_word2vec"),
        "pmi": ("shifted_pmi", "svd_vectors"),
        "interaction": ("slider",),
        "kmers": ("kmer_sentences", "needleman_wunsch", "reverse_complement"),
        "records": ("synthetic_records",),
        "checks": ("check", "write_it_yourself"),
        "claims": ("begin", "claim"),
        "progress_bar": ("progress",),
        "recurrence": ("simple_rnn", "simple_rnn_gradients"),
        "scenes": ("draw_epidemics", "draw_films", "draw_scenes"),
        "training": ("accuracy", "fit"),
    }.items()
    for name in names
}
_MODULES = {"plots"}

__all__ = sorted([*_HOME_OF, *_MODULES])


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"lecture9_utils has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]


if TYPE_CHECKING:
    from . import plots as plots
    from .analogies import analogy_accuracy as analogy_accuracy
    from .analogies import analogy_questions as analogy_questions
    from .analogies import load_relations as load_relations
    from .analogies import parallelism as parallelism
    from .checks import check as check
    from .checks import write_it_yourself as write_it_yourself
    from .claims import begin as begin
    from .claims import claim as claim
    from .corpora import load_books as load_books
    from .corpora import load_corpus as load_corpus
    from .corpora import load_genome as load_genome
    from .corpora import load_similarity as load_similarity
    from .corpora import load_translations as load_translations
    from .corpora import load_weather as load_weather
    from .corpora import read_fasta as read_fasta
    from .corpora import sentences as sentences
    from .data import load_glove as load_glove
    from .data import load_imdb as load_imdb
    from .data import load_imdb_sequences as load_imdb_sequences
    from .glove import cooccurrences as cooccurrences
    from .glove import train_glove as train_glove
    from .interaction import slider as slider
    from .kmers import kmer_sentences as kmer_sentences
    from .kmers import needleman_wunsch as needleman_wunsch
    from .kmers import reverse_complement as reverse_complement
    from .pmi import shifted_pmi as shifted_pmi
    from .pmi import svd_vectors as svd_vectors
    from .progress_bar import progress as progress
    from .records import synthetic_records as synthetic_records
    from .recurrence import simple_rnn as simple_rnn
    from .recurrence import simple_rnn_gradients as simple_rnn_gradients
    from .scenes import draw_epidemics as draw_epidemics
    from .scenes import draw_films as draw_films
    from .scenes import draw_scenes as draw_scenes
    from .text import Vocabulary as Vocabulary
    from .text import bag_of_ngrams as bag_of_ngrams
    from .text import characters as characters
    from .text import ngrams as ngrams
    from .text import pad as pad
    from .text import tokenize as tokenize
    from .training import accuracy as accuracy
    from .training import fit as fit
    from .vectors import collisions as collisions
    from .vectors import expected_collisions as expected_collisions
    from .vectors import hash_words as hash_words
    from .vectors import multi_hot as multi_hot
    from .vectors import one_hot as one_hot
    from .word2vec import number_words as number_words
    from .word2vec import skip_gram_pairs as skip_gram_pairs
    from .word2vec import train_word2vec as train_word2vec
    from .word_vectors import WordVectors as WordVectors
