"""Which combinations are tried: every two choices meet at least once; under GATEWAY_PROOF all combinations, or thousands."""

import itertools
import os
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

Choice = dict[str, Any]
MOST = 2000


def product(axes: Mapping[str, Sequence[Any]], makes_sense: Callable[[Choice], bool]) -> list[Choice]:
    """Every combination that makes sense."""
    every = (dict(zip(axes, each, strict=True)) for each in itertools.product(*axes.values()))
    return [choice for choice in every if makes_sense(choice)]


def pairs(whole: list[Choice]) -> list[Choice]:
    """Few combinations that have every two choices together which stand together in any; the same ones each time."""
    dice = random.Random(4130)
    held = [list(itertools.combinations(choice.items(), 2)) for choice in whole]
    missing: dict[Any, int] = {}
    for number, each in enumerate(held):
        for pair in each:
            missing.setdefault(pair, number)
    chosen = []
    while missing:
        tried = [next(iter(missing.values())), *(dice.randrange(len(whole)) for _ in range(60))]
        best = max(tried, key=lambda number: sum(pair in missing for pair in held[number]))
        chosen.append(whole[best])
        for pair in held[best]:
            missing.pop(pair, None)
    return chosen


def tried(
    axes: Mapping[str, Sequence[Any]], makes_sense: Callable[[Choice], bool] = lambda _choice: True
) -> list[Choice]:
    """The combinations of this run."""
    whole = product(axes, makes_sense)
    if not os.environ.get("GATEWAY_PROOF"):
        return pairs(whole)
    return whole if len(whole) <= MOST else random.Random(4130).sample(whole, MOST)


def each(choices: list[Choice]) -> Any:
    """Ask a test for each combination; the test takes it as ``choice``."""
    return pytest.mark.parametrize("choice", choices, ids=lambda choice: "-".join(map(str, choice.values())))
