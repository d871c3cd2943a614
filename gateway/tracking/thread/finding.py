"""What came out of comparing one statement with what it should agree with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Verdict(IntEnum):
    """From good to bad; a statement is as good as its worst finding."""

    CLEAN = 0
    NOTED = 1  # Differs, within what was agreed.
    WAITING = 2  # Can't be judged before something else comes.
    DECIDED = 3  # Differs, and a person took it as it is.
    OUTSIDE = 4

    @property
    def word(self) -> str:
        """As it is written in tables and answers."""
        return self.name.lower()


class Check(StrEnum):
    """What was compared."""

    ORDER = "order"
    LINE = "line"
    ITEM = "item"
    QUANTITY = "quantity"
    CONDITION = "condition"
    PRICE = "price"
    DATE = "date"
    UNIT = "unit"
    CHARGES = "charges"
    TAX = "tax"
    TOTAL = "total"
    HOLD = "hold"
    REPLY = "reply"
    CROSSED = "crossed"
    NUMBER = "number"
    TURN = "turn"
    CLOCK = "clock"
    CURRENCY = "currency"
    COPY = "copy"  # The same paper once more.


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, or one thing that is waited for. ``statement`` is the one judged, ``expected`` and ``said`` are shown."""

    check: str
    verdict: Verdict
    statement: str
    line: str | None
    expected: str
    said: str
    words: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        # Spelled out: a match is written for each paper, and `asdict` copies in depth what has none.
        return {
            "check": self.check,
            "verdict": self.verdict.word,
            "statement": self.statement,
            "line": self.line,
            "expected": self.expected,
            "said": self.said,
            "words": self.words,
        }
