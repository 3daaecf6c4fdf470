"""Read the tables of words and numbers that lie beside the scripts."""

import tomllib
from pathlib import Path
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Read a table; what stands in it keeps its order."""
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
