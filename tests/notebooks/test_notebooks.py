"""The notebooks as documents: what every one of them must have, one check each."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.validator import iter_validate

from lecture9_utils.claims import REGISTRY
from tools.address import badge, set_up
from tools.command import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ASSIGNMENT = r'[A-Z_]+ = (".*"|[\d._]+|True|False)( *#.*)?\n*'
COMMENTS = r"(\s*(#.*)?)*"
FOLDED = r"(?s)<details>\s*<summary>.+?</summary>.+?</details>"
LINK = r'\]\(([^)\s]+)|(?:src|href)="([^"]+)"'
MACHINE = r"(?<![\w.:/])/(?:home|root|tmp|Users|work|opt|usr|var|mnt|content)/\w+|[A-Z]:\\\\|file://|localhost|127\.0\."
PICTURE_WITHOUT_TEXT = r'!\[\s*\]\([^)]*\)|<img(?![^>]*\balt="[^"]+")[^>]*>'


@dataclass
class Document:
    """A notebook as it is in its file."""

    path: Path
    notebook: Any

    @property
    def cells(self) -> list[Any]:
        return list(self.notebook.cells)

    @property
    def code(self) -> list[Any]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def markdown(self) -> str:
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    @property
    def outputs(self) -> list[Any]:
        return [output for cell in self.code for output in cell.outputs]

    @property
    def text(self) -> str:
        """All that is read: sources and outputs, but for pictures."""
        data = [value for o in self.outputs for value in text_of(o).values()]
        shown = [str(o.get("text", "")) for o in self.outputs]
        return "\n".join([*(cell.source for cell in self.cells), *shown, *map(str, data)])

    @property
    def recap(self) -> str:
        return re.split(r"^## Recap", self.markdown, flags=re.MULTILINE)[-1]

    @property
    def parameters(self) -> list[int]:
        return [i for i, cell in enumerate(self.code) if "parameters" in cell.metadata.get("tags", [])]

    @property
    def neighbours(self) -> list[Path]:
        return sorted(self.path.parent.glob("[0-9][0-9]_*.ipynb"))


def text_of(output: Any) -> Any:
    """Return an output's data, but for pictures."""
    return {kind: value for kind, value in output.get("data", {}).items() if kind[:6] != "image/"}


CHECKS: dict[str, Callable[[Document], Any]] = {}


def check(function: Callable[[Document], Any]) -> Callable[[Document], Any]:
    """Declare a check: it returns what is wrong, or something empty."""
    CHECKS[function.__name__] = function
    return function


@check
def executed_in_order_from_1(document):
    counts = [cell.execution_count for cell in document.code]
    return counts if counts != list(range(1, len(counts) + 1)) else []


@check
def no_cell_without_content(document):
    code = [cell for cell in document.code if re.fullmatch(COMMENTS, cell.source)]
    return code + [cell for cell in document.cells if not cell.source.strip()]


@check
def no_error_and_nothing_on_stderr(document):
    return [o for o in document.outputs if o.output_type == "error" or o.get("name") == "stderr"]


@check
def all_claims_hold(document):
    return [o.text for o in document.outputs if "✗" in o.get("text", "")]


@check
def no_widget(document):
    return [o for o in document.outputs if "vnd.jupyter.widget" in json.dumps(o)]


@check
def no_number_to_the_last_digit(document):
    return [o for o in document.outputs if re.search(r"\d\.\d{7}", json.dumps({**o, "data": text_of(o)}))]


@check
def no_address_in_memory(document):
    return [o for o in document.outputs if re.search(r"\b0x[0-9a-f]{6,}", json.dumps(o))]


@check
def one_title_first(document):
    titles = re.findall(r"^# .+", document.markdown, re.MULTILINE)
    return titles or "none" if len(titles) != 1 or not document.markdown.startswith("# ") else []


@check
def badge_opens_this_notebook(document):
    wanted = badge(document.path.name)
    return wanted if wanted not in document.markdown else ""


@check
def set_up_first(document):
    imports_gensim = any(re.search(r"^(from|import) gensim", c.source, re.MULTILINE) for c in document.code)
    wanted = set_up(gensim=imports_gensim)
    return wanted if not document.code[0].source.startswith(wanted) else ""


@check
def one_parameters_cell(document):
    sources = [document.code[i].source for i in document.parameters]
    return sources or "none" if len(sources) != 1 else ""


@check
def parameters_are_data_and_seed_and_plain_values(document):
    source = document.code[document.parameters[0]].source
    plain = all(re.fullmatch(ASSIGNMENT, line) for line in source.splitlines())
    return source if not (plain and re.search(r'^DATA = "sample"', source) and "\nSEED = " in source) else ""


@check
def begins_after_the_parameters(document):
    after = document.code[document.parameters[0] + 1].source
    return after if "l9.begin(DATA, SEED)" not in after.splitlines() else ""


