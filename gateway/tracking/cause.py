"""A kind of case: whose it is, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Who can put it right."""

    PARTNER = "partner"
    DATA = "data"
    BUSINESS = "business"
    TECHNICAL = "technical"


@dataclass(frozen=True, slots=True)
class Cause:
    """A kind of case: its code, whose it is, and the next action in words."""

    code: str
    owner: Owner
    title: str
    next_action: str
