"""Chooses which elements of a segment are present, so that every syntax note holds. Serves X12.6 section 3.8 (P R E C L)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from gateway.x12.generate.chance import Chance
from gateway.x12.standards.definition import Position, SyntaxNote

_ROUNDS = 20


class Mode(Enum):
    """How much is in a document: what is mandatory, some of it all, or everything that may be."""

    MINIMAL = "minimal"
    SOME = "some"
    FULL = "full"


def holds(note: SyntaxNote, present: Iterable[int]) -> bool:
    """Tell whether a note holds for the elements that are present."""
    here = len(set(note.positions).intersection(present))
    first = note.positions[0] in set(present)
    match note.kind:
        case "P":
            return here in (0, len(note.positions))
        case "R":
            return here > 0
        case "E":
            return here < 2
        case "C":
            return not first or here == len(note.positions)
        case _:
            return not first or here > 1


def choose(
    chance: Chance,
    positions: tuple[Position, ...],
    notes: tuple[SyntaxNote, ...],
    mode: Mode,
    *,
    never: frozenset[int] = frozenset(),
) -> set[int]:
    """Return numbers of elements that may be present together, mandatory ones among them, those of ``never`` not.

    At least one is chosen: a segment or composite without any means nothing.
    Raises ValueError for notes that nothing satisfies, which is a mistake of the definition.
    """
    must = {number for number, position in enumerate(positions, 1) if position.required}
    optional = [number for number in range(1, len(positions) + 1) if number not in must | never]
    for turn in range(_ROUNDS):
        share = {Mode.MINIMAL: 0.0, Mode.SOME: 0.35, Mode.FULL: 1.0}[mode] * (1 - turn / _ROUNDS)
        wanted = must | {number for number in optional if chance.random() < share} or {chance.choice(optional)}
        chosen = _settle(chance, _part(chance, wanted, must, notes), notes)
        if not chosen & never and all(holds(note, chosen) for note in notes):
            return chosen
    raise ValueError(f"no elements satisfy all of the notes {' '.join(map(str, notes))}")


def _part(chance: Chance, chosen: set[int], must: set[int], notes: tuple[SyntaxNote, ...]) -> set[int]:
    """Take out what excludes one another, but for one."""
    for note in notes:
        here = [number for number in note.positions if number in chosen]
        if note.kind == "E" and len(here) > 1:
            kept = next((number for number in here if number in must), None) or chance.choice(here)
            chosen = chosen - set(here) | {kept}
    return chosen


def _settle(chance: Chance, chosen: set[int], notes: tuple[SyntaxNote, ...]) -> set[int]:
    """Add what the notes ask for, until nothing more is asked for."""
    for _round in range(_ROUNDS):
        missing = next((note for note in notes if note.kind != "E" and not holds(note, chosen)), None)
        if missing is None:
            break
        if missing.kind in "PC":
            chosen = chosen | set(missing.positions)
        else:
            chosen = chosen | {chance.choice(missing.positions if missing.kind == "R" else missing.positions[1:])}
    return chosen
