"""Expand the grammar in `grammar.txt` into sentences; its first lines explain its format."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from dice import Dice, running_sums
from toml_tables import table

CALIBRATION = table("film_reviews.toml")
SHARE = CALIBRATION["share"]
ROLES = ("star", "costar", "actor", "actor2", "director")
Template = tuple[str, ...]  # text and the names of symbols by turns


class Symbol(NamedTuple):
    """The alternatives of a symbol; `words` are drawn more unevenly than sentences."""

    templates: list[Template]
    upto: list[float]
    words: bool


class Mood(NamedTuple):
    """What is to be said: praise or blame, and whether mildly."""

    praise: bool
    mild: bool = False


def read_grammar() -> dict[str, list[str]]:
    """List the alternatives of each symbol."""
    alternatives: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("grammar.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            alternatives[line[1:-1]] = current = []
        elif line and not line.startswith("#"):
            current += line.split(" | ")
    return alternatives


def _symbol(name: str, texts: list[str]) -> Symbol:
    words = not any(text.endswith((".", "!", "?")) for text in texts)
    kind = "mood" if re.search(r"[+-]~?$", name) else "word"
    offset = CALIBRATION["zipf"][kind] if words else len(texts) / 2
    templates = [tuple(re.split(r"\{(!?\w+)\}", text)) for text in texts]
    return Symbol(templates, running_sums(len(texts), offset), words)


TEXTS = read_grammar()
SYMBOLS = {name: _symbol(name, texts) for name, texts in TEXTS.items()}


@dataclass
class Writer:
    """Writes about one film, without saying the same twice if it can.

    `facts` and the lists of `others` (films, people) are symbols too.
    """

    dice: Dice
    genre: str
    facts: Mapping[str, str]
    others: Mapping[str, Sequence[str]]
    said: set[str | Template] = field(init=False, default_factory=set)
    named: set[str] = field(init=False, default_factory=set)

    def sentence(self, symbol: str, mood: Mood) -> str:
        """Expand a symbol into a tidy sentence."""
        return tidy(self.write(symbol, mood))

    def write(self, symbol: str, mood: Mood) -> str:
        """Expand a symbol into text; what has a ! says the opposite, and not only mildly."""
        if symbol in self.facts:
            return self._fact(symbol)
        if symbol in self.others:
            return self.dice.one(self.others[symbol])
        pieces = list(self._pick(self._version(symbol, mood)))
        for i in range(1, len(pieces), 2):
            turned = pieces[i].startswith("!")
            pieces[i] = self.write(pieces[i].lstrip("!"), Mood(not mood.praise) if turned else mood)
        return "".join(pieces)

    def _fact(self, symbol: str) -> str:
        """Name a thing or a person; actors and directors by their surname from the second time on."""
        fact = self.facts[symbol]
        if symbol not in ROLES:
            return fact
        short = fact in self.named and self.dice.chance(0.8)
        self.named.add(fact)
        return fact.split()[-1] if short else fact

    def _version(self, symbol: str, mood: Mood) -> Symbol:
        """Choose between a symbol's versions: negated, mild, in praise or blame, of one genre."""
        sign = "-+"[mood.praise]
        for negated in (f"{symbol} not", f"{symbol} not{sign}"):
            if negated in SYMBOLS and self.dice.chance(SHARE["negated"]):
                return SYMBOLS[negated]
        mild = f"{symbol}{sign}~"
        if mild in SYMBOLS and (mood.mild or self.dice.chance(SHARE["mild"])):
            return SYMBOLS[mild]
        versions = (symbol + sign, f"{symbol} {self.genre}", symbol)
        return SYMBOLS[next(name for name in versions if name in SYMBOLS)]

    def _pick(self, symbol: Symbol) -> Template:
        """Draw an alternative, another one than before if that can be had in a few draws."""
        for _ in range(3 if symbol.words else 9):
            template = self.dice.weighted(symbol.templates, symbol.upto)
            beginning = template[0][:9]
            key = template if symbol.words or len(beginning) < 9 else beginning
            if key not in self.said:
                break
        if len(template) != 3 or template[0] or template[2]:  # not for a mere {symbol}
            self.said.add(key)
        return template


def tidy(text: str) -> str:
    """Put capitals where sentences begin, and an "an" before vowels."""
    text = re.sub(r"\b([Aa]) (?=[aeiouAEIO]|hour|honest|heir)(?!one|uni|use|eu|Eu)", r"\1n ", text)
    text = text.replace("boxs", "boxes").replace("watchs", "watches")
    return re.sub(r"(^|[.!?] )([a-z])", lambda match: match[1] + match[2].upper(), text)
