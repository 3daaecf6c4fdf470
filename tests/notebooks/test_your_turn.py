"""The exercises in the lessons: they begin unsolved, and the folded solution solves them."""

import ast
import re

import matplotlib as mpl
import nbformat
import pytest

from tools.command import ROOT

LONG = "l06-44b", "l06-61"  # they need what takes half a minute to train
SOLUTION = r"(?s)<details>\s*<summary>Solution</summary>.*?```python\n(.+?)```.*?</details>"


def exercises():
    """Give each exercise as the lesson's code before it, its solution and its own cell."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        for i, task in enumerate(cells):
            if task.cell_type == "markdown" and "**Your turn" in task.source:
                before = [cell.source for cell in cells[:i] if cell.cell_type == "code"]
                before[0] = "import lecture9_utils as l9"  # what the set-up cell comes down to
                marks = [pytest.mark.slow] if task.id in LONG else []
                yield pytest.param(
                    before, task.source, cells[i + 1], id=f"{path.stem}-{task.id}", marks=marks
                )


def names(tree, kind):
    """Give the names that code uses, or binds by an assignment, a definition or an import."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)}
    if kind is ast.Store:
        defined = (ast.FunctionDef, ast.ClassDef)
        found |= {node.name for node in ast.walk(tree) if isinstance(node, defined)}
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        found |= {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}
    return found


def needed(before, tree):
    """Give the cells that code needs, directly or by way of others: not those that only take long."""
    wanted, kept = names(tree, ast.Load), []
    for source in reversed(before):
        cell = ast.parse(source)
        if names(cell, ast.Store) & wanted or "l9.begin" in source:
            wanted |= names(cell, ast.Load)
            kept.append(source)
    return kept[::-1]


@pytest.mark.parametrize(("before", "task", "cell"), list(exercises()))
def test_unsolved_at_first_and_solved_by_its_solution(before, task, cell, capsys):
    shown = "".join(output.get("text", "") for output in cell.outputs)
    assert "○ " in shown
    assert "✓" not in shown
    [solution] = re.findall(SOLUTION, task)
    solved, tree = ast.parse(solution), ast.parse(cell.source)
    written = names(solved, ast.Store)
    tree.body = [*solved.body, *(node for node in tree.body if getattr(node, "name", None) not in written)]
    mpl.use("agg")
    lesson = {"__name__": "__main__"}
    for source in needed(before, tree):
        exec(source, lesson)
    capsys.readouterr()
    exec(compile(tree, "solution", "exec"), lesson)
    said = capsys.readouterr().out
    assert "✓ " in said
    assert "○" not in said
