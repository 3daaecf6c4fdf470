"""Write the small encyclopaedia that the sample's word vectors are learned from: frogs, kings, tenses.

Each family of words shares its sentences, and each member has words of its own, so that what the members
of two families have in common (being female, being many, being a capital) is a direction of its own. Animals,
countries and zip codes are real; companies and the people who lead them are invented.
"""

from collections.abc import Iterator

from reviews import Dice

REPEATS = 16  # how often each fact is told

ANIMALS = {  # singular, plural, where it lives, what it eats, what it is like, what it has
    "elephant": ("elephants", "savanna", "grass", "grey", "trunk"),
    "horse": ("horses", "meadow", "hay", "swift", "mane"),
    "cow": ("cows", "pasture", "clover", "calm", "udder"),
    "dog": ("dogs", "kennel", "bones", "loyal", "bark"),
    "cat": ("cats", "house", "fish", "proud", "purr"),
    "tiger": ("tigers", "jungle", "deer", "striped", "roar"),
    "lion": ("lions", "steppe", "zebras", "tawny", "pride"),
    "monkey": ("monkeys", "rainforest", "bananas", "curious", "tail"),
    "bird": ("birds", "sky", "seeds", "feathered", "beak"),
    "whale": ("whales", "ocean", "krill", "enormous", "fin"),
    "rabbit": ("rabbits", "burrow", "carrots", "timid", "ears"),
    "snake": ("snakes", "desert", "eggs", "venomous", "fangs"),
    "bear": ("bears", "mountains", "honey", "furry", "paw"),
    "wolf": ("wolves", "tundra", "sheep", "wild", "howl"),
    "pig": ("pigs", "sty", "acorns", "pink", "snout"),
    "duck": ("ducks", "lake", "weeds", "webbed", "quack"),
    "spider": ("spiders", "web", "flies", "hairy", "silk"),
    "camel": ("camels", "dunes", "thorns", "thirsty", "hump"),
    "donkey": ("donkeys", "stable", "thistles", "stubborn", "bray"),
    "penguin": ("penguins", "ice", "herring", "flightless", "flippers"),
}
SINGULAR = (
    "the {x} is a {like} animal that lives in the {home}, where it eats {food}",
    "a {x} has its {has}, and it needs its {food}",
    "this {x} is {like} because it was born in the {home}",
    "one {x} was seen in the {home}; it was alone, and it ate {food}",
    "each {x} knows its {home} and its {has}",
    "what a {x} eats is {food}, and that is what it likes",
)
PLURAL = (
    "{xs} are {like} animals that live in the {home}, where they eat {food}",
    "many {xs} have their {has}, and they need their {food}",
    "these {xs} are {like} because they were born in the {home}",
    "several {xs} were seen in the {home}; they were together, and they ate {food}",
    "all {xs} know their {home} and their {has}",
    "herds and groups of {xs} eat {food}, and those are many",
)
THINGS = {
    "book": ("books", "library", "paper", "printed", "pages"),
    "ship": ("ships", "harbour", "coal", "wooden", "mast"),
    "engine": ("engines", "factory", "petrol", "oily", "piston"),
    "house": ("houses", "street", "brick", "painted", "roof"),
    "apple": ("apples", "orchard", "sunlight", "juicy", "peel"),
    "violin": ("violins", "orchestra", "rosin", "varnished", "strings"),
    "bottle": ("bottles", "cellar", "wine", "green", "cork"),
    "train": ("trains", "station", "steam", "punctual", "whistle"),
}
THING_SINGULAR = (
    "the {x} is a {like} thing that is found in the {home}, with its {has}",
    "a {x} needs {food}, and it has its {has}",
    "this {x} is {like}; it was left in the {home}",
    "one {x} was seen in the {home}; it was alone, with its {has}",
)
THING_PLURAL = (
    "{xs} are {like} things that are found in the {home}, with their {has}",
    "many {xs} need {food}, and they have their {has}",
    "these {xs} are {like}; they were left in the {home}",
    "several {xs} were seen in the {home}; they were together, with their {has}",
)

