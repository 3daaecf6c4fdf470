"""Turkish forms: made ones against those of grammars and dictionaries, in turkish_forms.toml."""

import tomllib
from pathlib import Path

import pytest
import turkish
from hypothesis import given
from hypothesis import strategies as st

FORMS = tomllib.loads(Path(__file__).with_name("turkish_forms.toml").read_text(encoding="utf-8"))
SWITCHES = ("plural", "negative")


def rows(kind: str) -> list[list[str]]:
    return [line.split() for line in FORMS[kind].splitlines()]


def test_nouns() -> None:
    for stem, *forms in rows("nouns"):
        made = [turkish.noun(stem, case) for case in ("", "acc", "dat", "loc", "abl", "gen")]
        made += [turkish.noun(stem, case, owner) for case, owner in (("", "my"), ("acc", "his"), ("", "our"))]
        assert [form for form in forms if form != "-"] == made[: -3 if "-" in forms else None]


def test_verbs() -> None:
    tenses = ("now", "past", "future")
    for stem, *forms in rows("verbs"):
        made = [turkish.verb(stem, tense, "I") for tense in tenses]
        made += [turkish.verb(stem, tense, negative=True) for tense in tenses]
        made += [turkish.verb(stem, *asked) for asked in zip(tenses, ("you", "they", "they"), strict=True)]
        assert forms == made


@pytest.mark.parametrize(
    ("form", "function", "given"), [(form, f, given) for form, f, *given in FORMS["others"]]
)
def test_other_forms(form: str, function: str, given: list[str]) -> None:
    switches = {switch: True for switch in SWITCHES if switch in given}
    words = [word for word in given if word not in SWITCHES]
    assert getattr(turkish, function)(*words, **switches) == form


@given(
    st.sampled_from([stem for stem, *_ in rows("nouns")]),
    st.sampled_from(list(turkish.CASES)),
    st.sampled_from(["", *turkish.OWNERS]),
    st.booleans(),
)
def test_endings_have_vowels_like_the_stem_s_last(stem: str, case: str, owner: str, plural: bool) -> None:
    last = max(map(stem.rfind, turkish.VOWELS))
    vowels = [letter for letter in turkish.noun(stem, case, owner, plural)[last:] if letter in turkish.VOWELS]
    assert len({vowel in turkish.FRONT for vowel in vowels}) == 1
