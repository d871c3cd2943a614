"""Identifiers and codes of the envelope in lower case: read as capitals, and remembered as they were sent.

Only what is right in capitals is raised; anything else stays as it is and is told for what it is. Serves X12.5.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from gateway.x12.standards import codes, group_kinds

TAG: Final = "lower"  # The oddity of an identifier in lower case; that of a code is ``lower:05:zz``.

_ISA_LISTS = {1: "I01", 3: "I03", 5: "I05", 7: "I05", 15: "I14"}
_STANDARD, _GROUP_KIND, _AGENCY, _VERSION = 11, 1, 7, 8


def raised_interchange(elements: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the elements of an ISA with its codes in capitals, and the oddities of those that were not."""
    lists: dict[int, Collection[str]] = {number: codes(name, "005010") for number, name in _ISA_LISTS.items()}
    return _raised(elements, lists | {_STANDARD: ("U",)})


def raised_group(elements: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the elements of a GS with its codes in capitals, and the oddities of those that were not."""
    version = elements[_VERSION - 1].upper() if len(elements) >= _VERSION else ""
    versions = (version,) if version[:1].isdigit() else ()  # 004010vics is one; a word that is none stays as it is.
    return _raised(elements, {_GROUP_KIND: group_kinds(), _AGENCY: codes("455", "005010"), _VERSION: versions})


def _raised(elements: Sequence[str], lists: dict[int, Collection[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    made, oddities = list(elements), []
    for number, known in sorted(lists.items()):
        value = made[number - 1] if number <= len(made) else ""
        capitals = value.upper()
        if capitals != value and value.isascii() and value not in known and capitals in known:
            made[number - 1] = capitals
            oddities.append(f"{TAG}:{number:02d}:{value}")
    return tuple(made), tuple(oddities)


def lowered(tag: str, oddities: Sequence[str]) -> list[tuple[str, str]]:
    """Return what is in lower case, each place with how it was sent: ``[("GS", "gs"), ("GS01", "po")]``."""
    found = [(tag, tag.lower())] if TAG in oddities else []
    for oddity in oddities:
        kind, _, rest = oddity.partition(":")
        number, _, value = rest.partition(":")
        if kind == TAG and number:
            found.append((f"{tag}{number}", value))
    return found


def as_sent(fields: Sequence[str], oddities: Sequence[str]) -> list[str]:
    """Return a segment of the envelope as it was sent: ``fields`` with what was raised in lower case again."""
    made, tag = list(fields), fields[0]
    for place, value in lowered(tag, oddities):
        made[int(place[len(tag) :] or 0)] = value
    return made
