"""Turkish words and their endings: vowel harmony, softening, cases, possessives, tenses, persons, questions.

An ending is written as grammars write it. A is a or e, and I is ı, i, u or ü, after the word's last vowel; D
is t after a voiceless consonant and d elsewhere. A consonant in brackets is there only after a vowel, a vowel
in brackets only after a consonant. A stem with ~ softens its last consonant before a vowel: kitap~, kitabı. A
name with ' keeps its ending apart: Ankara', Ankara'da.

Göksel, Kerslake (2005), "Turkish: a comprehensive grammar".
"""

import re

VOWELS, FRONT, VOICELESS = "aeıioöuü", "eiöü", "fstkçşhp"
HARMONY = dict(zip("aıeioöuü", "ııiiuüuü", strict=True))  # of I, by the vowel before
SOFT = dict(zip("pçtk", "bcdğ", strict=True))
CASES = {"": "", "acc": "(y)I", "dat": "(y)A", "loc": "DA", "abl": "DAn", "gen": "(n)In"}
OWNERS = {"my": "(I)m", "your": "(I)n", "his": "(s)I", "our": "(I)mIz", "their": "lArI"}
PERSONS = {"I": "(y)Im", "you": "sIn", "he": "", "we": "(y)Iz", "they": "lAr"}  # geliyorum, geleceğim
PAST_PERSONS = {"I": "m", "you": "n", "he": "", "we": "k", "they": "lAr"}  # geldim


def attach(stem: str, ending: str) -> str:
    """Add an ending to a stem, with or without ~ or ' after it.

    Examples
    --------
    >>> attach("kitap~", "(y)I"), attach("araba", "(s)I"), attach("ağaç~", "DA"), attach("Ali'", "(y)A")
    ('kitabı', 'arabası', 'ağaçta', "Ali'ye")
    """
    word = _lower(stem.rstrip("~'"))
    added = ""
    for optional, letter in re.findall(r"\((\w)\)|(\w)", ending):
        so_far = word + added
        if optional and (optional in "AI") == (so_far[-1] in VOWELS):
            continue
        added += _sound(optional or letter, so_far)
    if not added:
        return stem.rstrip("~'")
    if stem.endswith("~") and added[0] in VOWELS:
        return stem[:-2] + SOFT[stem[-2]] + added
    return stem.rstrip("~") + added


def _sound(letter: str, word: str) -> str:
    """Turn A, I and D into what they are after a word."""
    vowel = next(c for c in reversed(word) if c in VOWELS)
    if letter == "A":
        return "e" if vowel in FRONT else "a"
    if letter == "I":
        return HARMONY[vowel]
    if letter == "D":
        return "t" if word[-1] in VOICELESS else "d"
    return letter


def _lower(word: str) -> str:
    return word.replace("İ", "i").replace("I", "ı").lower()


def capital(sentence: str) -> str:
    """Begin with a capital, of which i has one with a dot."""
    first = {"i": "İ", "ı": "I"}.get(sentence[0], sentence[0].upper())
    return first + sentence[1:]


def noun(stem: str, case: str = "", owner: str = "", plural: bool = False) -> str:
    """Decline a noun: kitap, kitabı, kitabım, kitabımı, kitaplar.

    Examples
    --------
    >>> noun("kitap~", "acc", "my"), noun("araba", "loc", "his"), noun("köpek~", "acc", plural=True)
    ('kitabımı', 'arabasında', 'köpekleri')
    """
    word = attach(stem, "lAr") if plural else stem
    if not owner:
        return attach(word, CASES[case])
    owned = attach(word, OWNERS[owner].removeprefix("lAr" if plural else ""))
    third = owner in ("his", "their") and case
    return attach(owned, "n" + re.sub(r"\(.\)", "", CASES[case]) if third else CASES[case])


def verb(stem: str, tense: str, person: str = "he", negative: bool = False) -> str:
    """Conjugate a verb: tense is "now" (geliyor), "past" (geldi) or "future" (gelecek).

    Examples
    --------
    >>> verb("bekle", "now", "I"), verb("git~", "past", "we"), verb("yaz", "future", "you", negative=True)
    ('bekliyorum', 'gittik', 'yazmayacaksın')
    """
    return attach(_base(stem, tense, negative), (PAST_PERSONS if tense == "past" else PERSONS)[person])


def question(stem: str, tense: str, person: str = "he") -> str:
    """Ask with a verb: mi comes before the person, but after it in the past and after -ler.

    Examples
    --------
    >>> question("gel", "now", "you"), question("oku", "past", "you"), question("al", "future", "they")
    ('geliyor musun', 'okudun mu', 'alacaklar mı')
    """
    if tense == "past" or person == "they":
        return asked(verb(stem, tense, person))
    return asked(_base(stem, tense, False).rstrip("~"), person)


def asked(word: str, person: str = "he") -> str:
    """Put the word for questions behind a word: evde mi, evde misin."""
    particle = "m" + _sound("I", _lower(word))
    return f"{word} {attach(particle, PERSONS[person])}"


def _base(stem: str, tense: str, negative: bool) -> str:
    """Give the third person, without ending; that of the future softens."""
    if negative:
        stem = attach(stem, "mA")
    if tense == "past":
        return attach(stem, "DI")
    if tense == "future":
        return attach({"ye": "yi", "de": "di"}.get(stem, stem), "(y)AcAk") + "~"
    if stem[-1] in "ae":  # bekle, bekliyor; ye, yiyor
        rest = stem[:-1]
        return rest + _sound("I", rest if re.search(f"[{VOWELS}]", rest) else stem) + "yor"
    return attach(stem, "(I)yor")