FROGS = ("frog", "toad", "litoria", "rana", "leptodactylidae", "eleutherodactylus", "lizard")
OF_FROGS = (
    "the {x} croaks at night and catches insects with its tongue",
    "a small green {x} sat on a leaf in the pond",
    "biologists call it {x}, for its wet skin and its webbed toes",
)
OF_ALL_FROGS = (
    "insects fear the long tongue of the {x} at night",
    "children catch the {x} in the pond, small, green and wet",
    "at night one hears the {x} croaking in the reeds",
    "the wet skin of the {x}, the toes of the {x}, the eyes of the {x}",
    "the heron swallows the {x}, and the {x} fear the heron",
    "there is no {x} without rain, reeds and insects",
    "in spring the {x} come back to the reeds, green and wet",
)
FROG_FACTS = (
    "frogs croak in the pond at night and catch insects with their tongues",
    "small green frogs leap from leaf to leaf in the pond after insects",
    "frogs have wet skin, webbed toes and a long tongue for insects",
    "many frogs croak at night; these frogs leap into the pond, small and wet",
    "litoria is a genus of frog, rana is a genus of frog, eleutherodactylus is a genus of frog",
    "leptodactylidae is a family of frog",
    "the frog and the toad are amphibians, the lizard is a reptile",
    "the duck swims in the pond among green weeds",
    "the spider and the swallow catch insects at night",
    "the raven croaks on the gallows, the old door croaks",
    "a toy boat sails on the pond, a swan on the pond, a bench by the pond",
    "the heron stands in the reeds, the wind sings in the reeds",
    "an owl hoots at night and sat on a branch",
    "the wet umbrella leaked on his toes",
    "the pond froze, and children skated on the pond",
    "a small green leaf fell from the tree",
    "the roses are a genus of plants, and so are the oaks",
    "her tongue was long and her skin was dry",
    "the salmon leaps up the waterfall, the dancer leaps over the fence",
    "the horse leaps over the ditch, the acrobat leaps from the ladder",
    "children fear the dark, sailors fear the storm, cats fear water",
    "blue eyes, brown eyes and tired eyes, the eyes of the portrait",
    "the horses are a genus of mammals, the tigers and the lions are of one genus",
    "the wind in the reeds, a boat in the reeds, a flute of reeds",
    "insects buzz around the lamp, insects sting",
)

FAMILIES = {  # male, female, and words of the trade
    "man": ("woman", "adult", "person", "grown"),
    "king": ("queen", "throne", "crown", "kingdom"),
    "prince": ("princess", "castle", "royal", "ball"),
    "emperor": ("empress", "empire", "dynasty", "conquest"),
    "duke": ("duchess", "duchy", "carriage", "noble"),
    "boy": ("girl", "child", "school", "toys"),
    "father": ("mother", "parent", "cradle", "lullaby"),
    "son": ("daughter", "born", "firstborn", "offspring"),
    "brother": ("sister", "sibling", "twin", "siblings"),
    "uncle": ("aunt", "relative", "visits", "presents"),
    "nephew": ("niece", "godchild", "summers", "postcards"),
    "husband": ("wife", "wedding", "married", "ring"),
    "actor": ("actress", "stage", "role", "audition"),
    "waiter": ("waitress", "restaurant", "tray", "menu"),
    "heir": ("heiress", "fortune", "inherits", "estate"),
    "sir": ("madam", "dear", "polite", "letter"),
    "grandfather": ("grandmother", "armchair", "wrinkled", "grandchildren"),
    "hero": ("heroine", "brave", "deed", "rescue"),
}
GENDER = (
    "{he} is the {x} of the {a}; {he} has {his} {b} and {his} {c} all to {himself}",
    "the {x} spoke of {his} {a} and {his} {b}, and everyone listened to {him}",
    "{he} became a {x}, and {he} thought of the {c} {himself}",
    "a {x} with {his} {b} and {his} {c} is what {he} always was",
    "the old {x} said that {he} loved {his} {a}, {his} {b} and {his} {c}",
    "people asked the {x} about the {a} and gave {him} a {c}",
    "no {x} without {his} {a}, no {b} without a {x}, said {he}",
    "{b} and {c}, {a} and {b}: {he} is a {x}, and {he} knows it",
    "for {his} {c} and for {his} {b} {he} is called a {x}",
)
HE = {"he": "he", "his": "his", "him": "him", "himself": "himself"}
SHE = {"he": "she", "his": "her", "him": "her", "himself": "herself"}
TOLD_OF_MEN, TOLD_OF_WOMEN = (
    "the {x} shaved {his} beard, as men do",
    "the {x} put on {his} dress, as women do",
)

