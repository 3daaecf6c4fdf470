"""The notebooks as documents: what every one of them must have, a rule each."""

import json
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.validator import iter_validate

from lecture9_utils.claims import registry
from tools.address import badge, place, set_up
from tools.command import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARAMETER = r'[A-Z_]+ = (".*"|[\d._]+|True|False)( *#.*)?\n*'
FOLDED = r"(?s)<details>\s*<summary>.+?</summary>.+?</details>"
LINK = r'\]\(([^)\s]+)|(?:src|href)="([^"]+)"'
MACHINE = r"(?<![\w.:/])/(?:home|root|tmp|Users|work|opt|usr|var|mnt|content)/\w+|[A-Z]:\\\\|file://|localhost|127\.0\."
PICTURE_WITHOUT_TEXT = r'!\[\s*\]\([^)]*\)|<img(?![^>]*\balt="[^"]+")[^>]*>'
HIDDEN = {"cellView": "form", "jupyter": {"source_hidden": True}}  # in Colab, and in JupyterLab
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class Document:
    """A notebook as it is in its file."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.raw = path, text
        self.notebook = nbformat.reads(text, as_version=4)
        self.cells = self.notebook.cells
        self.code = [cell for cell in self.cells if cell.cell_type == "code"]
        self.sources = [cell.source for cell in self.code]
        self.outputs = [output for cell in self.code for output in cell.outputs]
        self.markdown = "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")
        self.recap = re.split(r"^## Recap", self.markdown, flags=re.MULTILINE)[-1]

    @cached_property
    def shown(self) -> str:
        """All outputs but for pictures."""
        shown = re.sub(r'"image/\w+": "[^"]*"', "", json.dumps(self.outputs, ensure_ascii=False))
        return shown.replace(r"\n", "\n")

    @property
    def parameters(self) -> list[int]:
        """Where the cells with parameters are among the code cells."""
        return [i for i, cell in enumerate(self.code) if "parameters" in cell.metadata.get("tags", [])]


# A rule returns what is wrong, or something empty. Above it: what breaks it in notebook 3, old and new text.
RULES: dict[str, Callable[[Document], Any]] = {}
BREAKS: list[tuple[str, str, str]] = []


def rule(*breaks: tuple[str, str]) -> Callable[[Callable[[Document], Any]], None]:
    """Declare a rule, and in which ways it is broken."""

    def declare(function: Callable[[Document], Any]) -> None:
        RULES[function.__name__] = function
        BREAKS.extend((function.__name__, old, new) for old, new in breaks)

    return declare


@rule(
    ('"execution_count": 3,', '"execution_count": null,'), ('"execution_count": 1,', '"execution_count": 2,')
)
def executed_in_order_from_1(document):
    counts = [cell.execution_count for cell in document.code]
    return counts if counts != list(range(1, len(counts) + 1)) else []


@rule(('"name": "stdout"', '"name": "stderr"'))
def no_error_and_nothing_on_stderr(document):
    return [o for o in document.outputs if o.output_type == "error" or o.get("name") == "stderr"]


@rule(("✓ n-grams in the bag", "✗ n-grams in the bag"))
def all_claims_hold(document):
    return re.findall("✗.*", document.shown)


@rule(('"text/plain": ', '"application/vnd.jupyter.widget-view+json": '))
def no_widget(document):
    return "vnd.jupyter.widget" in document.shown


@rule(("shared: 9", "shared: 0.6358910202980042"), ("shared: 9", "<frog at 0x7f00a1b2c3d4>"))
def nothing_that_differs_from_run_to_run(document):
    return re.findall(r"\d\.0*[1-9]\d{5,}|\b0x[0-9a-f]{6,}", document.shown)


@rule(('"# 3 ·', '"## 3 ·'), ('"## Recap', '"# Recap'))
def one_title_first(document):
    titles = re.findall(r"^# .+", document.markdown, re.MULTILINE)
    return titles or "none" if len(titles) != 1 or not document.markdown.startswith("# ") else []


@rule(('"# 3 · ', '"[![Open In Colab](a)](b) # 3 · '))
def a_badge_only_where_there_is_an_address(document):
    wanted = badge(document.path.name, place())
    return wanted not in document.markdown or document.markdown.count("Open In Colab") != bool(wanted)


@rule(
    ("import sys", "import os, sys"),
    ("import numpy", "import gensim, numpy"),
    ('"source_hidden": true', '"source_hidden": false'),
)
def set_up_first(document):
    gensim = bool(re.search(r"^(from|import) gensim", "\n".join(document.sources), re.MULTILINE))
    wanted = set_up(gensim, place())
    folded = document.code[0].metadata == HIDDEN and document.sources[0].startswith(wanted)
    return wanted if not folded else ""


@rule(
    ('"parameters"', '"hide"'),
    ('\\"sample\\"', '\\"full\\"'),
    ('"SEED = 0', '"SEED = 2 * 2'),
    ('"SEED = 0', '"SEEDS = 0'),
)
def one_cell_of_parameters_with_data_and_seed_and_plain_values(document):
    cells = [document.sources[i] for i in document.parameters]
    plain = all(re.fullmatch(PARAMETER, line) for source in cells for line in source.splitlines())
    well = plain and len(cells) == 1 and re.search(r'^DATA = "sample"\nSEED = ', cells[0])
    return "" if well else f"parameters: {cells}"


@rule(("l9.begin(DATA, SEED)", "l9.begin(DATA, 1)"))
def begins_after_the_parameters(document):
    after = document.sources[document.parameters[0] + 1]
    return after if "l9.begin(DATA, SEED)" not in after.splitlines() else ""


@rule(
    ("import numpy", "stop = EarlyStopping(); import numpy"),
    ("import numpy", 'how = {\\"callbacks\\": [stop()]}\\nnet.fit(**how)\\nnet.fit(**how)\\nimport numpy'),
)
def a_training_has_its_own_early_stopping(
    document,
):  # before Keras 3.15 it remembered the best of the last one
    source = "\n".join(document.sources)
    named = re.findall(r"^\w+ = .*EarlyStopping\(.*", source, re.MULTILINE)
    options = re.findall(r'^(\w+) = \{.*"callbacks"', source, re.MULTILINE)
    return named + [name for name in options if len(re.findall(rf"\*\*\(?{name}\b", source)) > 1]


@rule(("</summary>", ""))
def three_questions_with_folded_answers(document):
    folded = re.findall(FOLDED, document.recap)
    return f"{len(folded)} answers in <details> after the recap" if len(folded) != 3 else ""


@rule(("(04_one_hot", "(05_one_hot"))
def the_way_to_the_next(document):
    later = [path.name for path in NOTEBOOKS if path.name > document.path.name]
    return later[:1] if later and f"]({later[0]})" not in document.recap else []


@rule(("**After it", "![](a.png)"), ("**After it", "<img src='a.png'>"))
def alt_text_on_pictures(document):
    return re.findall(PICTURE_WITHOUT_TEXT, document.markdown)


@rule(('"Figure: n = 2', '"'), ('"image/png"', '"image/gif"'))
def plots_are_shown_and_say_what_they_show(document):
    found = []
    for cell in document.code:
        said = "".join(o.get("text", "") for o in cell.outputs).count("Figure: ")
        if said != sum("image/png" in o.get("data", {}) for o in cell.outputs):
            found.append(cell.source)
    return found


@rule(
    ('"name": "python3"', '"name": "lecture9"'),
    ('"name": "python"', '"name": "python", "version": "3.11"'),
    ('"tags": [', '"collapsed": true, "tags": ['),
)
def no_traces_of_the_run(document):
    metadata = [cell.metadata for cell in document.cells] + [document.notebook.metadata]
    known = {}, HIDDEN, {"tags": ["parameters"]}, {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return [found for found in metadata if found not in known]


@rule(('"outputs": [],', '"outputs": [], "colour": "green",'), ('"id": ', '"id": "same", "_": '))
def valid_and_no_id_twice(document):
    ids = [cell.get("id") for cell in json.loads(document.raw)["cells"]]
    return [str(error) for error in iter_validate(json.loads(document.raw))] or len(ids) - len(set(ids))


@rule(("l9.begin(DATA, SEED)", "l9.begin(DATA, SEED)" + 25 * "\\n1"))
def cells_of_at_most_25_lines(document):
    return [source for source in document.sources if len(source.splitlines()) > 25]


@rule(("l9.claim(", "print("), ('(\\"C09\\"', '(\\"C11\\"'))
def its_claims_once_and_no_others(document):
    checked = sorted(re.findall(r'l9\.claim\(\s*"(\w+)"', "\n".join(document.sources)))
    registered = sorted(key for key, claim in registry().items() if claim.notebook == document.path.name[:2])
    return f"checks {checked}, but has {registered}" if checked != registered else ""


@rule(("(04_one_hot", "(04_nowhere"))
def links_lead_somewhere(document):
    links = [(a or b).partition("#")[0] for a, b in re.findall(LINK, document.markdown)]
    return [link for link in links if ":" not in link and not (document.path.parent / link).exists()]


@rule(("shared: 9", "/home" + "/ana"), ("**After it", "http://localhost:8888"))
def no_path_or_host_of_a_machine(document):
    return re.findall(MACHINE, "\n".join([document.shown, document.markdown, *document.sources]))


@rule(("shared: 9", 2_000_000 * "9"))
def under_2_megabytes(document):
    return len(document.raw) if len(document.raw.encode()) >= 2_000_000 else 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path):
    document = Document(path, path.read_text("utf-8"))
    assert {name: wrong for name, obeyed in RULES.items() if (wrong := obeyed(document))} == {}


@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
@pytest.mark.parametrize("number", range(len(BREAKS)), ids=lambda number: f"{BREAKS[number][0]}-{number}")
def test_a_broken_notebook_fails(number):
    [path] = [path for path in NOTEBOOKS if path.stem == "03_ngrams"]
    text, (name, old, new) = path.read_text("utf-8"), BREAKS[number]
    assert old in text
    assert RULES[name](Document(path, text.replace(old, new)))


def test_every_rule_was_shown_to_fail():
    assert {name for name, *_ in BREAKS} == set(RULES)


def test_every_claim_has_its_notebook():
    assert {claim.notebook for claim in registry().values()} <= {path.name[:2] for path in NOTEBOOKS}
