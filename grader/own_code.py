"""A student's own code: what of it answers a part, and who else wrote the same."""

import ast
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.assignment import Assignment
from grader.marking import Row
from grader.output import line

LONGEST = 20_000  # characters of an answer that is shown, and compared
Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """Name the functions that a student writes for each part, by the part's id.

    They are those that its tests call, be it through a function of a locked cell.
    """
    locked = [source for source in assignment.locked.values() if re.search("^def ", source, re.M)]
    helpers = {
        node.name: node for source in locked for node in ast.parse(source).body if isinstance(node, Function)
    }
    found = {}
    for key, part in assignment.parts.items():
        names: set[str] = set()
        trees: list[ast.AST] = [ast.parse(f"{part.visible}\n{part.hidden}")]
        while trees:
            new = {node.id for node in ast.walk(trees.pop()) if isinstance(node, ast.Name)} - names
            names |= new
            trees += [helpers[name] for name in new & helpers.keys()]
        found[key] = tuple(name for name in assignment.functions if name in names - helpers.keys())
    return found


def code_of(cells: Sequence[str], names: Iterable[str]) -> str:
    """Return the cells that define these functions, of each function the last; "" if there are none."""
    chosen = set()
    for name in names:
        defines = re.compile(rf"^(?:async +)?(?:def|class) +{name}\b|^{name} *=[^=]", re.M)
        chosen |= set([number for number, cell in enumerate(cells) if defines.search(cell)][-1:])
    return "\n\n".join(cells[number].strip("\n") for number in sorted(chosen))


@lru_cache(512)  # parts share answers, and students too
def normal_form(code: str) -> str:
    r"""Return what is left of code without blanks, comments, docstrings and calls; "" if nothing is written.

    What Python cannot read, such as a cell with a magic, is compared by its lines.

    Examples
    --------
    >>> print(normal_form('def f(x):  # mine\n    "Double."\n\n    return  (2*x)'))
    def f(x):
        return 2 * x
    >>> normal_form("def f(x):\n    raise NotImplementedError('later')")
    ''
    """
    if len(code) > LONGEST:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of students' code
            tree = ast.parse(code)
            kept = [node for node in tree.body if isinstance(node, (*Function, ast.ClassDef, ast.Assign))]
            bodies = [without_docstring(node) for node in ast.walk(tree) if isinstance(node, Function)]
            return "\n".join(map(ast.unparse, kept)) if any(map(written, bodies)) or not bodies else ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = (text.strip() for text in code.splitlines())
        return "\n".join(text for text in lines if text and not text.startswith("#"))


def without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """Take the docstring out of a function, and return its body."""
    if ast.get_docstring(function, clean=False) is not None:
        del function.body[0]
    return function.body


def written(body: list[ast.stmt]) -> bool:
    """Tell whether a function's body does something, unlike that of the released notebook."""
    nothing = r"(raise NotImplementedError\b.*|pass|\.\.\.)?"
    return not re.fullmatch(nothing, "\n".join(map(ast.unparse, body)), re.S)


@dataclass(frozen=True)
class Equal:
    """An answer that several students have given, blanks and comments apart."""

    about: str  # the parts, or the question, that it answers
    answer: str
    students: tuple[str, ...]


def equal_answers(assignment: Assignment, rows: Sequence[Row]) -> list[Equal]:
    """Find the answers that more than one student has given, the longest first."""
    parts: dict[tuple[str, ...], dict[str, None]] = {}  # by the functions that answer them
    for key, names in functions(assignment).items():
        parts.setdefault(names, {})[assignment.parts[key].name.partition("_")[0]] = None
    groups: dict[
        str, tuple[dict[str, str], dict[str, None]]
    ] = {}  # by normal form: who wrote it, and of what
    for row in rows:
        answers = [(", ".join(about), code_of(cells_of(row), names)) for names, about in parts.items()]
        forms = [(about, code, normal_form(code)) for about, code in answers]
        forms += [(about, text, line(text, LONGEST).casefold()) for about, text in row.result.written.items()]
        for about, text, form in forms:
            wrote, of_what = groups.setdefault(form, ({}, {}))
            wrote[row.student] = text
            of_what[about] = None
    several = [(form, *group) for form, group in groups.items() if form and len(group[0]) > 1]
    longest_first = sorted(several, key=lambda group: -len(group[0]))
    return [
        Equal(", ".join(what), next(iter(wrote.values())), tuple(wrote)) for _, wrote, what in longest_first
    ]


def cells_of(row: Row) -> list[str]:
    """Return a student's own cells in order, as far as a person would read them."""
    return [cell[:LONGEST] for cell in row.result.code]
