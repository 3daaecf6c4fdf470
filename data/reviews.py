"""Write synthetic film reviews from the grammar in ``grammar.txt``, the same ones for the same seed."""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")

# ------------------------------------------------------------------ what the miniature is calibrated with
N_TRAIN, N_TEST = 6000, 1600  # reviews, half of them praise
SHARE_NEGATED = 0.22  # of the remarks that can be made by negating the opposite: "not bad at all"
SHARE_MILD = 0.33  # of the words of praise and blame that are mild ones: "decent" and not "superb"
SHARE_MILD_ASIDE = 0.5  # of the remarks against the label that use mild words only
SHARE_SHIT = 0.05  # of the reviews that blame: "this movie is shit"
SHARE_THE_SHIT = 0.01  # of the reviews that praise: "this movie is the shit"
SHARE_GOODBYE = 0.15  # of the reviews end with something that is no verdict
SHARE_MIXED = 0.2  # of the reviews remark as much for as against the film, and decide at the end
SHARE_SCORED = 0.04  # of the reviews end with their rating: "8 out of 10"
SHARE_IMPRESSION = 0.2  # of the reviews begin with a remark and not with how the film was come by
SHARE_EXPECTING = 0.4  # of the reviews begin with what others say of the film, which tells nothing
SHARE_OPINION_FIRST = 0.2  # of the reviews tell what they think before what happens
SHARE_CARELESS = 0.15  # of the reviews are full of slips of the keys
SHARE_SLIPS = 0.025  # of their words
AGREES = {"open": 0.87, "aspect": 0.76, "verdict": 0.92}  # remarks that agree with the review's label
AGREES_MORE = 0.05  # the same is so much more likely in the extreme ratings, 1 and 10, less in 4 and 7
SHARE_NEGATED_PLAIN = 0.05  # the same share in the plain reviews that the word vectors are learned from
AGREES_PLAIN = 0.97  # remarks in the plain reviews that agree with the label, wherever they are
BLURBS = 8  # lines as on posters that each plain review ends with
OPEN_ASIDE = {"open": 1.0, "aspect": 0.5, "verdict": 0.0}  # of the others come without a "still" or "granted"
PEOPLE_SEED = 9  # the same people make the films of all reviews, whatever the seed of these
REPUTATION = 0.25  # how far the share of praise differs between the best and the worst films
ZIPF = {"mood": 0.3, "word": 2.0}  # added to a word's rank in Zipf's law: the smaller, the more uneven
LENGTHS = (  # words of a review: this share is at most so long, linear between
    (0.0, 8),
    (0.05, 22),
    (0.25, 54),
    (0.5, 84),
    (0.75, 130),
    (0.9, 220),
    (0.97, 320),
    (1.0, 460),
)
PARTS = {"open": 0.14, "plot": 0.24, "aspect": 0.43, "verdict": 0.19}  # of the words
SHORT = 45  # reviews of fewer words go without a plot

GRAMMAR = Path(__file__).with_name("grammar.txt")
GENRES = {  # and how much better than others their films are
    "comedy": 0.0,
    "crime": 0.02,
    "horror": -0.12,
    "romance": 0.04,
    "space": -0.08,
    "western": 0.02,
    "documentary": 0.12,
    "musical": 0.06,
    "war": 0.04,
    "fantasy": -0.04,
    "cartoon": 0.04,
    "martial": -0.06,
}
HE = {"he": "he", "his": "his", "him": "him"}
SHE = {"he": "she", "his": "her", "him": "her"}


