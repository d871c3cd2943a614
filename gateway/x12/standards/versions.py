"""Which version judges which, and what differs: the rule for every version that X12 has published, written down here only.

GS08 names the version of a group; ISA12 names that of the envelope alone. The two may differ, and often do: ISA12 decides
about the delimiters (`gateway.x12.delimiters`) and about ISA11, GS08 about all that stands in the group.

1. The first six digits of GS08 count. What follows them names an industry or a guide (004010VICS, 004010UCS, 005010X231A1)
   and changes nothing. Who leaves zeros out (4010, 00401) means the version with them. What has no digits is 004010.
2. The defined version whose number is nearest judges: the older one of two that are equally near.
3. Before 004010 a date has six digits, YYMMDD: every element of type DT, and GS04. The century came with 004010.
4. Before 00402 in ISA12 nothing repeats, as ISA11 names the standard there; from then on it is the repetition separator.
5. A set that the nearest version lacks is judged by the next nearest that has it (999 stands in 005010 only).

Serves X12.22 and X12.5 (GS08 is data element 480, ISA12 is I11).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from gateway.x12.standards.definition import Element

VERSIONS = ("004010", "005010")
CENTURY_SINCE = "004010"
REPETITION_SINCE = "00402"

_LEADING_DIGITS = re.compile(r"[0-9]*")


@lru_cache(maxsize=1024)
def number_of(version: str) -> str:
    """Return the six digits that GS08 means: ``004010VICS`` and ``4010`` mean 004010."""
    digits = _LEADING_DIGITS.match(version.strip())
    found = digits[0] if digits else ""
    if len(found) >= 6:
        return found[:6]
    if len(found) == 5 and found[:2] == "00":
        return found + "0"  # As ISA12 has it.
    return f"00{found}" if len(found) == 4 else CENTURY_SINCE


@lru_cache(maxsize=1024)
def by_nearness(version: str) -> tuple[str, ...]:
    """Return the defined versions, the one that judges ``version`` first."""
    asked = int(number_of(version))
    return tuple(sorted(VERSIONS, key=lambda known: (abs(int(known) - asked), known)))


def nearest_version(version: str) -> str:
    """Return the defined version nearest to ``version`` (a GS08)."""
    return by_nearness(version)[0]


def is_exact(version: str, judge: str) -> bool:
    """Tell whether ``judge`` is the version that GS08 names, whatever industry it adds."""
    return version[:6] == judge


def has_short_dates(version: str) -> bool:
    """Tell whether dates have no century in a version."""
    return number_of(version) < CENTURY_SINCE


def with_short_date(element: Element) -> Element:
    """Return an element as it was before dates had a century."""
    return replace(element, minimum=6, maximum=6) if element.type == "DT" else element


def in_words(version: str, judge: str) -> str:
    """Say by what a version is judged: ``004010``, or ``004010, dates as YYMMDD`` where the rule changes something."""
    return f"{judge}, dates as YYMMDD" if has_short_dates(version) else judge
