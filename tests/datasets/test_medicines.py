"""The names of medicines are what a network can learn letter by letter: small letters, each name once."""

import re

from lecture9_utils import load_medicines


def test_each_name_is_one_word_of_small_letters_and_there_once_in_order() -> None:
    names = load_medicines()
    assert len(names) == 889
    assert names == sorted(set(names))
    assert [name for name in names if not re.fullmatch("[a-z]{5,20}", name)] == []


def test_a_list_that_is_changed_does_not_change_the_next() -> None:
    load_medicines().clear()
    assert "warfarin" in load_medicines()
