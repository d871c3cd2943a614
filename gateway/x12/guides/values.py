"""Values for examples that people read: what a partner would send, not chance. Always the same for the same place.

Knows no document; `gateway.x12.guides.example` puts the values where they belong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.x12.elements import judge_value
from gateway.x12.guides.rule import Rule
from gateway.x12.guides.value import wrong
from gateway.x12.standards.definition import Element

# Data element -> what an example says there, the likeliest first. Where it does not fit, the next or a made one serves.
_LIKELY: dict[str, tuple[str, ...]] = {
    "19": ("SPRINGFIELD",),
    "26": ("US",),
    "40": ("TL",),
    "66": ("92", "2", "01"),
    "67": ("0042",),
    "76": ("INV-1001",),
    "91": ("M",),
    "92": ("SA", "NE"),
    "93": ("EXAMPLE WORKS",),
    "98": ("ST", "BY", "SF", "SH"),
    "100": ("USD",),
    "103": ("CTN25",),
    "116": ("62701",),
    "127": ("REF-1001",),
    "128": ("PO", "DP", "BM", "IV"),
    "143": ("850",),
    "156": ("IL",),
    "166": ("1 MILL ROAD",),
    "212": ("12.50",),
    "234": ("B-1007",),
    "235": ("BP", "VP", "UP"),
    "309": ("OR", "CY"),
    "324": ("4500017",),
    "329": ("1",),
    "350": ("1",),
    "349": ("F",),
    "352": ("BRACKET, STEEL, 40 MM",),
    "353": ("00", "14"),
    "355": ("EA", "LB", "CA"),
    "364": ("217 555 0100",),
    "366": ("IC", "BD"),
    "374": ("002", "011", "010"),
    "396": ("SHP-20417",),
    "479": ("PO",),
    "554": ("1",),
    "623": ("ET", "UT"),
    "639": ("PE",),
    "668": ("IA",),
    "715": ("A",),
    "717": ("A",),
    "735": ("S", "O", "I"),
    "755": ("PS",),
    "1250": ("D8",),
    "1251": ("20260415",),
}
_DAY = "20260415"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def sample(kind: Element, rules: Iterable[Rule] = (), number: int = 0) -> str:
    """Return a value that the standard and all ``rules`` allow, another one for each ``number``; else the likeliest."""
    asked = list(rules)
    free = {kind.codes, *(frozenset(rule.text.codes or ()) for rule in asked)}
    first = ""
    for candidate in _candidates(kind, asked, number):
        first = first or candidate
        coded = any(candidate in codes for codes in free)
        widened = any(rule.text.length or rule.text.codes for rule in asked)
        if not coded and not widened and judge_value(kind, candidate) is not None:
            continue
        if all(wrong(rule, candidate, "") is None for rule in asked):
            return candidate
    return first


def _candidates(kind: Element, rules: list[Rule], number: int) -> Iterator[str]:
    """Yield values, the likeliest first."""
    low, high = _bounds(kind, rules)
    listed = [rule.text.codes for rule in rules if rule.text.codes]
    if listed:
        codes = listed[0]
        yield from (*codes[number % len(codes) :], *codes)
    for rule in rules:
        if rule.mask is not None:
            yield from (rule.mask.example(number, low), rule.mask.example(number, high))
    likely = _LIKELY.get(kind.number, ())
    if not number:
        yield from likely
    elif likely and likely[0].isdigit() and not kind.codes:
        yield str(int(likely[0]) + number)
    if kind.codes:
        known = sorted(kind.codes)
        yield from (*(code for code in (*likely, *known) if code in kind.codes),) if not number else known[number:]
    yield from _made(kind, low, high, number)


def _bounds(kind: Element, rules: list[Rule]) -> tuple[int, int]:
    stated = [rule.text.lengths for rule in rules if rule.text.length]
    if not stated:
        return kind.minimum, kind.maximum
    return max(low for low, _high in stated), min(high for _low, high in stated)


def _made(kind: Element, low: int, high: int, number: int) -> Iterator[str]:
    """Make values from the type and the length."""
    size = max(low, 1)
    if kind.type == "DT":
        yield _DAY if high >= 8 else _DAY[2:]
    elif kind.type == "TM":
        yield from ("1030", "103000", "10300000")
    elif kind.type[0] in "NR":
        yield str(number + 1).rjust(size, "1") if size > 1 else str(number + 1)
        yield str(10**size + number)[-size:].rjust(size, "1")
        yield "1" * size
    else:
        words = " ".join("".join(sign for sign in kind.label.upper() if sign in f"{_LETTERS}0123456789 ").split())
        tail = f" {number + 1}" if number else ""
        yield (words[: max(high - len(tail), 0)].strip() + tail).ljust(low, "X")
        yield (_LETTERS[number % 26] * size)[:high]
        yield str(10**size + number + 1)[-size:]
