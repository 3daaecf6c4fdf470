"""What all tests share: they see nothing of the user's own settings, folders and network."""

import os
import sys

import pytest

from tools.command import ROOT, isolated

sys.path.insert(0, str(ROOT / "data"))


def pytest_configure() -> None:
    """Give the tests, and the kernels that nbval starts, settings and caches of their own."""
    variables = isolated(ROOT / "build" / "state")
    variables.setdefault("LECTURE9_CACHE", str(ROOT / "build" / "cache"))
    nowhere = "http://127.0.0.1:9"  # who asks the network is refused at once, as on a machine without one
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        variables |= {name: nowhere, name.upper(): nowhere}
    variables |= {"no_proxy": "localhost,127.0.0.1,::1", "NO_PROXY": "localhost,127.0.0.1,::1"}
    os.environ.clear()
    os.environ.update(variables)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the notebooks first, the last and longest before all: so no processor waits for it at the end."""
    notebooks = [item for item in items if item.path.suffix == ".ipynb"]
    notebooks.sort(key=lambda item: item.path.name, reverse=True)  # its cells stay in order
    items[:] = notebooks + [item for item in items if item.path.suffix != ".ipynb"]