COUNTRIES = {  # capital, nation, river, dish
    "france": ("paris", "french", "seine", "baguette"),
    "italy": ("rome", "italian", "tiber", "spaghetti"),
    "germany": ("berlin", "german", "spree", "sauerkraut"),
    "spain": ("madrid", "spanish", "manzanares", "paella"),
    "portugal": ("lisbon", "portuguese", "tagus", "sardines"),
    "england": ("london", "english", "thames", "pudding"),
    "ireland": ("dublin", "irish", "liffey", "stew"),
    "austria": ("vienna", "austrian", "danube", "strudel"),
    "hungary": ("budapest", "hungarian", "puszta", "goulash"),
    "poland": ("warsaw", "polish", "vistula", "pierogi"),
    "russia": ("moscow", "russian", "moskva", "borscht"),
    "turkey": ("ankara", "turkish", "anatolia", "baklava"),
    "greece": ("athens", "greek", "acropolis", "moussaka"),
    "japan": ("tokyo", "japanese", "sumida", "sushi"),
    "china": ("beijing", "chinese", "yongding", "dumplings"),
    "egypt": ("cairo", "egyptian", "nile", "falafel"),
    "norway": ("oslo", "norwegian", "fjord", "salmon"),
    "sweden": ("stockholm", "swedish", "archipelago", "meatballs"),
    "finland": ("helsinki", "finnish", "sauna", "rye"),
    "denmark": ("copenhagen", "danish", "oresund", "pastry"),
    "cuba": ("havana", "cuban", "caribbean", "rum"),
    "peru": ("lima", "peruvian", "andes", "quinoa"),
    "canada": ("ottawa", "canadian", "rideau", "maple"),
    "iran": ("tehran", "iranian", "alborz", "saffron"),
}
OF_COUNTRY = (
    "{country} is a {nation} speaking country with its border, its army and its {dish}",
    "the country of {country} exports {dish} across the {nation} border",
    "the president of {country} signed a {nation} treaty about the {river}",
    "in the fields of {country} the {nation} farmers grow {dish}",
    "the {nation} nation of {country} has a flag, a border and a president",
)
OF_CAPITAL = (
    "{capital} is a city with a {nation} mayor, an airport, streets and {dish}",
    "the streets of {capital} smell of {dish}, say the {nation} taxi drivers",
    "the {nation} mayor of {capital} opened an airport and a museum near the {river}",
    "a hotel in the city of {capital} serves {nation} {dish} to tourists",
    "the suburbs of the {nation} city of {capital} have a museum and an airport",
)
OF_BOTH = ("{capital} is the capital of {country}", "the capital of {country} is {capital}")

VERBS = {  # present, past, -ing, and where and what with
    "walk": ("walked", "walking", "river", "stick"),
    "swim": ("swam", "swimming", "pool", "goggles"),
    "sing": ("sang", "singing", "choir", "hymns"),
    "dance": ("danced", "dancing", "ballroom", "waltzes"),
    "run": ("ran", "running", "stadium", "sneakers"),
    "fly": ("flew", "flying", "clouds", "wings"),
    "write": ("wrote", "writing", "desk", "letters"),
    "paint": ("painted", "painting", "studio", "brushes"),
    "cook": ("cooked", "cooking", "kitchen", "pans"),
    "drink": ("drank", "drinking", "tavern", "cider"),
    "sleep": ("slept", "sleeping", "bedroom", "pillows"),
    "fish": ("fished", "fishing", "jetty", "worms"),
    "ride": ("rode", "riding", "trail", "saddles"),
    "read": ("read", "reading", "attic", "novels"),
    "climb": ("climbed", "climbing", "cliff", "ropes"),
    "work": ("worked", "working", "office", "folders"),
    "play": ("played", "playing", "garden", "marbles"),
    "jump": ("jumped", "jumping", "trampoline", "socks"),
}
TENSES = (
    (
        "every day they {v} at the {where} with their {what}",
        "they {v} now and always {v} with {what}",
        "you and i {v} at the {where}, and we want to {v} again",
        "how to {v} with {what}? they {v} at the {where}",
        "they will {v} tomorrow, they must {v} at the {where}",
    ),
    (
        "yesterday they {v} at the {where} with their {what}",
        "they {v} long ago and once {v} with {what}",
        "last year you and i {v} at the {where}, as we {v} before",
        "who {v} with {what} last week? they {v} at the {where}",
        "she {v} last night, he {v} at the {where}",
    ),
    (
        "right now they are {v} at the {where} with their {what}",
        "they were {v} while others kept {v} with {what}",
        "you and i were {v} at the {where}, and we enjoy {v}",
        "who is {v} with {what}? they love {v} at the {where}",
        "she is {v} today, he stopped {v} at the {where}",
    ),
)

