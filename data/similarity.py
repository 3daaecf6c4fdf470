"""Judge how alike pairs of words of the encyclopaedia are, as people did for WordSim-353, but by rule.

No person judged these: a pair's score is that of its kind, a little up or down by chance.
"""

from collections.abc import Iterator
from itertools import pairwise

from encyclopedia import ANIMALS, COUNTRIES, DEGREES, FAMILIES, FROGS, THINGS, VERBS
from reviews import Dice

HEADER = """\
# Synthetic: made by rule for the Lecture 9 notebooks, in the format of the WordSimilarity-353 Test Collection
# Word 1\tWord 2\tHuman (mean)
"""
SPREAD = 0.7  # the largest distance of a score from that of its kind
Pair = tuple[str, str]


def write(seed: int) -> str:
    """Write the pairs in the format of WordSim-353."""
    dice = Dice(seed)
    lines = []
    for score, n, pairs in _kinds():
        for a, b in dice.shuffled(pairs)[:n]:
            judged = min(10.0, max(0.0, score + SPREAD * (2 * dice.roll() - 1)))
            lines.append(f"{a}\t{b}\t{judged:.2f}\n")
    return HEADER + "".join(dice.shuffled(lines))


def _kinds() -> Iterator[tuple[float, int, list[Pair]]]:
    """Give for each kind of pairs its score, how many to draw, and the pairs."""
    animals, things, countries = list(ANIMALS), list(THINGS), list(COUNTRIES)
    men, women = list(FAMILIES), [female for female, *_ in FAMILIES.values()]
    yield 9.3, 3, [(one, many[0]) for one, many in (ANIMALS | THINGS).items()]
    yield 8.9, 3, [("frog", other) for other in FROGS[1:3]] + [("powerful", "strong")]
    yield 8.6, 11, list(zip(men, women, strict=True))
    yield 8.4, 3, [(positive, comparative) for positive, (comparative, *_) in DEGREES.items()]
    yield 8.2, 11, [(country, capital) for country, (capital, *_) in COUNTRIES.items()]
    yield 8.0, 2, [(verb, going) for verb, (_, going, *_) in VERBS.items()]
    yield 7.2, 8, [(animal, words[1]) for animal, words in ANIMALS.items()]
    yield 7.2, 9, [(man, words[1]) for man, words in FAMILIES.items()]
    yield 7.0, 8, [(verb, words[2]) for verb, words in VERBS.items()]
    yield 5.8, 8, list(pairwise(animals))
    yield 5.5, 6, list(pairwise(countries))
    yield 5.5, 5, list(pairwise(men[1:12]))
    yield 2.5, 5, list(zip(animals, things, strict=False))
    yield 0.9, 8, list(zip(animals, countries, strict=False))
    yield 0.9, 5, list(zip(things, men, strict=False))
    yield 0.6, 9, list(zip(VERBS, countries, strict=False))
