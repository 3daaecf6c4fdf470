"""Tell of frogs, kings, capitals and tenses: `encyclopedia.toml`, in sentences to learn word vectors from.

What is planted: all members of a family are told of in the same sentences, so in vectors learned from these
the offsets of its pairs are parallel. Nothing is found out about language there.
"""

from collections.abc import Iterator

from toml_tables import table

REPEATS = 16  # how often each fact is told
FAMILIES = table("encyclopedia.toml")


def members(family: str) -> list[dict[str, str]]:
    """List the members of a family, each as its words by the names of their columns."""
    columns, *rows = map(str.split, FAMILIES[family]["words"].splitlines())
    return [dict(zip(columns, row, strict=True)) for row in rows]


def facts() -> Iterator[str]:
    """Tell each fact once."""
    for family, told in FAMILIES.items():
        for words in members(family) if "words" in told else [{}]:
            yield from (sentence.format(**words) for sentence in told["sentences"])