@check
def a_recap(document):
    return "no heading '## Recap'" if "\n## Recap\n" not in document.markdown else ""


@check
def three_questions_with_folded_answers(document):
    folded = re.findall(FOLDED, document.recap)
    return f"{len(folded)} answers in <details> after the recap" if len(folded) != 3 else ""


@check
def the_way_to_the_next(document):
    later = [path.name for path in document.neighbours if path.name > document.path.name]
    return later[:1] if later and f"]({later[0]})" not in document.recap else []


@check
def alt_text_on_pictures(document):
    return re.findall(PICTURE_WITHOUT_TEXT, document.markdown)


@check
def plots_say_what_they_show(document):
    plots = [cell for cell in document.code if any("image/png" in o.get("data", {}) for o in cell.outputs)]
    return [cell.source for cell in plots if not any(o.get("text", "").strip() for o in cell.outputs)]


@check
def kernel_is_python3(document):
    name = document.notebook.metadata.get("kernelspec", {}).get("name", "none")
    return name if name != "python3" else ""


@check
def no_traces_of_the_run(document):
    return set(document.notebook.metadata) - {"kernelspec", "language_info"}


@check
def language_without_version(document):
    language = document.notebook.metadata.get("language_info", "none")
    return language if language != {"name": "python"} else {}


@check
def no_metadata_in_cells(document):
    return [cell.metadata for cell in document.cells if cell.metadata not in ({}, {"tags": ["parameters"]})]


@check
def valid(document):
    return [str(error) for error in iter_validate(document.notebook)]


@check
def unique_ids(document):
    ids = [cell.get("id") for cell in document.cells]
    return ids if None in ids or len(set(ids)) < len(ids) else []


@check
def cells_of_at_most_25_lines(document):
    return [cell.source for cell in document.code if len(cell.source.splitlines()) > 25]


@check
def its_claims_once_and_no_others(document):
    checked = sorted(re.findall(r'l9\.claim\(\s*"(\w+)"', "\n".join(cell.source for cell in document.code)))
    registered = sorted(key for key, claim in REGISTRY.items() if claim.notebook == document.path.name[:2])
    return f"checks {checked}, but has {registered}" if checked != registered else ""


@check
def links_lead_somewhere(document):
    links = [(a or b).partition("#")[0] for a, b in re.findall(LINK, document.markdown)]
    return [link for link in links if ":" not in link and not (document.path.parent / link).exists()]


@check
def no_path_or_host_of_a_machine(document):
    return re.findall(MACHINE, document.text)


@check
def under_2_megabytes(document):
    size = document.path.stat().st_size
    return size if size >= 2_000_000 else 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", CHECKS)
def test_notebook(path, name):
    wrong = CHECKS[name](Document(path, nbformat.read(path, as_version=4)))
    assert not wrong, f"{path.name}: {name.replace('_', ' ')}: {wrong}"


def test_there_are_notebooks():
    assert NOTEBOOKS


# Each check is shown to be able to fail: a notebook that passes all of them is broken in one way.


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> Any:
    cell = nbformat.v4.new_code_cell(source, outputs=[nbformat.from_dict(output) for output in outputs])
    cell.metadata.update(metadata)
    return cell


