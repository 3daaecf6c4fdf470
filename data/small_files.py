"""Write three small files: the weather, a genome, and judged pairs of words; the same for the same seed."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate, pairwise, product
from math import cos, log, pi, prod

from dice import Dice
from encyclopedia import members

# The weather of a town that does not exist. Temperatures follow the year. Around them, high and low pressure
# pass by in waves that fade and begin anew: so the last days tell of the next ones, the more the nearer.
FIRST, LAST = date(2012, 1, 1), date(2015, 12, 31)
MEAN, SWING, WARMEST = 16.0, 9.0, 205  # °C over the year, and the day of the year that is warmest
WAVE, FADES = 9.0, 0.92  # days; the share of a wave that is left a day later
PRESSURE, SLOW, NOISE = 3.0, 1.5, 0.8  # °C: standard deviations of what waves, warm spells and chance do
SPELL = 0.85  # the share of a warm or cold spell that is left a day later
WET, SEASON = 0.0, 0.8  # rain falls at a pressure below this, and so much more in winter, less in summer

# The genome of a bacterium that does not exist, of regions that prefer some bases to others. In each, genes
# (codons of uneven frequency between a start and a stop) and mutated copies of a repeat, on both strands,
# take turns. So words of DNA that are alike, by their bases or but for a letter, have neighbours in common.
LENGTH = 100_000  # bases
REGION = (400, 1200)  # bases of a region, about
PREFERENCES = (0.45, 0.27, 0.18, 0.1)  # the shares of the four bases in a region, each time in another order
REPEATS, REPEAT_LENGTH = 6, (40, 90)  # how many, and how long
SHARE_REPEATS = 0.3  # of the pieces are copies of a repeat
MUTATED, LOST = 0.12, 0.01  # shares of a copy's bases that are others, and that are left out
CODONS = (10, 50)  # in a gene
BASES, STOPS = "ACGT", ("TAA", "TAG", "TGA")
WIDTH = 70  # letters in a line

# Pairs of the encyclopaedia's words, judged as people judged those of WordSim-353, but by kind and chance.
SPREAD = 0.7  # the largest distance of a score from that of its kind
Pair = tuple[str, str]


def write_weather(seed: int) -> str:
    """Write the days in the format of Seattle's weather in vega-datasets."""
    dice = Dice(seed)
    days = (FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1))
    lines = (_line(day, *state, dice) for day, state in zip(days, _states(dice), strict=False))
    return "date,precipitation,temp_max,temp_min,wind,weather\n" + "".join(lines)


def _normal(dice: Dice) -> float:
    """Draw from nearly a normal distribution, with sums only."""
    return sum(dice.roll() for _ in range(12)) - 6.0


def _states(dice: Dice) -> Iterator[tuple[float, float]]:
    """Draw pressure and warmth, day by day: both with mean 0 and standard deviation 1."""
    a, b = 2 * FADES * cos(2 * pi / WAVE), -(FADES**2)
    shock = ((1 + b) * ((1 - b) ** 2 - a**2) / (1 - b)) ** 0.5  # makes the variance of the waves 1
    before = pressure = warmth = 0.0
    for day in range(-100, (LAST - FIRST).days + 1):
        before, pressure = pressure, a * pressure + b * before + shock * _normal(dice)
        warmth = SPELL * warmth + (1 - SPELL**2) ** 0.5 * _normal(dice)
        if day >= 0:
            yield pressure, warmth


def _line(day: date, pressure: float, warmth: float, dice: Dice) -> str:
    summer = cos(2 * pi * (day.timetuple().tm_yday - WARMEST) / 365.25)
    warmest = MEAN + SWING * summer + PRESSURE * pressure + SLOW * warmth + NOISE * _normal(dice)
    wet = pressure + 0.5 * _normal(dice) < WET - SEASON * summer
    rain = round(-5.0 * log(1.0 - dice.roll()) * (1.3 - 0.3 * pressure), 1) if wet and pressure < 3 else 0.0
    coldest = warmest - (5.5 if wet else 8.5) - 2.5 * summer + 0.9 * _normal(dice)
    wind = max(0.4, 3.2 - 0.9 * pressure + 0.7 * _normal(dice))
    kind = _kind(rain, warmest, pressure, wind)
    return f"{day},{rain:.1f},{warmest:.1f},{coldest:.1f},{wind:.1f},{kind}\n"


def _kind(rain: float, warmest: float, pressure: float, wind: float) -> str:
    if rain > 0:
        return "snow" if warmest < 3 else "drizzle" if rain < 0.6 else "rain"
    return "fog" if pressure < 0.6 and wind < 2.6 else "sun"


def write_genome(seed: int) -> str:
    """Write the genome as a FASTA file."""
    dice = Dice(seed)
    repeats = ["".join(dice.one(BASES) for _ in range(_between(REPEAT_LENGTH, dice))) for _ in range(REPEATS)]
    genome = ""
    while len(genome) < LENGTH:
        genome += _region(repeats, dice)
    lines = [genome[i : min(i + WIDTH, LENGTH)] for i in range(0, LENGTH, WIDTH)]
    header = ">synthetic a bacterium that does not exist, made for the Lecture 9 notebooks"
    return "\n".join([header, *lines]) + "\n"


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
    return copy[::-1].translate(str.maketrans(BASES, BASES[::-1])) if dice.chance(0.5) else copy


def write_similarity(seed: int) -> str:
    """Write the pairs in the format of WordSim-353."""
    dice = Dice(seed)
    lines = []
    for score, n, pairs in _kinds():
        for a, b in dice.shuffled(pairs)[:n]:
            judged = min(10.0, max(0.0, score + SPREAD * (2 * dice.roll() - 1)))
            lines.append(f"{a}\t{b}\t{judged:.2f}\n")
    made = "made by rule for the Lecture 9 notebooks, in the format of the WordSimilarity-353 Test Collection"
    return f"# Synthetic: {made}\n# Word 1\tWord 2\tHuman (mean)\n" + "".join(dice.shuffled(lines))


def _kinds() -> Iterator[tuple[float, int, list[Pair]]]:
    """Give for each kind of pairs its score, how many to draw, and the pairs."""

    def column(name: str, *families: str) -> list[str]:
        return [words[name] for family in families for words in members(family)]

    def pairs(a: str, b: str, *families: str) -> list[Pair]:
        return list(zip(column(a, *families), column(b, *families), strict=True))

    animals, things = column("one", "animals"), column("one", "things")
    countries, men, verbs = (
        column("country", "countries"),
        column("man", "people"),
        column("present", "verbs"),
    )
    yield 9.3, 3, pairs("one", "many", "animals", "things")
    yield 8.9, 3, [("frog", "toad"), ("frog", "litoria"), ("powerful", "strong")]
    yield 8.6, 11, pairs("man", "woman", "people")
    yield 8.4, 3, pairs("positive", "comparative", "degrees")
    yield 8.2, 11, pairs("country", "capital", "countries")
    yield 8.0, 2, pairs("present", "going", "verbs")
    yield 7.2, 8, pairs("one", "home", "animals")
    yield 7.2, 9, pairs("man", "a", "people")
    yield 7.0, 8, pairs("present", "where", "verbs")
    yield 5.8, 8, list(pairwise(animals))
    yield 5.5, 6, list(pairwise(countries))
    yield 5.5, 5, list(pairwise(men[1:12]))
    yield 2.5, 5, list(zip(animals, things, strict=False))
    yield 0.9, 8, list(zip(animals, countries, strict=False))
    yield 0.9, 5, list(zip(things, men, strict=False))
    yield 0.6, 9, list(zip(verbs, countries, strict=False))
