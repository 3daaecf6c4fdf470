"""Invent films, and the people who make them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from dice import Dice, running_sums
from grammar import CALIBRATION, ROLES, TEXTS

GENRES: dict[str, float] = CALIBRATION["genres"]
FIRST_NAMES = [(name, False) for name in TEXTS["man"]] + [(name, True) for name in TEXTS["woman"]]
PRONOUNS = (("he", "his", "him"), ("she", "her", "her"))


class Person(NamedTuple):
    """Somebody who makes films; `fame` says how good these are, from -1 to 1."""

    name: str
    female: bool
    fame: float


class Film(NamedTuple):
    """A film that was never made; `quality` is the share of praise among its reviews."""

    genre: str
    quality: float
    facts: dict[str, str]


def invent_people(dice: Dice, n: int) -> list[Person]:
    """Invent people, each with another name."""
    names: dict[str, Person] = {}
    while len(names) < n:
        first, female = dice.one(FIRST_NAMES)
        name = f"{first} {_surname(dice)}"
        names[name] = Person(name, female, 2 * dice.roll() - 1)
    return list(names.values())


def invent_films(dice: Dice, n: int, actors: Sequence[Person], directors: Sequence[Person]) -> list[Film]:
    """Invent films, each with another title."""
    films: dict[str, Film] = {}
    often = running_sums(len(actors), 20)
    while len(films) < n:
        cast: list[Person] = []
        while len(cast) < 4:
            actor = dice.weighted(actors, often)
            cast += [] if actor in cast else [actor]
        director, genre, title = dice.one(directors), dice.one(list(GENRES)), _title(dice)
        fame = (2 * director.fame + sum(actor.fame for actor in cast)) / 6
        quality = 0.5 + 2 * CALIBRATION["reputation"] * fame + GENRES[genre]
        film = Film(genre, min(0.9, max(0.1, quality)), _facts(dice, title, director, cast))
        films.setdefault(title, film)
    return list(films.values())


def _surname(dice: Dice) -> str:
    return re.sub(r"(.)\1\1", r"\1\1", dice.one(TEXTS["surname start"]) + dice.one(TEXTS["surname end"]))


def _town(dice: Dice) -> str:
    return f"{dice.one(TEXTS['town start'])} {dice.one(TEXTS['town end'])}"


def _title(dice: Dice) -> str:
    noun, other = dice.shuffled(TEXTS["title noun"])[:2]
    names = {"n": noun, "n2": other, "a": dice.one(TEXTS["title adjective"])}
    return dice.one(TEXTS["title"]).format(t=_town(dice), f=dice.one(FIRST_NAMES)[0], **names)


def _facts(dice: Dice, title: str, director: Person, cast: Sequence[Person]) -> dict[str, str]:
    """Name what {star}, {hero}, {town}, … stand for; heroes have the sex of their actors, not the names."""
    star, costar, *_ = cast
    real = {person.name.split()[0] for person in cast}
    names = [(first, female) for first, female in FIRST_NAMES if first not in real]
    hero = dice.one([first for first, female in names if female == star.female])
    second = dice.one([first for first, female in names if female == costar.female and first != hero])
    facts = {role: person.name for role, person in zip(ROLES, (*cast, director), strict=True)}
    facts |= zip(("he", "his", "him"), PRONOUNS[star.female], strict=True)
    facts |= zip(("she", "herp", "her"), PRONOUNS[costar.female], strict=True)
    return facts | {
        "title": title,
        "dirlast": director.name.split()[-1],
        "hero": hero,
        "second": second,
        "year": str(1930 + int(dice.roll() * 78)),
        "villain": f"{dice.one(TEXTS['villain title'])} {_surname(dice)}",
        "town": _town(dice),
        "town2": _town(dice),
    }
