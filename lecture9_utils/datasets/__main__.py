"""Fetch all of the real data: ``python -m lecture9_utils.datasets``."""

import sys
from collections.abc import Callable, Sized

from .cache import cache_folder
from .pretrained import load_glove
from .reviews import load_imdb_sequences
from .small import load_books, load_genome, load_similarity, load_translations, load_weather
from .sources import Source, Sources, data_folder, known_sources


def _load_glove(data: str, sources: Sources) -> Sized:
    """Load the lecture's 100 dimensions, or 50 where there are no others."""
    try:
        return load_glove(data, 100, sources=sources)
    except ValueError:
        return load_glove(data, 50, sources=sources)


_BYTES_A_MINUTE = 20e6 / 8 * 60
_SETS: dict[str, tuple[Callable[..., Sized], str]] = {
    "imdb": (lambda **full: load_imdb_sequences(**full)[0][0], "reviews to train with"),
    "glove": (_load_glove, "words"),
    "books": (load_books, "authors"),
    "translations": (load_translations, "pairs of sentences"),
    "weather": (load_weather, "days"),
    "genome": (load_genome, "bases"),
    "similarity": (load_similarity, "pairs of words"),
}


def main(sources: Sources) -> int:
    """Fetch, verify and parse all of the real data, and say before how much that is.

    Returns
    -------
    int
        0 if all is there, 1 if not; the reason is then on standard error.
    """
    for source in sources.values():
        print(f"{source.name} {_whence(source)}", flush=True)
    print(f"Then all is read and kept in {cache_folder()}: up to 0.4 GB, about 1 min", flush=True)
    complete = True
    for key, (load, what) in _SETS.items():
        try:
            if sources[key].urls or _is_there(sources[key]):
                print(f"{sources[key].name}: {len(load(data='full', sources=sources)):,} {what}", flush=True)
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


if __name__ == "__main__":
    sys.exit(main(known_sources()))
