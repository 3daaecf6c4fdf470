"""Write synthetic film reviews from the grammar, in the shares that `film_reviews.toml` sets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from dice import Dice
from films import Film, invent_films, invent_people
from grammar import CALIBRATION, SHARE, Mood, Writer

N_TRAIN, N_TEST = CALIBRATION["train"], CALIBRATION["test"]
PARTS: dict[str, dict[str, float]] = CALIBRATION["parts"]
LENGTHS: list[tuple[float, float]] = CALIBRATION["lengths"]
MISSPELLED: dict[str, str] = CALIBRATION["misspelled"]


class Review(NamedTuple):
    """A review and its rating, 1 to 4 or 7 to 10 stars."""

    text: str
    rating: int
    film: str


def write_reviews(
    seed: int, n_train: int = N_TRAIN, n_test: int = N_TEST
) -> tuple[list[Review], list[Review]]:
    """Write the reviews to train on and to test with: blame and praise by turns, of different films."""
    dice = Dice(seed)
    actors, directors, crew = (invent_people(Dice(CALIBRATION["people_seed"] + n), n) for n in (240, 90, 400))
    films = invent_films(dice, (n_train + n_test) // 8, actors, directors)
    titles = [film.facts["title"] for film in films[:150]]
    others = {"film": titles, "person": [person.name for person in crew]}
    half = len(films) * n_train // (n_train + n_test)
    train = list(_reviews(dice, films[:half], others, n_train))
    return train, list(_reviews(dice, films[half:], others, n_test))


def _reviews(
    dice: Dice, films: Sequence[Film], others: Mapping[str, Sequence[str]], n: int
) -> Iterator[Review]:
    praised = list(accumulate(film.quality / (rank + 8) for rank, film in enumerate(films)))
    blamed = list(accumulate((1 - film.quality) / (rank + 8) for rank, film in enumerate(films)))
    seen = {""}
    for i in range(n):
        praise, text = i % 2 == 1, ""
        rating = dice.one((7, 8, 9, 10, 10) if praise else (4, 3, 2, 1, 1))
        while text in seen:
            film = dice.weighted(films, praised if praise else blamed)
            facts = film.facts | {"points": str(rating)}
            mixed = dice.chance(SHARE["mixed"])
            text = Reviewer(dice, film.genre, facts, others, rating, mixed).review()
        seen.add(text)
        yield Review(text, rating, film.facts["title"])


@dataclass
class Reviewer(Writer):
    """Writes one review; one that is mixed has as much for as against the film, but in the verdict."""

    rating: int
    mixed: bool

    def review(self) -> str:
        """Write how the film was come by, what happens in it, what it is like, what to think of it."""
        dice, length, short = self.dice, _length(self.dice.roll()), CALIBRATION["short"]
        words = {part: length * PARTS[part]["words"] for part in PARTS}
        parts = [
            self._opening(words["open"]) if length >= short / 2 else [],
            self._plot(words["plot"]) if length >= short else [],
            self._remarks("aspect", words["aspect"] if length >= short / 2 else 0),
            self._remarks("verdict", max(words["verdict"], 5)) + self._last_words(),
        ]
        if dice.chance(SHARE["opinion_first"]):
            parts[1], parts[2] = parts[2], parts[1]
        between = "<br /><br />" if dice.chance(0.3) else " "
        text = between.join(" ".join(sentences) for sentences in parts if sentences)
        return text if not dice.chance(SHARE["careless"]) else careless(dice, text)

    def _label(self) -> Mood:
        return Mood(self.rating > 5)

    def _opening(self, words: float) -> list[str]:
        first = "generic" if self.dice.chance(SHARE["impression"]) else "open"
        sentences = self._remarks("open", 1, symbol=first)
        if _count(sentences) < words and self.dice.chance(SHARE["expecting"]):
            sentences.append(self.sentence("expect", Mood(self.dice.chance(0.5))))
        return sentences

    def _plot(self, words: float) -> list[str]:
        neutral = Mood(self.dice.chance(0.5))
        sentences = [self.sentence("setup", neutral)]
        while _count(sentences) < words and len(sentences) < 9:
            sentences.append(self.sentence("plot", neutral))
        return sentences

    def _remarks(self, part: str, words: float, symbol: str = "") -> list[str]:
        """Write remarks until there are so many words; how many agree with the label depends on the part."""
        sentences: list[str] = []
        more = {1: 1, 10: 1, 4: -1, 7: -1}.get(self.rating, 0) * CALIBRATION["agrees_more"]
        agrees = PARTS[part]["agrees"] + more
        if self.mixed and part == "aspect":
            agrees = 0.5
        while _count(sentences) < words:
            agree = self.dice.chance(agrees)
            mild = not agree and self.dice.chance(SHARE["mild_aside"])
            kind = symbol or (part if agree or self.dice.chance(PARTS[part]["outright"]) else "granted")
            sentences.append(self.sentence(kind, Mood(self._label().praise == agree, mild)))
        return sentences

    def _last_words(self) -> list[str]:
        sentences = [self.sentence("goodbye", self._label())] if self.dice.chance(SHARE["goodbye"]) else []
        shit = SHARE["the_shit" if self._label().praise else "shit"]
        symbols = [s for s, share in (("shit", shit), ("score", SHARE["scored"])) if self.dice.chance(share)]
        return sentences + [self.sentence(symbol, self._label()) for symbol in symbols]


def _count(sentences: list[str]) -> int:
    return sum(sentence.count(" ") + 1 for sentence in sentences)


def _length(share: float) -> float:
    """Give the length in words that this share of the reviews does not exceed."""
    (low, short), (high, long) = next(pair for pair in pairwise(LENGTHS) if share <= pair[1][0])
    return short + (long - short) * (share - low) / (high - low)


def careless(dice: Dice, text: str) -> str:
    """Let fingers slip: misspellings, lost and swapped letters, at times no capitals."""
    if dice.chance(0.25):
        text = text.lower()
    return " ".join(
        _slip(dice, word) if dice.chance(SHARE["slips"]) else MISSPELLED.get(word, word)
        for word in text.split(" ")
    )


def _slip(dice: Dice, word: str) -> str:
    if len(word) < 5 or not word.isalpha():
        return word
    i = 1 + int(dice.roll() * (len(word) - 2))
    lost, swapped = word[:i] + word[i + 1 :], word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return dice.one((lost, swapped, word[:i] + word[i] * 2 + word[i + 1 :]))
