"""What the tests of word vectors share."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def topics() -> list[list[int]]:
    """900 texts of one topic each: words 0 to 7 are the first topic's, and so on; 48 to 57 anybody's."""
    random = np.random.default_rng(1)
    own = random.random((900, 20)) < 0.5
    topic = np.arange(900)[:, None] % 6 * 8 + random.integers(8, size=own.shape)
    words: list[list[int]] = np.where(own, topic, 48 + random.integers(10, size=own.shape)).tolist()
    return words
