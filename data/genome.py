"""Write the genome of a bacterium that does not exist, the same one for the same seed.

It is made of regions that prefer some bases to others. In each, genes (codons of uneven frequency between a
start and a stop) and mutated copies of a repeat, on both strands, take turns. So words of DNA that are alike,
by their bases or but for a letter, have neighbours in common.
"""

from collections.abc import Iterator
from itertools import accumulate, product
from math import prod

from reviews import Dice

LENGTH = 100_000  # bases
REGION = (400, 1200)  # bases of a region, about
PREFERENCES = (0.45, 0.27, 0.18, 0.1)  # the shares of the four bases in a region, each time in another order
REPEATS, REPEAT_LENGTH = 6, (40, 90)  # how many, and how long
SHARE_REPEATS = 0.3  # of the pieces are copies of a repeat
MUTATED, LOST = 0.12, 0.01  # shares of a copy's bases that are others, and that are left out
CODONS = (10, 50)  # in a gene
BASES = "ACGT"
COMPLEMENT = str.maketrans(BASES, BASES[::-1])
STOPS = ("TAA", "TAG", "TGA")
WIDTH = 70  # letters in a line
HEADER = ">synthetic a bacterium that does not exist, made for the Lecture 9 notebooks"


def write(seed: int) -> str:
    """Write the genome as a FASTA file."""
    dice = Dice(seed)
    repeats = ["".join(dice.one(BASES) for _ in range(_between(REPEAT_LENGTH, dice))) for _ in range(REPEATS)]
    genome = ""
    while len(genome) < LENGTH:
        genome += _region(repeats, dice)
    return "\n".join([HEADER, *_lines(genome[:LENGTH])]) + "\n"


def _region(repeats: list[str], dice: Dice) -> str:
    """Write a region: genes in its codons, and copies of one of the repeats."""
    shares = dict(zip(dice.shuffled(BASES), PREFERENCES, strict=True))
    codons = ["".join(bases) for bases in product(BASES, repeat=3) if "".join(bases) not in STOPS]
    upto = list(accumulate(prod(shares[base] for base in codon) for codon in codons))
    repeat, region, length = dice.one(repeats), "", _between(REGION, dice)
    while len(region) < length:
        if dice.chance(SHARE_REPEATS):
            region += _copy(repeat, dice)
        else:
            gene = "".join(dice.weighted(codons, upto) for _ in range(_between(CODONS, dice)))
            region += f"ATG{gene}{dice.one(STOPS)}"
    return region


def _between(limits: tuple[int, int], dice: Dice) -> int:
    return limits[0] + int(dice.roll() * (limits[1] - limits[0]))


def _copy(repeat: str, dice: Dice) -> str:
    """Copy a repeat with mistakes, half of the times as the other strand reads."""
    kept = [base for base in repeat if not dice.chance(LOST)]
    copy = "".join(dice.one(BASES.replace(base, "")) if dice.chance(MUTATED) else base for base in kept)
    return copy[::-1].translate(COMPLEMENT) if dice.chance(0.5) else copy


def _lines(genome: str) -> Iterator[str]:
    return (genome[i : i + WIDTH] for i in range(0, len(genome), WIDTH))
