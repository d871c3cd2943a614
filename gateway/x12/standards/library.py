"""Finds definitions by set and version; reads each data file once a process.

Versions that have no files of their own are judged by the nearest one that has (`gateway.x12.standards.versions`), and the
choice says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from gateway.x12.standards import parse
from gateway.x12.standards.definition import Composite, Element, Segment, SetDefinition
from gateway.x12.standards.versions import VERSIONS, by_nearness, has_short_dates, in_words, is_exact, with_short_date


@dataclass(frozen=True, slots=True)
class Choice:
    """Which definition judges a set, and whether it is the version that the sender named."""

    definition: SetDefinition
    exact: bool
    judged_by: str = ""  # In words: the version, and what is read differently.


def _text(*path: str) -> str:
    return files("gateway.x12.standards").joinpath("data", *path).read_text(encoding="utf-8")


@cache
def _code_rows() -> dict[str, list[tuple[str, str, str]]]:
    return parse.read_codes(_text("codes.txt"))


@cache
def codes(element: str, version: str) -> dict[str, str]:
    """Return the code list of an element in a version: code -> meaning (empty where agreed between partners)."""
    return {code: meaning for code, only, meaning in _code_rows().get(element, ()) if only in ("", version)}


@cache
def group_kinds() -> frozenset[str]:
    """Return every code that GS01 may be in some version."""
    return frozenset(code for version in VERSIONS for code in codes("479", version))


@cache
def _dictionary(
    version: str, short_dates: bool = False
) -> tuple[dict[str, Element], dict[str, Composite], dict[str, Segment]]:
    lists = {element: frozenset(codes(element, version)) for element in _code_rows()}
    elements = parse.read_elements(_text(version, "elements.txt"), lists)
    if short_dates:
        elements = {number: with_short_date(element) for number, element in elements.items()}
    composites = parse.read_composites(_text(version, "composites.txt"), elements)
    return elements, composites, parse.read_segments(_text(version, "segments.txt"), elements, composites)


@cache
def available(version: str) -> tuple[str, ...]:
    """Return the sets defined in a version: ``("204", ..., "997")``."""
    folder = files("gateway.x12.standards").joinpath("data", version)
    return tuple(sorted(entry.name[:3] for entry in folder.iterdir() if entry.name[:3].isdigit()))


@lru_cache(maxsize=1024)
def set_definition(set_id: str, version: str) -> Choice | None:
    """Return the definition that judges ``set_id`` in ``version`` (GS08), or None for a set that we do not define."""
    short_dates = has_short_dates(version)
    for candidate in by_nearness(version):
        if set_id in available(candidate):
            definition = _read(set_id, candidate, short_dates)
            return Choice(definition, is_exact(version, candidate), in_words(version, candidate))
    return None


@cache
def _read(set_id: str, version: str, short_dates: bool) -> SetDefinition:
    definition = parse.read_set(_text(version, f"{set_id}.txt"), version, _dictionary(version, short_dates)[2])
    definition.short_dates = short_dates
    return definition


def segment(name: str, version: str, short_dates: bool = False) -> Segment:
    """Return a segment of a defined version; KeyError when the version has none of that name."""
    return _dictionary(version, short_dates)[2][name]


@cache
def segment_names(version: str) -> frozenset[str]:
    """Return the identifiers of all segments of a defined version."""
    return frozenset(_dictionary(version)[2])


def segment_known(name: str, version: str) -> bool:
    """Tell whether any set of the version may hold a segment of that name."""
    return name in _dictionary(version)[2]
