"""Draws values that an element may hold: its type, its length, its codes, real days and hours. Serves X12.6 section 3.5."""

from __future__ import annotations

from calendar import monthrange
from functools import lru_cache

from gateway.x12 import periods
from gateway.x12.delimiters import Delimiters
from gateway.x12.generate.chance import Chance
from gateway.x12.standards.definition import Element

_VOCABULARY = (
    "ANCHOR BEARING BOLT BRACKET CABLE CARTON CLAMP COPPER COVER DOCK FILTER FLANGE FRAME GASKET GEAR HINGE HOSE LEFT"
    " LEVER LOT MILL MOTOR NORTH NUT OUTER PANEL PIN PLANT PLATE PUMP RIGHT RING ROLLER SCREW SEAL SHAFT SPRING STEEL"
    " STREET SUPPLY TUBE UNIT VALVE WASHER WIRE WORKS YARD ZINC"
)
_WORDS = _VOCABULARY.split()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_SIGNS = " !\"&'()+,-./:;?="  # With letters and digits the basic character set, but for the usual delimiters.
_LONGEST = 300  # Text of more characters is allowed now and then, and tells nothing new.
_LONGEST_BINARY = 200
FORMATS = (*periods.FORMATS, "UN")


class Values:
    """Draws values that stand between the delimiters ``marks``."""

    def __init__(self, chance: Chance, marks: Delimiters) -> None:
        self._chance = chance
        self._inner = "".join(sign for sign in 3 * (_LETTERS + _DIGITS) + _SIGNS if sign not in marks.all())

    def of(self, element: Element) -> str:
        """Return a value of ``element``; one in twenty is as long as it may be."""
        kind = element.type
        if element.codes and kind == "ID":
            return self._chance.choice(sorted_codes(element))
        if kind == "DT":
            return self.day(element.maximum)
        if kind == "TM":
            return self.hour(element)
        if kind == "B":
            return "".join(map(chr, self._chance.choices(range(256), k=self._chance.randint(1, _LONGEST_BINARY))))
        longest = min(element.maximum, _LONGEST)
        if self._chance.random() < 0.05:
            size = longest
        else:
            size = self._chance.randint(element.minimum, max(element.minimum, min(longest, 6 if kind != "AN" else 16)))
        size = max(size, 1)
        if kind == "R" or kind[0] == "N":
            return self.number(size, point=kind == "R")
        return self.text(size, plain=kind == "ID")

    def day(self, size: int) -> str:
        """Return a day of the calendar, CCYYMMDD or YYMMDD."""
        year, month = self._chance.randint(1996, 2039), self._chance.randint(1, 12)
        return f"{year}{month:02d}{self._chance.randint(1, monthrange(year, month)[1]):02d}"[-size:]

    def format(self) -> str:
        """Return a format of data element 1250."""
        return self._chance.choice(FORMATS)

    def period(self, code: str) -> str:
        """Return a date, time or period in the format ``code``."""
        ends = []
        for shape in periods.FORMATS.get(code, "").split("-"):
            day, draw = self.day(8), self._chance.randint
            clock = f"{draw(0, 23):02d}{draw(0, 59):02d}{draw(0, 59):02d}"
            ends.append(periods.written(shape, day, clock))
        return "-".join(ends) if code in periods.FORMATS else self.text(self._chance.randint(1, 16))

    def hour(self, element: Element) -> str:
        """Return a time of day as exact as the element allows: HHMM up to HHMMSSDD."""
        draw = self._chance.randint
        size = self._chance.choice([size for size in (4, 6, 7, 8) if element.minimum <= size <= element.maximum])
        return f"{draw(0, 23):02d}{draw(0, 59):02d}{draw(0, 59):02d}{draw(0, 99):02d}"[:size]

    def number(self, size: int, *, point: bool) -> str:
        """Return a number of so many digits, without leading zeros; some have a point, a few a sign."""
        digits = "".join(self._chance.choices(_DIGITS, k=size))
        if size > 1 and digits[0] == "0":
            digits = f"1{digits[1:]}"
        if point and size > 1 and self._chance.random() < 0.4:
            at = self._chance.randint(1, size - 1)
            digits = f"{digits[:at]}.{digits[at:]}"
        return f"-{digits}" if self._chance.random() < 0.03 else digits

    def text(self, size: int, *, plain: bool = False) -> str:
        """Return text of so many characters: words where there is room for them; ``plain`` is letters and digits only."""
        if plain:
            return "".join(self._chance.choices(_LETTERS + _DIGITS, k=size))
        if size >= 8 and self._chance.random() < 0.7:
            made = " ".join(self._chance.choices(_WORDS, k=size // 3))[:size]
            return made if made[-1] != " " else f"{made[:-1]}X"
        inner = "".join(self._chance.choices(self._inner, k=size))
        # Blanks at either end would be taken for padding.
        return inner if inner.strip() == inner else f"{inner.strip():X<{size}}"


@lru_cache(maxsize=4096)
def sorted_codes(element: Element) -> tuple[str, ...]:
    """Return the codes of an element in an order that is the same in each process."""
    return tuple(sorted(element.codes))
