"""Write short English sentences and their Turkish from a small bilingual grammar, the same for the same seed.

Turkish puts the verb at the end, leaves out "I", "you", "we" and "they", tells "the" from "a" by the ending
of the object, and says "in", "to" and "from" by endings too. The words are in `translations.toml`, all
endings come from `turkish`.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from dice import Dice
from toml_tables import table
from turkish import PERSONS, asked, attach, capital, noun, question, verb


class Subject(NamedTuple):
    """Who: in English, its person there and in Turkish, and in Turkish if it is said."""

    english: str
    be: str
    person: str
    turkish: str


class Verb(NamedTuple):
    """An English verb with its forms, the Turkish one, and what its object can be."""

    base: str
    third: str
    going: str
    past: str
    turkish: str
    objects: str


WORDS = table("translations.toml")
THINGS: dict[str, str] = WORDS["things"]
PLACES: dict[str, dict[str, str]] = WORDS["places"]
QUALITIES: dict[str, list[str]] = WORDS["qualities"]
SUBJECTS = [Subject(*row) for row in WORDS["subjects"]]
VERBS = [Verb(*row) for row in WORDS["verbs"]]
GIVE = Verb(*WORDS["give"])
CASES = {"at": "loc", "to": "dat", "from": "abl"}
TENSES = ("now", "past", "future")
CONJUGATED = list(product(TENSES, (False, True)))[:-1]  # a tense, and whether negated: never in the future
TIMES = {"past": ("yesterday", "dün"), "future": ("tomorrow", "yarın")}
Pair = tuple[str, str]


def write_pairs(seed: int) -> list[Pair]:
    """Write the sentences of all kinds, the short ones first, as in the original."""
    dice = Dice(seed)
    kinds = {
        "object": _objects,
        "question": _questions,
        "place": _places,
        "give": _gifts,
        "quality": _qualities,
        "state": _states,
        "there": _there,
        "have": _having,
    }
    n = WORDS["share"]
    drawn = {pair for kind, pairs in kinds.items() for pair in dice.shuffled(list(pairs()))[: n[kind]]}
    return sorted(drawn, key=lambda pair: (len(pair[0]), pair))


def _pair(english: str, turkish: str, mark: str = ".") -> Pair:
    """Make sentences of words."""
    english, turkish = " ".join(english.split()), " ".join(turkish.split())
    return english[0].upper() + english[1:] + mark, capital(turkish) + mark


def _said(who: Subject, does: Verb, tense: str, negative: bool = False) -> str:
    """Conjugate the English verb."""
    if tense == "future":
        return f"will {does.base}"
    if tense == "past":
        return f"did not {does.base}" if negative else does.past
    if does.going:
        return f"{who.be} {'not ' * negative}{does.going}"
    many = who.be != "is"
    if negative:
        return f"{'do' if many else 'does'} not {does.base}"
    return does.base if many else does.third


def _the(thing: str, owner: str = "the") -> Pair:
    """Name a certain object, in English and in the accusative."""
    return f"{owner} {thing}", noun(THINGS[thing], "acc", "" if owner == "the" else owner)


def _some(thing: str) -> Pair:
    """Name any object: a dog, water."""
    if thing in WORDS["mass"]:
        return thing, noun(THINGS[thing])
    return _a(thing), f"bir {noun(THINGS[thing])}"


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _objects() -> Iterator[Pair]:
    """Do something to something: I am reading the book. Kitabı okuyorum."""
    for who, does, (tense, negative) in product(SUBJECTS, VERBS, CONJUGATED):
        said = f"{who.english} {_said(who, does, tense, negative)}"
        done = verb(does.turkish, tense, who.person, negative)
        times = [("", ""), *([TIMES[tense]] if tense in TIMES and not negative else [])]
        for thing in does.objects.split():
            if who.english != f"the {thing}":
                for english, turkish in _ways(who, does, thing, negative):
                    for when, ne_zaman in times:
                        yield _pair(f"{said} {english} {when}", f"{who.turkish} {ne_zaman} {turkish} {done}")


def _ways(who: Subject, does: Verb, thing: str, negative: bool) -> Iterator[Pair]:
    """Name what is done something to: the dog, my dog, a dog."""
    yield _the(thing)
    if who.english in ("I", "we") and does.base in WORDS["owned"]:
        yield _the(thing, "my" if who.english == "I" else "our")
    if not negative and does.base != "love":
        yield _some(thing)


def _questions() -> Iterator[Pair]:
    """Ask what is done: "Did you find the key?" is "Anahtarı buldun mu?"."""
    for who, does, tense in product(SUBJECTS, VERBS, TENSES):
        for thing in does.objects.split():
            if who.english not in ("I", "we", f"the {thing}"):
                english, turkish = _the(thing)
                done = question(does.turkish, tense, who.person)
                yield _pair(f"{_ask(who, does, tense)} {english}", f"{who.turkish} {turkish} {done}", "?")


def _ask(who: Subject, does: Verb, tense: str) -> str:
    if tense == "now" and does.going:
        return f"{who.be} {who.english} {does.going}"
    do = {"now": "does" if who.be == "is" else "do", "past": "did", "future": "will"}[tense]
    return f"{do} {who.english} {does.base}"


def _places() -> Iterator[Pair]:
    """Go and be somewhere: We went to school. Okula gittik."""
    going = [Verb(*row) for row in WORDS["going"]]
    for who, does, (tense, negative) in product(SUBJECTS, going, CONJUGATED):
        said = f"{who.english} {_said(who, does, tense, negative)}"
        done = verb(does.turkish, tense, who.person, negative)
        for way, (place, names) in product(does.objects.split(), PLACES.items()):
            yield _pair(f"{said} {names[way]}", f"{who.turkish} {noun(place, CASES[way])} {done}")


def _gifts() -> Iterator[Pair]:
    """Give something: Ali gave the book to the teacher. Ali kitabı öğretmene verdi."""
    receivers = {english: noun(stem, "dat", owner) for english, (stem, owner) in WORDS["receivers"].items()}
    for who, tense, thing, whom in product(SUBJECTS, TENSES, GIVE.objects.split(), receivers):
        if who.english != whom:
            english, turkish = _the(thing)
            said, done = _said(who, GIVE, tense), verb(GIVE.turkish, tense, who.person)
            given = f"{who.turkish} {turkish} {receivers[whom]} {done}"
            yield _pair(f"{who.english} {said} {english} to {whom}", given)


def _qualities() -> Iterator[Pair]:
    """Say what something is like: The house is not big. Ev büyük değil."""
    for quality, (adjective, things) in QUALITIES.items():
        for thing in things.split():
            name = noun(THINGS[thing])
            yield _pair(f"the {thing} is {quality}", f"{name} {adjective}")
            yield _pair(f"the {thing} is not {quality}", f"{name} {adjective} değil")
            yield _pair(f"is the {thing} {quality}", f"{name} {asked(adjective)}", "?")
            yield _pair(f"the {thing} was {quality}", f"{name} {attach(adjective, '(y)DI')}")
            if thing not in WORDS["mass"]:
                yield _pair(f"my {thing} is {quality}", f"{noun(THINGS[thing], '', 'my')} {adjective}")


def _states() -> Iterator[Pair]:
    """Say and ask how and where somebody is: I am tired. Yorgunum."""
    at_places = {names["at"]: noun(place, "loc") for place, names in PLACES.items()}
    for who, (english, turkish) in product(SUBJECTS, (WORDS["states"] | at_places).items()):
        is_, ending = f"{who.english} {who.be}", PERSONS[who.person]
        yield _pair(f"{is_} {english}", f"{who.turkish} {attach(turkish, ending)}")
        yield _pair(f"{is_} not {english}", f"{who.turkish} {turkish} {attach('değil', ending)}")
        if who.english not in ("I", "we", "they"):
            ask = f"{who.be} {who.english} {english}"
            yield _pair(ask, f"{who.turkish} {asked(turkish, who.person)}", "?")


def _there() -> Iterator[Pair]:
    """Say what there is: There is a cat in the garden. Bahçede bir kedi var."""
    for thing, (place, names) in product(WORDS["counted"][1:], PLACES.items()):
        where, at, name = noun(place, "loc"), names["at"], noun(THINGS[thing])
        yield _pair(f"there is {_a(thing)} {at}", f"{where} bir {name} var")
        yield _pair(f"there is no {thing} {at}", f"{where} {name} yok")
        for quality, (adjective, things) in QUALITIES.items():
            if thing in things.split():
                yield _pair(f"there is {_a(quality)} {thing} {at}", f"{where} {adjective} bir {name} var")


def _having() -> Iterator[Pair]:
    """Say what somebody has: I have a dog. Bir köpeğim var."""
    for thing, (has, has_not, name, owner) in product(WORDS["counted"], WORDS["owners"]):
        whose = noun(name, "gen") if name else ""
        owned = noun(THINGS[thing], "", owner)
        yield _pair(f"{has} {_a(thing)}", f"{whose} bir {owned} var")
        yield _pair(f"{has_not} {_a(thing)}", f"{whose} {owned} yok")
