"""Write twelve small books by two authors who never lived, the same ones for the same seed.

Both tell the same kind of story in the same world: two people meet somewhere, one shows the other a thing,
they talk about it and part. A scene keeps its people, place, weather and thing, and its steps come in order,
so that a sentence tells something of the next one. The authors differ in style alone: `STYLES`.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reviews import Dice

BOOKS = {  # the author's titles
    "Hepzibah Quillfeather": (
        "The Heiress of Saltmarsh",
        "Mr Pennefold's Inheritance",
        "A Season at Wexcombe",
        "The Curate and the Comet",
        "Constancy Rewarded",
        "The House at Long Reach",
    ),
    "Gus Flintwick": (
        "Low Water",
        "Nobody Asked the Ferryman",
        "The Tin Whistle",
        "Nine Miles of Bad Road",
        "Salt and Matches",
        "The Man from Upriver",
    ),
}
CHAPTERS, SCENES = 6, 5  # in a book; in a chapter


class Style(NamedTuple):
    """How an author writes: each number is the share of cases in which it is done."""

    when_first: float  # "At dusk, Clara walked to the mill", not "Clara walked to the mill at dusk"
    where_first: float
    how_inside: float  # "Clara, with some care, walked to the mill"
    turned: float  # "cried the gulls", "replied Clara", not "the gulls cried", "Clara replied"
    joined: float  # two clauses in a sentence
    old_words: float  # "upon" and "whilst", not "on" and "while"
    aside: float  # a word on what is told
    pronoun: float  # "she", where Clara was the last one named
    full: float  # each of how, where and when is told
    joints: tuple[str, ...]
    asides: tuple[str, ...]


STYLES = {
    "Hepzibah Quillfeather": Style(
        when_first=0.85,
        where_first=0.75,
        how_inside=0.75,
        turned=0.85,
        joined=0.55,
        old_words=0.65,
        aside=0.2,
        pronoun=0.35,
        full=0.75,
        joints=("; and ", "; yet ", ", for ", ", while ", "; but "),
        asides=("indeed", "it must be owned", "as everybody knew", "to be sure", "of course"),
    ),
    "Gus Flintwick": Style(
        when_first=0.12,
        where_first=0.1,
        how_inside=0.12,
        turned=0.12,
        joined=0.2,
        old_words=0.06,
        aside=0.15,
        pronoun=0.6,
        full=0.5,
        joints=(" and ", " - ", ", and then ", ", but ", " while "),
        asides=("of course", "as everybody knew", "anyhow", "sure enough", "then"),
    ),
}
OLD_WORDS = {
    "on": "upon",
    "while": "whilst",
    "toward": "towards",
    "among": "amongst",
    "said": "replied",
    "looked": "gazed",
    "carried": "bore",
}

PEOPLE = {
    "she": "Clara Edith Ruth Harriet Agnes Lydia Martha Susan Flora Judith Nell Ada",
    "he": "Robert Silas Edmund Walter Jonas Hugh Arthur Miles Simon Ralph Toby Abel",
}
HIS = {"she": "her", "he": "his"}
ELDERS = (
    "the captain | the widow | the doctor | the magistrate | the old sexton | the colonel | the ferryman | "
    "the governess | the notary | the landlord"
)

PLACES = {  # where it is; what stands there; what happens there: who / does what / where
    "the harbour": (
        "at",
        "the nets | the bollards | the crane | the lobster pots",
        "the gulls / cried / above the quay",
        "the tide / turned / under the boats",
        "a boat / came in / with torn sails",
        "the water / smelled of tar and weed / along the quay",
    ),
    "the mill": (
        "at",
        "the handcart | the sacks | the sluice | the millstones",
        "the wheel / turned / in the stream",
        "the flour / drifted / over the sacks",
        "the water / roared / under the sluice",
        "the miller's dog / barked / behind the sacks",
    ),
    "the church": (
        "in",
        "the font | the organ | the pews | the pulpit",
        "the bell / rang / in the tower",
        "the candles / burned low / before the altar",
        "the organ / groaned / above the pews",
        "a psalm / ended / behind the pulpit",
    ),
    "the garden": (
        "in",
        "the hedge | the sundial | the bench | the beehives",
        "the bees / hummed / among the roses",
        "the petals / dropped / on the lawn",
        "a thrush / sang / in the hedge",
        "the gardener's spade / rang / against a stone",
    ),
    "the station": (
        "at",
        "the weighing machine | the bench | the signal box | the luggage",
        "the signal / fell / beyond the platform",
        "a train / whistled / in the cutting",
        "the porter / slept / among the luggage",
        "the steam / cleared / along the platform",
    ),
    "the library": (
        "in",
        "the ladder | the shelves | the globe | the writing desk",
        "the dust / settled / on the shelves",
        "a page / rustled / under the reading lamp",
        "the ladder / creaked / against the shelves",
        "a moth / circled / around the reading lamp",
    ),
    "the forest": (
        "in",
        "the fallen oak | the tree stump | the charcoal kiln | the milestone",
        "an owl / called / above the ferns",
        "a branch / snapped / behind the oak",
        "the brook / murmured / under the ferns",
        "a fox / slipped / through the ferns",
    ),
    "the market": (
        "at",
        "the apple stall | the pump | the ribbon stall | the fish barrels",
        "a fiddler / played / beside the pump",
        "the ribbons / fluttered / over the stalls",
        "the fishwives / quarrelled / behind the barrels",
        "a goose / escaped / under the stalls",
    ),
    "the inn": (
        "in",
        "the settle | the long table | the back stairs | the barrels",
        "the fire / crackled / in the hearth",
        "the tankards / clinked / on the tables",
        "a song / began / in the taproom",
        "the landlord's cat / slept / before the hearth",
    ),
    "the lighthouse": (
        "at",
        "the spiral stairs | the great lamp | the rail | the oil cans",
        "the lamp / swept / across the sea",
        "the waves / broke / on the rocks",
        "the stairs / rang / under their boots",
        "the wind / howled / around the gallery",
    ),
}
THINGS = {  # what is done with it; a part of it; what is told of it
    "letter": (
        "opened | read | folded | refused",
        "the seal | the ink | the signature",
        "it was written in haste",
    ),
    "key": (
        "turned over | weighed | polished | pocketed",
        "the rust | the teeth | the tag",
        "it fits no door here",
    ),
    "ring": (
        "tried on | turned over | polished | refused",
        "the stone | the engraving | the gold",
        "it was made for a bride",
    ),
    "map": (
        "unrolled | read | folded | copied",
        "the coast | the cross | the margin",
        "it shows an island",
    ),
    "violin": (
        "tuned | played | polished | praised",
        "the strings | the bow | the varnish",
        "it was made in Cremona",
    ),
    "watch": (
        "wound | opened | polished | pocketed",
        "the hands | the chain | the dial",
        "it stopped at midnight",
    ),
    "portrait": (
        "unwrapped | turned over | praised | covered",
        "the eyes | the frame | the signature",
        "it shows a stranger",
    ),
    "will": (
        "unrolled | read | copied | refused",
        "the clause | the witness | the date",
        "it names another heir",
    ),
}
WEATHER = {
    "rain": ("fell", "stopped"),
    "fog": ("thickened", "lifted"),
    "wind": ("rose", "dropped"),
    "sun": ("shone", "sank"),
    "snow": ("drifted", "melted"),
    "frost": ("glittered", "gave way"),
}
WHEN = (
    "at dusk | at dawn | at noon | in the evening | on Sunday | after supper | before breakfast | on Monday"
)
HOW = (
    "with some care | with great reluctance | in silence | with a sigh | with a smile | in some haste | "
    "without a word | with trembling fingers | in perfect calm | with open delight"
)
ASK, REPLY = ("ask",), ("reply",)
SCENE = (  # the steps, each in some versions: who / does what / how / where / when; ! must be told
    (
        "{x} / came / {how} / !to {place} / {when}",
        "{x} / walked / {how} / !toward {place} / {when}",
        "{x} / returned / {how} / !to {place} / {when}",
    ),
    (
        "the {weather} / {rises} / / over {place} / {when}",
        "the {weather} / {rises} / / around {place} / {when}",
    ),
    ("{event}",),
    (
        "{x} / looked at {spot} / {how} / {at} {place} /",
        "{x} / noticed {spot} / / {at} {place} /",
        "{x} / leaned / {how} / !against {spot} /",
    ),
    (
        "{y} / stood / {how} / !near {spot2} /",
        "{y} / waited / {how} / !behind {spot2} /",
        "{y} / appeared / {how} / !near {spot2} /",
    ),
    (
        "{y} / held out the {thing} / {how} / on {yhis} palm /",
        "{y} / laid the {thing} / {how} / !on {spot2} /",
        "{y} / produced the {thing} / {how} / from under {yhis} coat /",
    ),
    ASK,
    REPLY,
    (
        "{x} / {handled} the {thing} / {how} / near {spot2} /",
        "{x} / {handled} the {thing} / {how} / {at} {place} /",
    ),
    (
        "{x} / studied {part} of the {thing} / {how} / near {spot2} /",
        "{x} / touched {part} of the {thing} / {how} / /",
    ),
    (
        "{event2}",
        "the {weather} / {sinks} / / over {place} / {when}",
    ),
    (
        "{x} / hid the {thing} / {how} / behind {spot} /",
        "{y} / thought of {elder} / {how} / /",
        "{y} / spoke of {elder} / {how} / near {spot} /",
    ),
    (
        "{x} / left {place} / {how} / / {when2}",
        "{y} / carried the {thing} / {how} / out of {place} / {when2}",
    ),
)
OPTIONAL = (1, 3, 9, 10, 11)  # steps that are told in a share of the scenes
SHARE_OPTIONAL = 0.65
TALK = (
    ("Where did you find the {thing}?", "I found it behind {spot}"),
    ("Whose {thing} is this?", "It belonged to {elder}"),
    ("Have you shown the {thing} to {elder}?", "I have shown it to nobody but you"),
    ("What do you know of this {thing}?", "I know that {told}"),
    ("Why did you bring the {thing} to {place}?", "I was afraid of {elder}"),
    ("Will you sell me the {thing}?", "I will not part with it, for {told}"),
)


class Clause(NamedTuple):
    """What is told: who does what, and how, where and when, as far as it is known."""

    who: str
    does: str
    how: str
    where: str
    when: str


def write(seed: int) -> dict[str, str]:
    """Write all books: the text of each by its place, books/<Author>/<Title>.md."""
    dice = Dice(seed)
    return {
        f"books/{author}/{title}.md".replace(" ", "_"): _book(title, author, dice)
        for author, titles in BOOKS.items()
        for title in titles
    }


def _book(title: str, author: str, dice: Dice) -> str:
    """Write a book: its header, and chapters of a paragraph a scene."""
    people = [(name, sex) for sex, names in PEOPLE.items() for name in dice.shuffled(names.split())[:2]]
    things, elders = dice.shuffled(list(THINGS))[:3], dice.shuffled(_listed(ELDERS))[:2]
    header = f"# Title: {title}\n\n## Author: {author} (synthetic: no such person wrote this)\n\n-------"
    parts = [header]
    for chapter in range(1, CHAPTERS + 1):
        parts.append(f"## Chapter {chapter}")
        for _ in range(SCENES):
            (x, x_sex), (y, y_sex) = dice.shuffled(
                [people[dice.roll() < 0.5], people[2 + (dice.roll() < 0.5)]]
            )
            facts = _facts(dice, dice.one(things), dice.one(elders)) | {
                "x": x,
                "y": y,
                "yhis": HIS[y_sex],
            }
            parts.append(" ".join(_sentences(facts, {x: x_sex, y: y_sex}, STYLES[author], dice)))
    return "\n\n".join(parts) + "\n"


def _facts(dice: Dice, thing: str, elder: str) -> dict[str, str]:
    """Draw what stays the same in a scene."""
    place = dice.one(list(PLACES))
    at, spots, *events = PLACES[place]
    handled, part, told = THINGS[thing]
    weather = dice.one(list(WEATHER))
    facts = {"place": place, "at": at, "thing": thing, "elder": elder, "told": told, "weather": weather}
    for name, some in (("spot", _listed(spots)), ("event", events), ("when", _listed(WHEN))):
        facts[name], facts[f"{name}2"] = dice.shuffled(some)[:2]
    facts["handled"], facts["part"] = dice.one(_listed(handled)), dice.one(_listed(part))
    facts["rises"], facts["sinks"] = WEATHER[weather]
    return facts


def _listed(words: str) -> list[str]:
    return words.split(" | ")


def _sentences(facts: Mapping[str, str], sexes: Mapping[str, str], style: Style, dice: Dice) -> Iterator[str]:
    """Tell a scene: some of its clauses are joined, but what is said stands alone."""
    sentence, goes_on = "", False
    for told, said in _steps(facts, sexes, style, dice):
        if goes_on and not said and dice.chance(style.joined):
            sentence += _in_words(dice.one(style.joints), style, dice) + told
        else:
            if sentence:
                yield _finished(sentence)
            aside = f"{dice.one(style.asides)}, " if not said and dice.chance(style.aside) else ""
            sentence, goes_on = aside + told, not said
    yield _finished(sentence)


def _steps(
    facts: Mapping[str, str], sexes: Mapping[str, str], style: Style, dice: Dice
) -> Iterator[tuple[str, bool]]:
    """Tell the steps of a scene, and whether each is something that is said."""
    question, answer = dice.one(TALK)
    last = ""
    for i, step in enumerate(SCENE):
        if step in (ASK, REPLY):
            line, last = (question, facts["x"]) if step == ASK else (answer, facts["y"])
            yield _speech(line.format(**facts), step == ASK, last, style, dice), True
        elif i not in OPTIONAL or dice.chance(SHARE_OPTIONAL):
            clause = _clause(dice.one(step), facts, style, dice)
            again = clause.who == last and dice.chance(style.pronoun)
            last = clause.who if clause.who in sexes else ""
            yield _told(clause._replace(who=sexes[last]) if again else clause, style, dice), False


def _clause(template: str, facts: Mapping[str, str], style: Style, dice: Dice) -> Clause:
    """Fill in a step; leave out some of how, where and when."""
    text = template.format(**{**facts, "how": dice.one(_listed(HOW))})
    who, does, *rest = (field.strip() for field in text.split("/"))
    if len(rest) == 1:  # of an event only the place is known
        rest = ["", *rest, ""]
    kept = [
        field.removeprefix("!") if field.startswith("!") or dice.chance(style.full) else "" for field in rest
    ]
    return Clause(who, does, *kept)


def _told(clause: Clause, style: Style, dice: Dice) -> str:
    """Put a clause into the author's order of words."""
    who, does, how, where, when = clause
    front: list[str] = []
    back: list[str] = []
    for words, share in ((when, style.when_first), (where, style.where_first)):
        if words:
            (front if dice.chance(share) else back).insert(0, words)
    inside = how != "" and dice.chance(style.how_inside)
    plain = not inside and " " not in does and who not in HIS
    turned = plain and where in front and dice.chance(style.turned)
    core = f"{does} {who}" if turned else f"{who}, {how}, {does}" if inside else f"{who} {does}"
    before = "".join(f"{words}, " for words in reversed(front))
    before = before.removesuffix(", ") + " " if turned else before
    after = [how, *back] if not inside else back
    return _in_words(" ".join([before + core, *filter(None, after)]), style, dice)


