"""Fetch all of the real data: ``python -m lecture9_utils.datasets``."""

import sys
from collections.abc import Callable, Sized

from .cache import cache_folder
from .pretrained import glove_dims, load_glove
from .reviews import load_imdb_sequences
from .small import load_books, load_genome, load_similarity, load_translations, load_weather
from .sources import Source, Sources, data_folder, known_sources

_BYTES_A_MINUTE = 20e6 / 8 * 60
_SETS: tuple[tuple[str, Callable[[Sources], Sized], str], ...] = (
    (
        "imdb",
        lambda sources: load_imdb_sequences(data="full", sources=sources)[0][0],
        "reviews to train with",
    ),
    ("glove", lambda sources: _load_glove(sources), "words"),
    ("books", lambda sources: load_books("full", sources=sources), "authors"),
    ("translations", lambda sources: load_translations("full", sources=sources), "pairs of sentences"),
    ("weather", lambda sources: load_weather("full", sources=sources), "days"),
    ("genome", lambda sources: load_genome("full", sources=sources), "bases"),
    ("similarity", lambda sources: load_similarity("full", sources=sources), "pairs of words"),
)


def main(sources: Sources | None = None) -> int:
    """Fetch, verify and parse all of the real data, and say before how much that is.

    Returns
    -------
    int
        0 if all is there, 1 if not; the reason is then on standard error.
    """
    sources, complete = sources or known_sources(), True
    for source in sources.values():
        print(f"{source.name} {_whence(source)}", flush=True)
    print(f"Then all is read and kept in {cache_folder()}: up to 0.4 GB, about 1 min", flush=True)
    for key, load, what in _SETS:
        if sources[key].urls or _is_there(sources[key]):
            try:
                print(f"{sources[key].name}: {len(load(sources)):,} {what}", flush=True)
            except (OSError, ValueError) as error:
                print(error, file=sys.stderr, flush=True)
                complete = False
    print("All is there." if complete else "Not all is there.")
    return 0 if complete else 1


def _is_there(source: Source) -> bool:
    return (data_folder() / source.name).is_file()


def _whence(source: Source) -> str:
    """Say where a file is, or comes from and how much that is."""
    if _is_there(source):
        return f"is in {data_folder()} already"
    if not source.urls:
        return f"is not in {data_folder()}, and not needed for the others: {source.instead}"
    size, minutes = source.size / 1e6, source.size / _BYTES_A_MINUTE
    much = f"{size:,.0f} MB, about {minutes:.0f} min at 20 Mbit/s" if minutes > 0.5 else f"{size:.2g} MB"
    return f"is downloaded to {data_folder()}: {much}"


def _load_glove(sources: Sources) -> Sized:
    """Load the vectors of 50 and 100 dimensions, where they are."""
    dims = {50, 100} & set(glove_dims(sources["glove"], "full"))
    loaded = [load_glove("full", dim, sources=sources) for dim in sorted(dims)]
    return loaded[0] if loaded else []


if __name__ == "__main__":
    sys.exit(main())