def text(line: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": f"{line}\n"}


def picture(kind: str = "image/png") -> dict[str, Any]:
    return {"output_type": "display_data", "data": {kind: "aGk="}, "metadata": {}}


@pytest.fixture
def good(tmp_path) -> Document:
    path = tmp_path / "03_good.ipynb"
    (tmp_path / "04_next.ipynb").touch()
    folded = "What?\n\n<details>\n<summary>Answer</summary>\n\nThat.\n\n</details>\n\n"
    claims = "\n".join(f'l9.claim("{key}", 1)' for key, claim in REGISTRY.items() if claim.notebook == "03")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.update(
        kernelspec={"name": "python3", "display_name": "Python 3"}, language_info={"name": "python"}
    )
    notebook.cells = [
        nbformat.v4.new_markdown_cell(f"# Good\n\n{badge(path.name)}\n\nA picture: ![a frog](04_next.ipynb)"),
        code(set_up()),
        code('DATA = "sample"\nSEED = 0', tags=["parameters"]),
        code("l9.begin(DATA, SEED)"),
        code(claims, text("✓")),
        code("plot()", text("A frog."), picture()),
        nbformat.v4.new_markdown_cell(f"## Recap\n\n{3 * folded}[Next](04_next.ipynb)"),
    ]
    document = Document(path, notebook)
    for count, cell in enumerate(document.code, start=1):
        cell.execution_count = count
    nbformat.write(notebook, path)
    return document


def put(cell: int, old: str, new: str) -> Callable[[Document], None]:
    """Make a break that replaces text in a cell."""

    def breaking(document: Document) -> None:
        assert old in document.cells[cell].source
        document.cells[cell].source = document.cells[cell].source.replace(old, new)

    return breaking


def show(output: dict[str, Any]) -> Callable[[Document], None]:
    """Make a break that adds an output to the plot's cell."""
    return lambda document: document.cells[5].outputs.append(nbformat.from_dict(output))


BREAKS: list[tuple[str, Callable[[Document], Any]]] = [
    ("executed_in_order_from_1", lambda d: d.code[1].update(execution_count=None)),
    (
        "executed_in_order_from_1",
        lambda d: [cell.update(execution_count=cell.execution_count + 1) for cell in d.code],
    ),
    ("no_cell_without_content", put(5, "plot()", "")),
    ("no_cell_without_content", put(5, "plot()", "# plot()")),
    ("no_cell_without_content", lambda d: d.cells[0].update(source=" \n")),
    ("no_error_and_nothing_on_stderr", show(text("careful", "stderr"))),
    (
        "no_error_and_nothing_on_stderr",
        show({"output_type": "error", "ename": "E", "evalue": "", "traceback": []}),
    ),
    ("all_claims_hold", show(text("✗ C09 does not hold"))),
    ("no_widget", show(picture("application/vnd.jupyter.widget-view+json"))),
    ("no_number_to_the_last_digit", show(text("accuracy: 0.6358910202980042"))),
    ("no_address_in_memory", show(text("<frog at 0x7f00a1b2c3d4>"))),
    ("one_title_first", put(0, "# Good", "## Good")),
    ("one_title_first", put(6, "## Recap", "# Recap\n\n## Recap")),
    ("badge_opens_this_notebook", put(0, "03_good", "02_good")),
    ("set_up_first", put(1, "import sys", "import os, sys")),
    ("set_up_first", put(3, "l9.begin", "import gensim\nl9.begin")),
    ("one_parameters_cell", lambda d: d.cells[3].update(metadata={"tags": ["parameters"]})),
    ("one_parameters_cell", lambda d: d.cells[2].update(metadata={})),
    ("parameters_are_data_and_seed_and_plain_values", put(2, "sample", "full")),
    ("parameters_are_data_and_seed_and_plain_values", put(2, "SEED = 0", "SEED = 0\nWIDTH = 2 * SEED")),
    ("parameters_are_data_and_seed_and_plain_values", put(2, "SEED = 0", "")),
    ("begins_after_the_parameters", put(3, "l9.begin(DATA, SEED)", "l9.begin(DATA, 1)")),
    ("a_recap", put(6, "## Recap", "## Summary")),
    ("three_questions_with_folded_answers", put(6, "</details>", "")),
    ("the_way_to_the_next", put(6, "04_next", "05_next")),
    ("alt_text_on_pictures", put(0, "a frog", "")),
    ("alt_text_on_pictures", put(0, "A picture", '<img src="04_next.ipynb">')),
    ("plots_say_what_they_show", lambda d: d.cells[5].outputs.pop(0)),
    ("kernel_is_python3", lambda d: d.notebook.metadata.kernelspec.update(name="lecture9")),
    ("no_traces_of_the_run", lambda d: d.notebook.metadata.update(papermill={})),
    ("language_without_version", lambda d: d.notebook.metadata.language_info.update(version="3.11.7")),
    ("no_metadata_in_cells", lambda d: d.cells[5].metadata.update(execution={})),
    ("unique_ids", lambda d: d.cells[0].update(id=d.cells[1].id)),
    ("valid", lambda d: d.cells[0].update(colour="green")),
    ("cells_of_at_most_25_lines", put(5, "plot()", 26 * "plot()\n")),
    ("its_claims_once_and_no_others", put(4, "l9.claim", "print")),
    ("its_claims_once_and_no_others", put(4, "l9.claim", 'l9.claim("C25", 1)\nl9.claim')),
    ("links_lead_somewhere", put(0, "04_next", "04_nowhere")),
    ("no_path_or_host_of_a_machine", show(text("read from " + "/".join(["", "home", "ana", "data"])))),
    ("no_path_or_host_of_a_machine", put(0, "A picture", "See http://localhost:8888")),
    ("under_2_megabytes", lambda d: d.path.write_bytes(bytes(2_000_000))),
]


@pytest.mark.parametrize("name", CHECKS)
def test_a_good_notebook_passes(good, name):
    assert not CHECKS[name](good)


@pytest.mark.parametrize(("name", "breaking"), BREAKS)
def test_a_broken_notebook_fails(good, name, breaking):
    breaking(good)
    assert CHECKS[name](good)


def test_every_check_was_shown_to_fail():
    assert {name for name, _ in BREAKS} == set(CHECKS)
