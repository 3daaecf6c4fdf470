"""Write twelve small books by two authors who never lived: `pastiches.toml` has their world and styles."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from dice import Dice
from toml_tables import table

WORLD = table("pastiches.toml")
PLAIN_WORDS = re.compile(rf"(?<!tried )(?<!\S)({'|'.join(WORLD['old_words'])})(?!\S| Sun| Mon)")
HIS = {"she": "her", "he": "his"}


class Clause(NamedTuple):
    """What is told: who does what, and how, where and when, as far as it is known."""

    who: str
    does: str
    how: str
    where: str
    when: str


def write_books(seed: int) -> dict[str, str]:
    """Write all books: the text of each by its place, books/<Author>/<Title>.md."""
    dice = Dice(seed)
    return {
        f"books/{author}/{title}.md".replace(" ", "_"): Author(author, dice).book(title)
        for author, known in WORLD["authors"].items()
        for title in known["titles"]
    }


class Author:
    """Tells stories in a style, which is made of habits, joints between clauses, and asides."""

    def __init__(self, name: str, dice: Dice):
        self.name, self.dice = name, dice
        self.style: dict[str, Any] = WORLD["authors"][name]

    def does(self, habit: str) -> bool:
        """Say whether a habit is followed this time."""
        return self.dice.chance(self.style["habits"][habit])

    def book(self, title: str) -> str:
        """Write a book: its header, and chapters of a paragraph a scene."""
        dice = self.dice
        people = [(name, sex) for sex, names in WORLD["people"].items() for name in dice.shuffled(names)[:2]]
        things, elders = dice.shuffled(list(WORLD["things"]))[:3], dice.shuffled(WORLD["elders"])[:2]
        author = f"## Author: {self.name} (synthetic: no such person wrote this)"
        parts = [f"# Title: {title}", author, "-------"]
        for chapter in range(1, WORLD["chapters"] + 1):
            parts.append(f"## Chapter {chapter}")
            for _ in range(WORLD["scenes"]):
                woman, man = people[dice.roll() < 0.5], people[2 + (dice.roll() < 0.5)]
                (x, x_sex), (y, y_sex) = dice.shuffled([woman, man])
                facts = self._facts(dice.one(things), dice.one(elders))
                facts |= {"x": x, "y": y, "yhis": HIS[y_sex]}
                parts.append(" ".join(self._sentences(facts, {x: x_sex, y: y_sex})))
        return "\n\n".join(parts) + "\n"

    def _facts(self, thing: str, elder: str) -> dict[str, str]:
        """Draw what stays the same in a scene."""
        dice = self.dice
        place, weather = dice.one(list(WORLD["places"])), dice.one(list(WORLD["weather"]))
        there, of_thing = WORLD["places"][place], WORLD["things"][thing]
        facts = {"place": place, "at": there["at"], "weather": weather, "thing": thing, "elder": elder}
        for name, some in (("spot", there["spots"]), ("event", there["events"]), ("when", WORLD["when"])):
            facts[name], facts[f"{name}2"] = dice.shuffled(some)[:2]
        facts["handled"], facts["part"] = dice.one(of_thing["handled"]), dice.one(of_thing["parts"])
        facts["rises"], facts["sinks"] = WORLD["weather"][weather]
        return facts | {"told": of_thing["told"]}

    def _sentences(self, facts: dict[str, str], sexes: dict[str, str]) -> Iterator[str]:
        """Tell a scene: some of its clauses are joined, but what is said stands alone."""
        sentence, goes_on = "", False
        for told, said in self._steps(facts, sexes):
            if goes_on and not said and self.does("joined"):
                sentence += self._in_words(self.dice.one(self.style["joints"])) + told
            else:
                if sentence:
                    yield _finished(sentence)
                aside = f"{self.dice.one(self.style['asides'])}, " if not said and self.does("aside") else ""
                sentence, goes_on = aside + told, not said
        yield _finished(sentence)

    def _steps(self, facts: dict[str, str], sexes: dict[str, str]) -> Iterator[tuple[str, bool]]:
        """Tell the steps of a scene, and whether each is something that is said."""
        talk = dict(zip(("question", "answer"), self.dice.one(WORLD["talk"]), strict=True))
        last = ""
        for step in WORLD["steps"]:
            if said := step.get("says"):
                last = facts["x" if said == "question" else "y"]
                yield self._speech(talk[said].format(**facts), last), True
            elif "share" not in step or self.dice.chance(step["share"]):
                clause = self._clause(self.dice.one(step["versions"]), facts)
                again = clause.who == last and self.does("pronoun")
                last = clause.who if clause.who in sexes else ""
                yield self._told(clause._replace(who=sexes[last]) if again else clause), False

    def _clause(self, template: str, facts: dict[str, str]) -> Clause:
        """Fill in a step; leave out some of how, where and when."""
        text = template.format(**facts, how=self.dice.one(WORLD["how"]))
        who, does, *rest = (field.strip() for field in text.split("/"))
        if len(rest) == 1:  # of an event only the place is known
            rest = ["", *rest, ""]
        kept = [field.removeprefix("!") if field[:1] == "!" or self.does("full") else "" for field in rest]
        return Clause(who, does, *kept)

    def _told(self, clause: Clause) -> str:
        """Put a clause into the author's order of words."""
        who, does, how, where, when = clause
        front: list[str] = []
        back: list[str] = []
        for habit, words in (("when_first", when), ("where_first", where)):
            if words:
                (front if self.does(habit) else back).insert(0, words)
        inside = how != "" and self.does("how_inside")
        plain = not inside and " " not in does and who not in HIS
        turned = plain and where in front and self.does("turned")
        core = f"{does} {who}" if turned else f"{who}, {how}, {does}" if inside else f"{who} {does}"
        before = ", ".join(reversed(front))
        if before:
            before += " " if turned else ", "
        after = back if inside else [how, *back]
        return self._in_words(" ".join([before + core, *filter(None, after)]))

    def _speech(self, line: str, who: str) -> str:
        """Tell what is said, and by whom: before or after, turned or not."""
        asks = line.endswith("?")
        verb = "asked" if asks else self._in_words("said")
        if self.does("turned"):
            return f'"{line}{"" if asks else ","}" {verb} {who}'
        return f'{who} {verb}, "{line}{"" if asks else "."}"'

    def _in_words(self, text: str) -> str:
        """Choose between an old and a plain word, but not in "on Sunday" and "tried on"."""

        def chosen(plain: re.Match[str]) -> str:
            return str(WORLD["old_words"][plain[0]]) if self.does("old_words") else plain[0]

        return PLAIN_WORDS.sub(chosen, text)


def _finished(text: str) -> str:
    """Begin with a capital and end with a stop."""
    i = text.index(next(c for c in text if c.isalpha()))
    stop = "" if text.endswith(('."', '?"')) else "."
    return text[:i] + text[i].upper() + text[i + 1 :] + stop
