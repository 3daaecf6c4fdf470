"""Draws that are the same on every machine."""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """Draws made of `Random.random` and nothing else, which no version of Python changes."""

    def __init__(self, seed: int):
        self.roll = Random(seed).random

    def chance(self, share: float) -> bool:
        """Say yes in this share of cases."""
        return self.roll() < share

    def one(self, items: Sequence[Item]) -> Item:
        """Draw one item, all equally likely."""
        return items[int(self.roll() * len(items))]

    def weighted(self, items: Sequence[Item], upto: Sequence[float]) -> Item:
        """Draw one item, by the running sums of their weights."""
        return items[min(bisect(upto, self.roll() * upto[-1]), len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Put the items in a random order."""
        order = list(items)
        for i in range(len(order) - 1, 0, -1):
            j = int(self.roll() * (i + 1))
            order[i], order[j] = order[j], order[i]
        return order


def running_sums(n: int, offset: float) -> list[float]:
    """Sum up Zipf's law: the weight of rank r is 1 / (r + offset)."""
    return list(accumulate(1 / (rank + offset) for rank in range(1, n + 1)))
