"""Fetch all of the real data: ``python -m lecture9_utils.datasets``."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import lecture9_utils as l9

from .cache import cache_folder
from .pretrained import dims_at_hand, glove_source
from .sources import Source, Sources, data_folder, known_sources


def main(sources: Sources) -> int:
    """Fetch, verify and parse all of the real data, and say before how much that is.

    Returns
    -------
    int
        0 if all is there, 1 if not; the reason is then on standard error.
    """
    try:
        dim = next(iter(dims_at_hand(sources)), 100)  # the lecture's, if others are not there already
        chosen = sources[glove_source("full", dim, sources)]
        named = {key: source for key, source in sources.items() if not (source.package or "glove_" in key)}
        files = {key: chosen if key == "glove" else source for key, source in named.items()}
        for source in files.values():
            print(f"{source.name} {_whence(source)}", flush=True)
        print(f"Then all is read and kept in {cache_folder()}: up to 0.4 GB, about 1 min", flush=True)
    except (OSError, ValueError) as error:  # one of the folders cannot be told
        print(error, file=sys.stderr, flush=True)
        return 1
    complete = True
    load_glove = partial(l9.load_glove, dim=dim)
    loaders: dict[str, Callable[..., Any]] = {"imdb": l9.load_imdb_sequences, "glove": load_glove}
    for key, source in files.items():
        if source.urls or (data_folder() / source.name).is_file():
            try:
                loaders.get(key, getattr(l9, f"load_{key}"))(data="full", sources=sources)
                used = sources[glove_source("full", dim, sources)] if key == "glove" else source
                print(f"{used.name} is right", flush=True)
            except (OSError, ValueError) as error:
                print(error, file=sys.stderr, flush=True)
                complete = False
    print("All is there." if complete else "Not all is there.")
    return 0 if complete else 1


def _whence(source: Source) -> str:
    """Say where a file is, or comes from and how much that is."""
    if (data_folder() / source.name).is_file():
        return f"is in {data_folder()} already" + (source.note and f": {source.note}")
    if not source.urls:
        return f"is not in {data_folder()}, and not needed for the others: {source.instead}"
    size, minutes = source.size / 1e6, source.size / 150e6
    return f"is downloaded to {data_folder()}: {size:,.3g} MB, about {minutes:.0f} min at 20 Mbit/s"


if __name__ == "__main__":
    sys.exit(main(known_sources()))