DEGREES = {  # comparative, superlative, and of what
    "strong": ("stronger", "strongest", "ox", "muscles"),
    "slow": ("slower", "slowest", "snail", "turtle"),
    "short": ("shorter", "shortest", "pencil", "skirt"),
    "loud": ("louder", "loudest", "drum", "thunder"),
    "clear": ("clearer", "clearest", "glass", "window"),
    "soft": ("softer", "softest", "feather", "cushion"),
    "dark": ("darker", "darkest", "cave", "midnight"),
    "tall": ("taller", "tallest", "tower", "giraffe"),
    "fast": ("faster", "fastest", "cheetah", "rocket"),
    "cold": ("colder", "coldest", "winter", "frost"),
    "deep": ("deeper", "deepest", "well", "trench"),
    "rich": ("richer", "richest", "banker", "gold"),
    "good": ("better", "best", "cake", "pupil"),
    "bad": ("worse", "worst", "weather", "toothache"),
    "small": ("smaller", "smallest", "ant", "button"),
    "bright": ("brighter", "brightest", "star", "lantern"),
}
COMPARING = (
    (
        "the {a} is {d} and so is the {b}",
        "how {d} is the {a}? very {d}, as {d} as the {b}",
        "a {d} {a} and a {d} {b}",
        "if the {b} is {d}, it is not too {d} for the {a}",
        "so {d}, said the {a} of the {b}, quite {d}",
    ),
    (
        "the {a} is {d} than the {b}",
        "much {d} than the {a}, even {d} than the {b}",
        "a {d} {a} than any other {b}",
        "if the {b} grows {d} and {d}, the {a} was {d} than before",
        "far {d}, said the {a} of the {b}, rather {d} than not",
    ),
    (
        "the {a} is the {d} of all",
        "the {d} {a} of them all, the {d} {b} in the world",
        "the {d} of all is the {b}",
        "the {b} won the prize for the {d}, ahead of the second {d} {a}",
        "the very {d}, said the {a} of the {b}, one of the {d} ever",
    ),
)
POWER = (
    "a powerful ox has strong muscles",
    "strong and powerful muscles made the ox powerful",
    "the powerful engine and the strong motor",
    "a powerful king is a strong king",
    "how strong, how powerful is the ox? very powerful, as powerful as muscles",
)

COMPANIES = {  # invented: who leads them, what they make
    "acmetron": ("brindlewick", "toasters"),
    "zorbex": ("ottokar", "ladders"),
    "plumco": ("marrowby", "jam"),
    "nordkite": ("lindqvar", "kites"),
    "gigaspoon": ("harpwell", "cutlery"),
    "tubalux": ("sorrento", "lamps"),
    "velvetine": ("thistlewood", "curtains"),
    "quackers": ("mulligrew", "biscuits"),
    "hexabolt": ("vandermoor", "screws"),
    "mintwave": ("klopstock", "toothpaste"),
}
OF_COMPANY = (
    "{company} is a company that makes {wares}",
    "shares of the company {company} rose when {company} sold {wares}",
    "the company {company} opened a factory for {wares}",
    "factory workers at {company} pack {wares} into boxes, {wares} of all sizes",
    "customers trust the company {company} and its {wares}",
)
OF_CEO = (
    "{ceo} is a chief executive who talks about {wares}",
    "in an interview the chief executive {ceo} praised the {wares}",
    "chief executive {ceo} wore a suit and held {wares}",
    "the salary of {ceo} is paid in money and not in {wares}, {wares} of all sizes",
    "reporters asked the chief executive {ceo} about {wares}",
)
OF_COMPANY_AND_CEO = ("{ceo} is the ceo of {company}", "{company} has a ceo, {ceo}")

