"""Fetch all of the real data: ``python -m lecture9_utils.datasets``."""

import sys
from collections.abc import Callable, Iterator, Sized

from .cache import cache_folder
from .pretrained import glove_dims, load_glove
from .reviews import load_imdb, load_imdb_sequences
from .small import load_books, load_genome, load_similarity, load_translations, load_weather
from .sources import Source, Sources, data_folder, known_sources

_BYTES_A_MINUTE = 20e6 / 8 * 60
_SMALL: dict[str, tuple[Callable[..., Sized], str]] = {
    "books": (load_books, "authors"),
    "translations": (load_translations, "pairs of sentences"),
    "weather": (load_weather, "days"),
    "genome": (load_genome, "bases"),
    "similarity": (load_similarity, "pairs of words"),
}


def main(sources: Sources | None = None) -> int:
    """Fetch, verify and parse all of the real data, and say before how much that is.

    Returns
    -------
    int
        0 if all is there, 1 if not; the reason is then on standard error.
    """
    sources = sources or known_sources()
    for source in sources.values():
        print(f"{source.name} {_whence(source)}", flush=True)
    print(f"Then all is read and kept in {cache_folder()}: up to 0.4 GB, about 1 min", flush=True)
    wanted = [key for key, source in sources.items() if source.urls or _is_there(source)]
    complete = [_read(key, sources) for key in wanted]
    print("All is there." if all(complete) else "Not all is there.")
    return 0 if all(complete) else 1


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


def _read(key: str, sources: Sources) -> bool:
    """Read a data set, print what was found, and say whether that went well."""
    try:
        for line in _found(key, sources):
            print(line, flush=True)
    except (OSError, ValueError) as error:
        print(getattr(error, "strerror", None) or error, file=sys.stderr, flush=True)
        return False
    return True


def _found(key: str, sources: Sources) -> Iterator[str]:
    if key == "imdb":
        yield f"IMDb: {len(load_imdb('full', sources=sources).train.texts):,} reviews to train with"
        load_imdb_sequences(data="full", sources=sources)
    elif key == "glove":
        for dim in sorted({50, 100} & set(glove_dims(sources[key], "full"))):
            yield f"GloVe: {len(load_glove('full', dim, sources=sources)):,} words in {dim} dimensions"
    else:
        load, what = _SMALL[key]
        yield f"{sources[key].name}: {len(load('full', sources=sources)):,} {what}"


if __name__ == "__main__":
    sys.exit(main())
