r"""How a value looks: a small language of masks that is matched without ever going back, however long the value is.

Knows no element and no guide. ``9`` is a digit, ``A`` a capital letter, ``X`` either of them, ``?`` any character, ``*`` any
number of characters, ``{3}`` and ``{2..5}`` repeat what stands before, ``|`` parts alternatives; a backslash takes the
meaning from the next character, and every other character stands for itself.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_ATOMS = 500  # Of one alternative, repetitions counted; matching costs at most so many steps a character.

MOST_CHARACTERS = 10_000  # A longer value fits no mask; no element that people look at is so long.

_REPEAT = re.compile(r"\{(\d{1,3})(?:\.\.(\d{1,3}))?\}")
_DIGITS, _CAPITALS = frozenset(string.digits), frozenset(string.ascii_uppercase)
_CLASSES: dict[str, tuple[Callable[[str], bool], str]] = {
    # Letter of the mask -> which characters it takes, and those that an example is made of.
    "9": (_DIGITS.__contains__, "1234567890"),
    "A": (_CAPITALS.__contains__, "ABCDEFGHIJ"),
    "X": ((_DIGITS | _CAPITALS).__contains__, "A1B2C3D4E5"),
    "?": (lambda _character: True, "ABCDEFGHIJ"),
}


class MaskError(ValueError):
    """The text is no mask. Its text says why."""


@dataclass(frozen=True, slots=True)
class _Atom:
    """One place: what it takes, whether it may stay empty, whether it goes on taking."""

    takes: Callable[[str], bool]
    shown: str
    optional: bool = False
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask that was read; each of ``ways`` is one alternative."""

    text: str
    ways: tuple[tuple[_Atom, ...], ...]

    @property
    def lengths(self) -> tuple[int, int | None]:
        """The least and the greatest length that fits; None where there is no greatest."""
        least = min(sum(not atom.optional for atom in way) for way in self.ways)
        if any(atom.endless for way in self.ways for atom in way):
            return least, None
        return least, max(map(len, self.ways))

    def fits(self, value: str) -> bool:
        """Tell whether the whole of ``value`` looks like this."""
        return len(value) <= MOST_CHARACTERS and any(_fits(way, value) for way in self.ways)

    def example(self, number: int = 0, least: int = 0) -> str:
        """Return a value that fits, another one for another ``number`` where there is room, from ``least`` characters on."""
        roomy = (way for way in self.ways if any(atom.endless for atom in way) or len(way) >= least)
        way = next(roomy, max(self.ways, key=len))
        spare = max(0, least - sum(not atom.optional for atom in way))
        chosen: list[str] = []
        for atom in way:
            times = 1 if not atom.optional else 0
            if atom.optional and spare:
                times = spare if atom.endless else 1
                spare -= times
            chosen += [atom.shown] * times
        return "".join(reversed([_digit(shown, index, number) for index, shown in enumerate(reversed(chosen))]))


def _digit(shown: str, index: int, number: int) -> str:
    """Return the character at place ``index`` from the right, counted up by ``number`` as an odometer does."""
    return shown[(index * 3 + number // 10**index) % len(shown)] if len(shown) > 1 else shown


def _fits(way: tuple[_Atom, ...], value: str) -> bool:
    places = _skipped(way, {0})
    for character in value:
        after = set()
        for place in places:
            if place < len(way) and way[place].takes(character):
                after.add(place if way[place].endless else place + 1)
        if not after:
            return False
        places = _skipped(way, after)
    return len(way) in places


def _skipped(way: tuple[_Atom, ...], places: set[int]) -> set[int]:
    """Add the places that are reached by leaving out what may stay empty."""
    for place in sorted(places):
        at = place
        while at < len(way) and way[at].optional:
            at += 1
            if at in places:
                break
            places.add(at)
    return places


def read_mask(text: str) -> Mask:
    """Read a mask; raise MaskError."""
    ways = tuple(tuple(way) for way in _ways(text))
    if not all(ways):
        raise MaskError(f"an alternative of {text!r} is empty")
    if max(map(len, ways)) > MOST_ATOMS:
        raise MaskError(f"{text!r} is longer than {MOST_ATOMS} characters when its repetitions are written out")
    return Mask(text, ways)


def _ways(text: str) -> Iterator[list[_Atom]]:
    way: list[_Atom] = []
    at = 0
    while at < len(text):
        sign = text[at]
        at += 1
        if sign == "|":
            yield way
            way = []
            continue
        if sign == "*":
            way.append(_Atom(_CLASSES["?"][0], _CLASSES["?"][1], optional=True, endless=True))
            continue
        if sign in "{}":
            raise MaskError(
                f"{sign!r} in {text!r} repeats nothing; write 9{{3}}, or \\{sign} where it is meant as it is"
            )
        if sign == "\\":
            if at == len(text):
                raise MaskError(f"{text!r} ends with a backslash")
            atom, at = _literal(text[at]), at + 1
        else:
            atom = _Atom(*_CLASSES[sign]) if sign in _CLASSES else _literal(sign)
        times = _REPEAT.match(text, at)
        least, most = (int(times[1]), int(times[2] or times[1])) if times else (1, 1)
        if most < least or most < 1:
            raise MaskError(f"{times[0] if times else ''!r} in {text!r}: a repetition reads {{3}} or {{2..5}}")
        at = times.end() if times else at
        way += [atom] * least + [_Atom(atom.takes, atom.shown, optional=True)] * (most - least)
    yield way


def _literal(character: str) -> _Atom:
    return _Atom(character.__eq__, character)
