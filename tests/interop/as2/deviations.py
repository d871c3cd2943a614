"""What a peer cannot do, or does otherwise: read from deviations.yaml, held against what happened."""

import re
from functools import cache
from pathlib import Path

import yaml

from tests.interop.as2.combinations import Choice

FILE = Path(__file__).with_name("deviations.yaml")


class Differs(Exception):
    """Something went another way than the standard says."""


@cache
def deviations() -> list[dict]:
    """All entries."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def matching(peer: str, direction: str, choice: Choice) -> list[dict]:
    """The entries about a combination."""
    return [entry for entry in deviations() if entry["peer"] == peer and _fits(entry, direction, choice)]


def _fits(entry: dict, direction: str, choice: Choice) -> bool:
    if entry["direction"] not in (direction, "both"):
        return False
    return all(choice[axis] in (value if isinstance(value, list) else [value]) for axis, value in entry["when"].items())


def judge(peer: str, direction: str, choice: Choice, outcome: str) -> None:
    """An outcome must be empty, or be what a deviation says; and where one is listed, it must still happen."""
    expected = matching(peer, direction, choice)
    if not expected:
        assert outcome == "", f"{peer} {direction} {choice}: {outcome}"
        return
    assert any(re.search(entry["says"], outcome) for entry in expected), (
        f"{peer} {direction} {choice}: {outcome or 'it works'}, but deviations.yaml says: "
        + " or ".join(entry["says"] for entry in expected)
    )