def _speech(line: str, asks: bool, who: str, style: Style, dice: Dice) -> str:
    """Tell what is said, and by whom: before or after, turned or not."""
    verb = "asked" if asks else _in_words("said", style, dice)
    if dice.chance(style.turned):
        return f'"{line}{"" if asks else ","}" {verb} {who}'
    return f'{who} {verb}, "{line}{"" if asks else "."}"'


def _in_words(text: str, style: Style, dice: Dice) -> str:
    """Choose between an old and a plain word."""
    words = text.split(" ")
    for i, word in enumerate(words):
        if word in OLD_WORDS and not _fixed(words, i) and dice.chance(style.old_words):
            words[i] = OLD_WORDS[word]
    return " ".join(words)


def _fixed(words: list[str], i: int) -> bool:
    """Tell whether a word's place is in a phrase: on Sunday, tried on."""
    return (i + 1 < len(words) and words[i + 1].startswith(("Sun", "Mon"))) or (
        i > 0 and words[i - 1] == "tried"
    )


def _finished(text: str) -> str:
    """Begin with a capital and end with a stop."""
    i = text.index(next(c for c in text if c.isalpha()))
    stop = "" if text.endswith(('."', '?"')) else "."
    return text[:i] + text[i].upper() + text[i + 1 :] + stop
