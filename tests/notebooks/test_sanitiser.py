"""Strict nbval and the sanitiser: digits behind ≈ may differ, and nothing else of what a claim shows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lecture9_utils import claims
from tools.command import ROOT

SANITISER = Path(__file__).with_name("sanitize.cfg")
REGISTRY = """[C98]
notebook = "98"
slide_is = "wrong"
slide = "A coin is right in 60% of cases."
verdict = "It is right in half of them."
[C98.measures]
share = { name = "heads", unit = "%", bounds = [0.4, 0.6], refuses = "a coin with two heads" }
gain = { name = "gain", bounds = [-1, 1], refuses = "cheating" }
tosses = { name = "tosses", bounds = 1000, refuses = "one toss less" }
"""
REAL = {"setting": "SEEDS=0-1", "claims": {"C98": {"share": [0.5, 0.51], "gain": [0.0]}}}
BEGIN = """import json, os, pathlib, tomllib
import lecture9_utils as l9
folder = pathlib.Path(os.environ["TINY"])
l9.claims._REAL = folder
l9.claims.table_of = lambda _: tomllib.loads((folder / "claims.toml").read_text("utf-8"))
l9.begin("sample", 0)"""
CLAIM = """values = json.loads((folder / "values.json").read_text("utf-8"))
l9.claim("C98", share=values["share"], gain=l9.Interval(*values["gain"]), tosses=1000)"""
PRINT = 'print("Measured:", l9.measured(values["share"], "%"), "of", l9.measured(values["plain"]), values["plain"])'
STORED = {"share": [0.5, 0.52, 0.49], "gain": [0.125, -0.02, 0.25, 200], "plain": 0.75}
DIGITS = {"share": [0.41, 0.58, 0.437], "gain": [-0.3, -0.5, -1e-5, 200]}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a small notebook with stored outputs, and what it reads."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "claims.toml").write_text(REGISTRY, "utf-8")
    (folder / "measures.json").write_text(json.dumps(REAL), "utf-8")
    (folder / "values.json").write_text(json.dumps(STORED), "utf-8")
    cells = [nbformat.v4.new_code_cell(source) for source in (BEGIN, CLAIM, PRINT)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    os.environ["TINY"] = str(folder)
    from nbclient import NotebookClient

    NotebookClient(notebook, kernel_name="python3").execute()
    nbformat.write(notebook, folder / "98_tiny.ipynb")
    return folder
