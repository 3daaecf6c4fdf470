"""Write short English sentences and their Turkish from a small bilingual grammar, the same for the same seed.

Turkish puts the verb at the end, leaves out "I", "you", "we" and "they", tells "the" from "a" by the ending
of the object, and says "in", "to" and "from" by endings too. All endings come from `turkish`.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from reviews import Dice
from turkish import PERSONS, asked, attach, capital, noun, question, verb

SHARE = {  # how many sentences of each kind
    "object": 1500,
    "question": 420,
    "place": 800,
    "give": 180,
    "quality": 260,
    "state": 150,
    "there": 200,
    "have": 170,
}
THINGS = {
    "book": "kitap~",
    "letter": "mektup~",
    "newspaper": "gazete",
    "water": "su",
    "tea": "çay",
    "milk": "süt",
    "bread": "ekmek~",
    "apple": "elma",
    "egg": "yumurta",
    "fish": "balık~",
    "dog": "köpek~",
    "cat": "kedi",
    "bird": "kuş",
    "horse": "at",
    "house": "ev",
    "car": "araba",
    "tree": "ağaç~",
    "door": "kapı",
    "window": "pencere",
    "box": "kutu",
    "bag": "çanta",
    "key": "anahtar",
    "flower": "çiçek~",
    "song": "şarkı",
    "shirt": "gömlek~",
    "bicycle": "bisiklet",
    "friend": "arkadaş",
    "teacher": "öğretmen",
    "doctor": "doktor",
    "child": "çocuk~",
    "bus": "otobüs",
    "train": "tren",
}
MASS = ("water", "tea", "milk", "bread")
COUNTED = (
    "friend",
    "dog",
    "cat",
    "bird",
    "horse",
    "car",
    "house",
    "book",
    "key",
    "bag",
    "bicycle",
    "box",
    "flower",
)
PEOPLE = {  # in English, and in Turkish in the dative
    "the child": noun("çocuk~", "dat"),
    "the teacher": noun("öğretmen", "dat"),
    "the doctor": noun("doktor", "dat"),
    "my friend": noun("arkadaş", "dat", "my"),
}


class Verb(NamedTuple):
    """An English verb with its forms, the Turkish one, and what its object can be."""

    base: str
    third: str
    going: str
    past: str
    turkish: str
    objects: str = ""


VERBS = (
    Verb("read", "reads", "reading", "read", "oku", "book letter newspaper"),
    Verb("write", "writes", "writing", "wrote", "yaz", "book letter song"),
    Verb("drink", "drinks", "drinking", "drank", "iç", "water tea milk"),
    Verb("eat", "eats", "eating", "ate", "ye", "bread apple egg fish"),
    Verb("buy", "buys", "buying", "bought", "al", "house car horse bread flower shirt bicycle newspaper"),
    Verb("look for", "looks for", "looking for", "looked for", "ara", "key dog cat bag doctor child"),
    Verb("find", "finds", "finding", "found", "bul", "key dog cat bag child letter"),
    Verb("wait for", "waits for", "waiting for", "waited for", "bekle", "bus train teacher doctor child"),
    Verb("open", "opens", "opening", "opened", "aç", "door window box letter"),
    Verb("close", "closes", "closing", "closed", "kapat", "door window box bag"),
    Verb("wash", "washes", "washing", "washed", "yıka", "car dog shirt apple window"),
    Verb("want", "wants", "", "wanted", "iste", "water tea milk bread apple book bicycle"),
    Verb("love", "loves", "", "loved", "sev", "dog cat horse house teacher song"),
)
GOING = (
    Verb("go", "goes", "going", "went", "git~", "to"),
    Verb("run", "runs", "running", "ran", "koş", "to"),
    Verb("walk", "walks", "walking", "walked", "yürü", "to"),
    Verb("come", "comes", "coming", "came", "gel", "from"),
    Verb("return", "returns", "returning", "returned", "dön", "from to"),
    Verb("work", "works", "working", "worked", "çalış", "at"),
    Verb("sleep", "sleeps", "sleeping", "slept", "uyu", "at"),
    Verb("play", "plays", "playing", "played", "oyna", "at"),
)
OWNED = ("read", "sell", "look for", "find", "open", "close", "wash")  # what one can do to one's own things
GIVE = Verb("give", "gives", "giving", "gave", "ver", "book letter apple key flower box newspaper")
PLACES = {  # in Turkish: at, to and from it in English
    "ev": ("at home", "home", "from home"),
    "okul": ("at school", "to school", "from school"),
    "bahçe": ("in the garden", "to the garden", "from the garden"),
    "park": ("in the park", "to the park", "from the park"),
    "pazar": ("at the market", "to the market", "from the market"),
    "köy": ("in the village", "to the village", "from the village"),
    "orman": ("in the forest", "to the forest", "from the forest"),
    "hastane": ("at the hospital", "to the hospital", "from the hospital"),
    "köprü": ("on the bridge", "to the bridge", "from the bridge"),
    "mutfak~": ("in the kitchen", "to the kitchen", "from the kitchen"),
    "Ankara'": ("in Ankara", "to Ankara", "from Ankara"),
    "İzmir'": ("in Izmir", "to Izmir", "from Izmir"),
}
CASE = {"at": "loc", "to": "dat", "from": "abl"}


class Subject(NamedTuple):
    """Who: in English, its person there and in Turkish, and in Turkish if it is said."""

    english: str
    be: str
    person: str
    turkish: str


PRONOUNS = (
    Subject("I", "am", "I", ""),
    Subject("you", "are", "you", ""),
    Subject("he", "is", "he", "o"),
    Subject("she", "is", "he", "o"),
    Subject("we", "are", "we", ""),
    Subject("they", "are", "they", ""),
)
NAMED = (
    Subject("Ali", "is", "he", "Ali"),
    Subject("Zeynep", "is", "he", "Zeynep"),
    Subject("my mother", "is", "he", "annem"),
    Subject("my father", "is", "he", "babam"),
    Subject("the teacher", "is", "he", "öğretmen"),
    Subject("the child", "is", "he", "çocuk"),
    Subject("the children", "are", "he", "çocuklar"),  # the verb keeps the singular: çocuklar geliyor
)
SUBJECTS = PRONOUNS + NAMED
TENSES = {"now": ("", ""), "past": ("yesterday", "dün"), "future": ("tomorrow", "yarın")}
QUALITIES = {
    "big": ("büyük", "house car dog horse tree box bag window"),
    "small": ("küçük", "house car cat bird box bag child key"),
    "new": ("yeni", "house car book shirt bicycle door teacher"),
    "old": ("eski", "house car book shirt bicycle door letter"),
    "beautiful": ("güzel", "house horse bird flower song tree"),
    "expensive": ("pahalı", "house car bread shirt bicycle bag"),
    "cheap": ("ucuz", "car bread shirt bicycle apple tea"),
    "clean": ("temiz", "house car shirt window water"),
    "cold": ("soğuk", "water tea milk house"),
    "red": ("kırmızı", "car apple flower shirt door bag"),
}
STATES = {
    "happy": "mutlu",
    "tired": "yorgun",
    "ill": "hasta",
    "hungry": "aç",
    "ready": "hazır",
    "sad": "üzgün",
    "rich": "zengin",
}
OWNERS = (  # of something: English, a name in Turkish, whose ending it takes
    ("I have", "I do not have", "", "my"),
    ("you have", "you do not have", "", "your"),
    ("we have", "we do not have", "", "our"),
    ("Ali has", "Ali does not have", "Ali'", "his"),
    ("Zeynep has", "Zeynep does not have", "Zeynep'", "his"),
)
Pair = tuple[str, str]


def write(seed: int) -> list[Pair]:
    """Write the sentences of all kinds, the short ones first, as in the original."""
    dice = Dice(seed)
    kinds = {
        "object": _objects(),
        "question": _questions(),
        "place": _places(),
        "give": _gifts(),
        "quality": _qualities(),
        "state": _states(),
        "there": _there(),
        "have": _having(),
    }
    drawn = [pair for kind, pairs in kinds.items() for pair in dice.shuffled(list(pairs))[: SHARE[kind]]]
    return sorted(set(drawn), key=lambda pair: (len(pair[0]), pair))


def _pair(english: str, turkish: str, mark: str = ".") -> Pair:
    words = " ".join(turkish.split())
    return english[0].upper() + english[1:] + mark, capital(words) + mark


def _said(who: Subject, verb_: Verb, tense: str, negative: bool) -> str:
    """Conjugate the English verb."""
    if tense == "future":
        return f"will {'not ' * negative}{verb_.base}"
    if tense == "past":
        return f"did not {verb_.base}" if negative else verb_.past
    if verb_.going:
        return f"{who.be} {'not ' * negative}{verb_.going}"
    many = who.be != "is"
    if negative:
        return f"{'do' if many else 'does'} not {verb_.base}"
    return verb_.base if many else verb_.third


def _the(thing: str, owner: str = "the") -> tuple[str, str]:
    """Name a certain object, in English and in the accusative."""
    return f"{owner} {thing}", noun(THINGS[thing], "acc", "" if owner == "the" else owner)


def _some(thing: str) -> tuple[str, str]:
    """Name any object: a dog, water."""
    if thing in MASS:
        return thing, noun(THINGS[thing])
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}", f"bir {noun(THINGS[thing])}"


def _objects() -> Iterator[Pair]:
    """Do something to something: I am reading the book. Kitabı okuyorum."""
    for who, does, tense, negative in product(SUBJECTS, VERBS, TENSES, (False, True)):
        if negative and tense == "future":
            continue
        said = _said(who, does, tense, negative)
        done = verb(does.turkish, tense, who.person, negative)
        when, when_turkish = ("", "") if negative else TENSES[tense]
        for thing in does.objects.split():
            if who.english != f"the {thing}":
                for english, turkish in _ways(who, does, thing, negative):
                    yield _pair(f"{who.english} {said} {english}", f"{who.turkish} {turkish} {done}")
                    if when:
                        yield _pair(
                            f"{who.english} {said} {english} {when}",
                            f"{who.turkish} {when_turkish} {turkish} {done}",
                        )


def _ways(who: Subject, does: Verb, thing: str, negative: bool) -> Iterator[Pair]:
    """Name what is done something to: the dog, my dog, a dog."""
    yield _the(thing)
    if who.english in ("I", "we") and does.base in OWNED:
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
    now = "do" if who.be != "is" else "does"
    return f"{ {'now': now, 'past': 'did', 'future': 'will'}[tense] } {who.english} {does.base}"


def _places() -> Iterator[Pair]:
    """Go and be somewhere: We went to school. Okula gittik."""
    for who, does, tense, negative in product(SUBJECTS, GOING, TENSES, (False, True)):
        if negative and tense == "future":
            continue
        for way, (place, names) in product(does.objects.split(), PLACES.items()):
            english = names[list(CASE).index(way)]
            yield _pair(
                f"{who.english} {_said(who, does, tense, negative)} {english}",
                f"{who.turkish} {noun(place, CASE[way])} {verb(does.turkish, tense, who.person, negative)}",
            )


def _gifts() -> Iterator[Pair]:
    """Give something: Ali gave the book to the teacher. Ali kitabı öğretmene verdi."""
    for who, tense, thing, person in product(SUBJECTS, TENSES, GIVE.objects.split(), PEOPLE):
        if who.english != person:
            english, turkish = _the(thing)
            yield _pair(
                f"{who.english} {_said(who, GIVE, tense, False)} {english} to {person}",
                f"{who.turkish} {turkish} {PEOPLE[person]} {verb(GIVE.turkish, tense, who.person)}",
            )


def _qualities() -> Iterator[Pair]:
    """Say what something is like: The house is not big. Ev büyük değil."""
    for quality, (adjective, things) in QUALITIES.items():
        for thing in things.split():
            name = noun(THINGS[thing])
            yield _pair(f"the {thing} is {quality}", f"{name} {adjective}")
            yield _pair(f"the {thing} is not {quality}", f"{name} {adjective} değil")
            yield _pair(f"is the {thing} {quality}", f"{name} {asked(adjective)}", "?")
            yield _pair(f"the {thing} was {quality}", f"{name} {attach(adjective, '(y)DI')}")
            if thing not in MASS:
                yield _pair(f"my {thing} is {quality}", f"{noun(THINGS[thing], '', 'my')} {adjective}")


def _states() -> Iterator[Pair]:
    """Say and ask how and where somebody is: I am tired. Yorgunum."""
    at_places = {names[0]: noun(place, "loc") for place, names in PLACES.items()}
    for who, (english, turkish) in product(SUBJECTS, (STATES | at_places).items()):
        ending = PERSONS[who.person]
        yield _pair(f"{who.english} {who.be} {english}", f"{who.turkish} {attach(turkish, ending)}")
        yield _pair(
            f"{who.english} {who.be} not {english}", f"{who.turkish} {turkish} {attach('değil', ending)}"
        )
        if who.english not in ("I", "we", "they"):
            yield _pair(
                f"{who.be} {who.english} {english}", f"{who.turkish} {asked(turkish, who.person)}", "?"
            )


def _there() -> Iterator[Pair]:
    """Say what there is: There is a cat in the garden. Bahçede bir kedi var."""
    for thing, (place, names) in product(COUNTED[1:], PLACES.items()):
        where, at = noun(place, "loc"), names[0]
        yield _pair(f"there is {_some(thing)[0]} {at}", f"{where} {_some(thing)[1]} var")
        yield _pair(f"there is no {thing} {at}", f"{where} {noun(THINGS[thing])} yok")
        for quality, (adjective, things) in QUALITIES.items():
            if thing in things.split():
                article = "an" if quality[0] in "aeiou" else "a"
                yield _pair(
                    f"there is {article} {quality} {thing} {at}",
                    f"{where} {adjective} bir {noun(THINGS[thing])} var",
                )


def _having() -> Iterator[Pair]:
    """Say what somebody has: I have a dog. Bir köpeğim var."""
    for thing, (has, has_not, name, owner) in product(COUNTED, OWNERS):
        whose = noun(name, "gen") if name else ""
        owned = noun(THINGS[thing], "", owner)
        yield _pair(f"{has} {_some(thing)[0]}", f"{whose} bir {owned} var")
        yield _pair(f"{has_not} {_some(thing)[0]}", f"{whose} {owned} yok")
