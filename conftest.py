"""What all tests share: they see nothing of the user's own settings, folders and network.

It stands above `tests`, so that it also holds for a notebook that is tested alone.
"""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

from tools.command import ROOT, isolated

sys.path.insert(0, str(ROOT / "data"))


def pytest_configure() -> None:
    """Give the tests, and the kernels that nbval starts, settings and caches of their own."""
    unwatched = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile("any machine", deadline=None, suppress_health_check=unwatched)
    settings.load_profile("any machine")  # no test depends on how fast the machine is
    variables = isolated(ROOT / "build" / "state")
    variables.setdefault("LECTURE9_CACHE", str(ROOT / "build" / "cache"))
    nowhere = "http://127.0.0.1:9"  # the network is refused at once, as on a machine without one
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        variables |= {name: nowhere, name.upper(): nowhere}
    variables |= {"no_proxy": "localhost,127.0.0.1,::1", "NO_PROXY": "localhost,127.0.0.1,::1"}
    os.environ.clear()
    os.environ.update(variables)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: packed ones hold the time of packing, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the notebooks first, the last and longest before all: so no processor waits for it at the end."""
    notebooks = [item for item in items if item.path.suffix == ".ipynb"]
    notebooks.sort(key=lambda item: item.path.name, reverse=True)  # its cells stay in order
    items[:] = notebooks + [item for item in items if item.path.suffix != ".ipynb"]