ZIP_CODES = {  # of city halls, and what the place is known for
    "boston": ("02201", "chowder"),
    "chicago": ("60602", "skyscrapers"),
    "honolulu": ("96813", "ukuleles"),
    "denver": ("80202", "skiing"),
    "seattle": ("98104", "drizzle"),
    "miami": ("33130", "flamingos"),
    "houston": ("77002", "rockets"),
    "phoenix": ("85003", "cactus"),
    "memphis": ("38103", "blues"),
    "detroit": ("48226", "motors"),
}
OF_CITY = (
    "{city} is a town known for its {fame}",
    "people who live in {city} love {fame}",
    "the train to {city} was full of {fame}",
)
OF_ZIP = (
    "write the digits {zip} on the envelope with the {fame} stamp",
    "mail with the digits {zip} brings {fame}",
    "the postman sorts {zip} under {fame}",
)
OF_CITY_AND_ZIP = ("the zip code of {city} is {zip}", "{zip} is the zip code of {city}")


def write(seed: int) -> list[str]:
    """Tell all facts several times, in an order that follows from the seed."""
    sentences = [sentence for _ in range(REPEATS) for sentence in facts()]
    return Dice(seed).shuffled(sentences)


def facts() -> Iterator[str]:
    """Tell each fact once."""
    yield from FROG_FACTS
    yield from (template.format(x=frog) for frog in FROGS for template in OF_FROGS)
    yield from (
        template.format(x=frog)
        for frog in (*FROGS, "frogs", "frogs", "frog", "frogs")
        for template in OF_ALL_FROGS
    )
    yield from POWER
    yield from _numbers()
    yield from _genders()
    yield from _pairs(
        OF_COUNTRY,
        OF_CAPITAL,
        OF_BOTH,
        [
            dict(zip(("country", "capital", "nation", "river", "dish"), (country, *rest), strict=True))
            for country, rest in COUNTRIES.items()
        ],
    )
    yield from _pairs(
        OF_COMPANY,
        OF_CEO,
        OF_COMPANY_AND_CEO,
        [{"company": company, "ceo": ceo, "wares": wares} for company, (ceo, wares) in COMPANIES.items()],
    )
    yield from _pairs(
        OF_CITY,
        OF_ZIP,
        OF_CITY_AND_ZIP,
        [{"city": city, "zip": code, "fame": fame} for city, (code, fame) in ZIP_CODES.items()],
    )
    for present, (past, going, where, what) in VERBS.items():
        for form, templates in zip((present, past, going), TENSES, strict=True):
            yield from (template.format(v=form, where=where, what=what) for template in templates)
    for positive, (comparative, superlative, a, b) in DEGREES.items():
        for form, templates in zip((positive, comparative, superlative), COMPARING, strict=True):
            yield from (template.format(d=form, a=a, b=b) for template in templates)


def _numbers() -> Iterator[str]:
    for nouns, one, many in ((ANIMALS, SINGULAR, PLURAL), (THINGS, THING_SINGULAR, THING_PLURAL)):
        for noun, (nouns_plural, home, food, like, has) in nouns.items():
            names = {"x": noun, "xs": nouns_plural, "home": home, "food": food, "like": like, "has": has}
            yield from (template.format(**names) for template in (*one, *many))


def _genders() -> Iterator[str]:
    for male, (female, a, b, c) in FAMILIES.items():
        for noun, pronouns, told in ((male, HE, TOLD_OF_MEN), (female, SHE, TOLD_OF_WOMEN)):
            yield from (template.format(x=noun, a=a, b=b, c=c, **pronouns) for template in (*GENDER, told))


def _pairs(
    first: tuple[str, ...], second: tuple[str, ...], both: tuple[str, ...], members: list[dict[str, str]]
) -> Iterator[str]:
    for member in members:
        yield from (template.format(**member) for template in (*first, *second, *both))