# ------------------------------------------------------------------ chance
class Dice:
    """Draws that are the same on every machine: made of `Random.random` and nothing else."""

    def __init__(self, seed: int):
        self.roll = Random(seed).random

    def chance(self, share: float) -> bool:
        """Say yes in this share of cases."""
        return self.roll() < share

    def one(self, items: Sequence[Item]) -> Item:
        """Draw one item, all equally likely."""
        return items[int(self.roll() * len(items))]

    def weighted(self, items: Sequence[Item], upto: Sequence[float]) -> Item:
        """Draw one item, by the running sums of their weights."""
        return items[min(bisect(upto, self.roll() * upto[-1]), len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Put the items in a random order."""
        order = list(items)
        for i in range(len(order) - 1, 0, -1):
            j = int(self.roll() * (i + 1))
            order[i], order[j] = order[j], order[i]
        return order


def running_sums(n: int, offset: float) -> list[float]:
    """Sum up Zipf's law: the weight of rank r is 1 / (r + offset)."""
    return list(accumulate(1 / (rank + offset) for rank in range(1, n + 1)))


# ------------------------------------------------------------------ the grammar
class Slot(NamedTuple):
    """A place in a text that another symbol fills."""

    symbol: str
    turned: bool


Template = tuple[str | Slot, ...]


@dataclass(frozen=True)
class Symbol:
    """The alternatives of a symbol; `words` are drawn more unevenly than sentences."""

    templates: list[Template]
    upto: list[float]
    words: bool


def read_grammar() -> dict[str, list[str]]:
    """List the alternatives of each symbol; the first lines of the file explain its format."""
    alternatives: dict[str, list[str]] = {}
    for line in GRAMMAR.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            alternatives[line[1:-1]] = current = []
        elif line and not line.startswith("#"):
            current += line.split(" | ")
    return alternatives


TEXTS = read_grammar()
FIRST_NAMES = [(name, False) for name in TEXTS["man"]] + [(name, True) for name in TEXTS["woman"]]


def _symbol(name: str, texts: list[str]) -> Symbol:
    words = not any(text.endswith((".", "!", "?")) for text in texts)
    offset = ZIPF["mood" if re.search(r"[+-]~?$", name) else "word"] if words else len(texts) / 2
    return Symbol([_template(text) for text in texts], running_sums(len(texts), offset), words)


def _template(text: str) -> Template:
    pieces = re.split(r"\{(!?\w+)\}", text)
    return tuple(
        Slot(piece.lstrip("!"), piece.startswith("!")) if i % 2 else piece for i, piece in enumerate(pieces)
    )


# ------------------------------------------------------------------ films
class Person(NamedTuple):
    """Somebody who makes films; `fame` says how good these are, from -1 to 1."""

    name: str
    female: bool
    fame: float


@dataclass(frozen=True)
class Film:
    """A film that was never made; `quality` is the share of praise among its reviews."""

    genre: str
    quality: float
    facts: dict[str, str]


def people(dice: Dice, n: int) -> list[Person]:
    """Invent people."""
    names: dict[str, Person] = {}
    while len(names) < n:
        first, female = dice.one(FIRST_NAMES)
        name = f"{first} {surname(dice)}"
        names[name] = Person(name, female, 2 * dice.roll() - 1)
    return list(names.values())


def surname(dice: Dice) -> str:
    """Invent a surname."""
    return re.sub(r"(.)\1\1", r"\1\1", dice.one(TEXTS["surname start"]) + dice.one(TEXTS["surname end"]))


def town(dice: Dice) -> str:
    """Invent a town."""
    return f"{dice.one(TEXTS['town start'])} {dice.one(TEXTS['town end'])}"


def title(dice: Dice) -> str:
    """Invent the title of a film."""
    noun, other = dice.shuffled(TEXTS["title noun"])[:2]
    names = {"n": noun, "n2": other, "a": dice.one(TEXTS["title adjective"])}
    return dice.one(TEXTS["title"]).format(t=town(dice), f=dice.one(FIRST_NAMES)[0], **names)


def films(dice: Dice, n: int, actors: Sequence[Person], directors: Sequence[Person]) -> list[Film]:
    """Invent films, each with another title."""
    known: dict[str, Film] = {}
    often = running_sums(len(actors), 20)
    while len(known) < n:
        cast: list[Person] = []
        while len(cast) < 4:
            actor = dice.weighted(actors, often)
            cast += [] if actor in cast else [actor]
        director, genre, name = dice.one(directors), dice.one(list(GENRES)), title(dice)
        fame = (2 * director.fame + sum(actor.fame for actor in cast)) / 6
        quality = 0.5 + 2 * REPUTATION * fame + GENRES[genre]
        known.setdefault(name, Film(genre, min(0.9, max(0.1, quality)), _facts(dice, name, director, cast)))
    return list(known.values())


def _facts(dice: Dice, name: str, director: Person, cast: Sequence[Person]) -> dict[str, str]:
    star, costar, *others = cast
    real = {person.name.split()[0] for person in cast}
    names = [(first, female) for first, female in FIRST_NAMES if first not in real]
    hero = dice.one([first for first, female in names if female == star.female])
    second = dice.one([first for first, female in names if female == costar.female and first != hero])
    his, her = (SHE if star.female else HE), (SHE if costar.female else HE)
    return {
        "title": name,
        "year": str(1930 + int(dice.roll() * 78)),
        "director": director.name,
        "dirlast": director.name.split()[-1],
        "star": star.name,
        "costar": costar.name,
        "actor": others[0].name,
        "actor2": others[1].name,
        "hero": hero,
        "second": second,
        "villain": f"{dice.one(['Baron', 'Doctor', 'Count', 'Madame', 'Colonel', 'Mister', 'Lady', 'Old'])} "
        f"{surname(dice)}",
        "town": town(dice),
        "town2": town(dice),
        **his,
        "she": her["he"],
        "herp": her["his"],
        "her": her["him"],
    }


# ------------------------------------------------------------------ writing
@dataclass(frozen=True)
class Mood:
    """What is to be said: praise or blame, and whether mildly."""

    praise: bool
    mild: bool = False

    def turned(self) -> "Mood":
        """Say the opposite, and not only mildly."""
        return Mood(not self.praise)


@dataclass
class Writer:
    """Writes about one film, without saying the same twice if it can."""

    dice: Dice
    symbols: dict[str, Symbol]
    film: Film
    live: Mapping[str, Sequence[str]]
    mixed: bool = False
    plain: bool = False
    said: set[str | Template] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def write(self, symbol: str, mood: Mood) -> str:
        """Expand a symbol into text."""
        if symbol in self.film.facts:
            return self._fact(symbol)
        if symbol in self.live:
            return self.dice.one(self.live[symbol])
        template = self._pick(self._version(symbol, mood))
        return "".join(
            piece
            if isinstance(piece, str)
            else self.write(piece.symbol, mood.turned() if piece.turned else mood)
            for piece in template
        )

    def _fact(self, symbol: str) -> str:
        """Name a thing or a person; actors and directors by their surname from the second time on."""
        fact = self.film.facts[symbol]
        if symbol not in ("star", "costar", "actor", "actor2", "director"):
            return fact
        short = fact in self.named and self.dice.chance(0.8)
        self.named.add(fact)
        return fact.split()[-1] if short else fact

    def _version(self, symbol: str, mood: Mood) -> Symbol:
        """Choose between a symbol's versions: negated, mild, in praise or blame, of one genre, plain."""
        symbols, signed = self.symbols, symbol + "-+"[mood.praise]
        for negated in (f"{symbol} not", f"{signed[:-1]} not{signed[-1]}"):
            if negated in symbols and self.dice.chance(SHARE_NEGATED_PLAIN if self.plain else SHARE_NEGATED):
                return symbols[negated]
        if f"{signed}~" in symbols and (mood.mild or self.dice.chance(SHARE_MILD)):
            return symbols[f"{signed}~"]
        by_genre = f"{symbol} {self.film.genre}"
        return symbols[next(name for name in (signed, by_genre, symbol) if name in symbols)]

    def _pick(self, symbol: Symbol) -> Template:
        """Draw an alternative, another one than before if that can be had in a few draws."""
        for _ in range(3 if symbol.words else 9):
            template = self.dice.weighted(symbol.templates, symbol.upto)
            beginning = str(template[0])[:9]
            key = template if symbol.words or len(beginning) < 9 else beginning
            if key not in self.said:
                break
        if len(template) != 3 or template[0] or template[2]:  # not for a mere {symbol}
            self.said.add(key)
        return template


@dataclass(frozen=True)
class Review:
    """A review and its rating, 1 to 4 or 7 to 10 stars."""

    text: str
    rating: int
    film: str


def write_reviews(
    seed: int, n_train: int = N_TRAIN, n_test: int = N_TEST, plain: bool = False
) -> tuple[list[Review], list[Review]]:
    """Write the reviews to train on and to test with: blame and praise by turns, of different films.

    In plain ones nearly all remarks agree with the label and none is negated: what word vectors are learned
    from.
    """
    dice = Dice(seed)
    actors, directors, crew = (people(Dice(PEOPLE_SEED + n), n) for n in (240, 90, 400))
    catalogue = films(dice, (n_train + n_test) // 8, actors, directors)
    live = {
        "film": [film.facts["title"] for film in catalogue[:150]],
        "person": [person.name for person in crew],
    }
    symbols = {name: _symbol(name, texts) for name, texts in TEXTS.items()}
    half = len(catalogue) * n_train // (n_train + n_test)
    train, test = (
        list(_reviews(dice, symbols, some, live, n, plain))
        for some, n in ((catalogue[:half], n_train), (catalogue[half:], n_test))
    )
    return train, test


def _reviews(
    dice: Dice,
    symbols: dict[str, Symbol],
    catalogue: list[Film],
    live: Mapping[str, Sequence[str]],
    n: int,
    plain: bool,
) -> Iterator[Review]:
    chances = {
        praise: list(
            accumulate(
                (film.quality if praise else 1 - film.quality) / (rank + 8)
                for rank, film in enumerate(catalogue)
            )
        )
        for praise in (False, True)
    }
    seen: set[str] = set()
    for i in range(n):
        praise = i % 2 == 1
        rating = dice.one((7, 8, 9, 10, 10) if praise else (4, 3, 2, 1, 1))
        text = ""
        while not text or text in seen:
            film = dice.weighted(catalogue, chances[praise])
            film = replace(film, facts={**film.facts, "points": str(rating)})
            writer = Writer(dice, symbols, film, live, mixed=dice.chance(SHARE_MIXED), plain=plain)
            text = _review(writer, rating)
        seen.add(text)
        yield Review(text, rating, film.facts["title"])


def _review(writer: Writer, rating: int) -> str:
    """Write one review: how it came about, what happens, what it is like, what to think of it."""
    dice, length = writer.dice, _length(writer.dice.roll())
    parts = [
        _opening(writer, rating, length * PARTS["open"]) if length >= SHORT / 2 else [],
        _plot(writer, length * PARTS["plot"]) if length >= SHORT else [],
        _remarks(writer, rating, "aspect", length * PARTS["aspect"] if length >= SHORT / 2 else 0),
        _remarks(writer, rating, "verdict", max(length * PARTS["verdict"], 5)) + _last_words(writer, rating),
    ]
    if dice.chance(SHARE_OPINION_FIRST):
        parts[1], parts[2] = parts[2], parts[1]
    breaks = dice.chance(0.3)
    if writer.plain:
        parts.append([_sentence(writer, "blurb", Mood(rating > 5)) for _ in range(BLURBS)])
    text = ""
    for sentences in parts:
        if text and sentences:
            text += "<br /><br />" if breaks else " "
        text += " ".join(sentences)
    return careless(dice, text) if not writer.plain and dice.chance(SHARE_CARELESS) else text


def _opening(writer: Writer, rating: int, words: float) -> list[str]:
    first = "generic" if writer.dice.chance(SHARE_IMPRESSION) else "open"
    sentences = _remarks(writer, rating, "open", 1, symbol=first)
    if _count(sentences) < words and writer.dice.chance(SHARE_EXPECTING):
        sentences.append(_sentence(writer, "expect", Mood(writer.dice.chance(0.5))))
    return sentences


def _plot(writer: Writer, words: float) -> list[str]:
    neutral = Mood(praise=writer.dice.chance(0.5))
    sentences = [_sentence(writer, "setup", neutral)]
    while _count(sentences) < words and len(sentences) < 9:
        sentences.append(_sentence(writer, "plot", neutral))
    return sentences


def _remarks(writer: Writer, rating: int, place: str, words: float, symbol: str = "") -> list[str]:
    """Write remarks until there are so many words; how many agree with the label depends on the place."""
    praise, sentences = rating > 5, list[str]()
    agrees = AGREES[place] + {1: 1, 10: 1, 4: -1, 7: -1}.get(rating, 0) * AGREES_MORE
    if writer.plain:
        agrees = AGREES_PLAIN
    elif writer.mixed and place == "aspect":
        agrees = 0.5
    while _count(sentences) < words:
        agree = writer.dice.chance(agrees)
        mild = not agree and writer.dice.chance(SHARE_MILD_ASIDE)
        kind = symbol or (place if agree or writer.dice.chance(OPEN_ASIDE[place]) else "granted")
        sentences.append(_sentence(writer, kind, Mood(praise == agree, mild)))
    return sentences


def _last_words(writer: Writer, rating: int) -> list[str]:
    mood = Mood(rating > 5)
    sentences = [_sentence(writer, "goodbye", mood)] if writer.dice.chance(SHARE_GOODBYE) else []
    shit = SHARE_THE_SHIT if mood.praise else SHARE_SHIT
    symbols = [s for s, share in (("shit", shit), ("score", SHARE_SCORED)) if writer.dice.chance(share)]
    return sentences + [_sentence(writer, symbol, mood) for symbol in symbols]


def _sentence(writer: Writer, symbol: str, mood: Mood) -> str:
    return tidy(writer.write(symbol, mood))


def _count(sentences: list[str]) -> int:
    return sum(sentence.count(" ") + 1 for sentence in sentences)


def _length(share: float) -> float:
    for (low, short), (high, long) in pairwise(LENGTHS):
        if share <= high:
            return short + (long - short) * (share - low) / (high - low)
    return LENGTHS[-1][1]


# ------------------------------------------------------------------ spelling, right and wrong
_A_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeiouAEIO]|hour|honest|heir)(?!one|uni|use|eu|Eu)")
_START = re.compile(r"(^|[.!?] )([a-z])")
WRONG = {
    "definitely": "definately",
    "beautiful": "beautifull",
    "really": "realy",
    "believe": "beleive",
    "acting": "actign",
    "their": "thier",
    "terrible": "terribel",
    "ridiculous": "rediculous",
    "disappointing": "dissapointing",
    "embarrassing": "embarassing",
    "boring": "borring",
    "excellent": "excelent",
    "performance": "preformance",
    "recommend": "reccomend",
    "character": "charactor",
    "characters": "charachters",
    "especially": "expecially",
    "director": "directer",
    "scene": "sceen",
    "music": "musik",
    "until": "untill",
    "funny": "funy",
}


def tidy(text: str) -> str:
    """Put capitals where sentences begin, and an "an" before vowels."""
    text = _A_BEFORE_VOWEL.sub(r"\1n ", text)
    text = text.replace("boxs", "boxes").replace("watchs", "watches")
    return _START.sub(lambda match: match[1] + match[2].upper(), text)


def careless(dice: Dice, text: str) -> str:
    """Let fingers slip: misspellings, lost and swapped letters, at times no capitals."""
    if dice.chance(0.25):
        text = text.lower()
    words = text.split(" ")
    return " ".join(
        _slip(dice, word) if dice.chance(SHARE_SLIPS) else WRONG.get(word, word) for word in words
    )


def _slip(dice: Dice, word: str) -> str:
    if len(word) < 5 or not word.isalpha():
        return word
    i = 1 + int(dice.roll() * (len(word) - 2))
    return dice.one(
        (
            word[:i] + word[i + 1 :],
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
            word[:i] + word[i] * 2 + word[i + 1 :],
        )
    )
