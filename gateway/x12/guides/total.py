"""Counts, sums and hash totals: what CTT01, CTT02, TDS01 and their like must say, from the set itself.

Serves the semantic notes of CTT and data element 347: a hash total adds the digits without signs and decimal points, and
drops on the left what its element has no room for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import NamedTuple

from gateway.x12.delimiters import Delimiters
from gateway.x12.guides.reference import Node, value_at
from gateway.x12.path import PathError, Target, loops_at, parse, resolve, segments_at
from gateway.x12.standards.definition import Element, Loop

_TERM = re.compile(r"\s*([+-]?)\s*(count|sum|hash)\(([^()]+)\)\s*")
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_LONGEST = 40  # Digits of a value; what is longer is at fault in itself.


class _Term(NamedTuple):
    sign: int
    verb: str
    places: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What an element adds up: terms with their signs, each over places of the set."""

    text: str
    terms: tuple[_Term, ...]

    def of(self, tree: Node, marks: Delimiters, kind: Element | None) -> Decimal | None:
        """Return the total of a set as its element ``kind`` can say it; None where a value in it is no number."""
        result = Decimal(0)
        for term in self.terms:
            value = _count(term, tree) if term.verb == "count" else _added(term, tree, marks)
            if value is None:
                return None
            result = _CONTEXT.add(result, value * term.sign)
        if kind is None:
            return result
        if any(term.verb == "hash" for term in self.terms):
            return _CONTEXT.remainder(result, Decimal(10**kind.maximum))
        return _rounded(result, kind.implied_places) if kind.type[0] == "N" else result

    def agrees(self, value: str, total: Decimal, kind: Element | None) -> bool:
        """Tell whether ``value`` says ``total``; a product may be rounded to the cents, or to the decimals sent."""
        said = number_of(value, kind)
        if said is None or said == total:
            return True  # What is no number is at fault by the standard.
        if not any(len(term.places) > 1 for term in self.terms):
            return False
        exponent = said.as_tuple().exponent
        places = max(2, -exponent if isinstance(exponent, int) else 0)
        return said == _rounded(total, places)

    def written(self, total: Decimal, kind: Element | None) -> str:
        """Return ``total`` as the element writes it: without its point where decimals are implied."""
        if kind is not None and kind.implied_places:
            total = total.scaleb(kind.implied_places)
        text = format(total, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: Decimal, places: int) -> Decimal:
    return _CONTEXT.quantize(value, Decimal(1).scaleb(-places))


def _count(term: _Term, tree: Node) -> Decimal:
    [place] = term.places
    nodes = loops_at(tree, place.hops)
    found = len(nodes) if place.use is None else sum(len(segments_at(node, place.use, place.filters)) for node in nodes)
    return Decimal(found)


def _added(term: _Term, tree: Node, marks: Delimiters) -> Decimal | None:
    result = Decimal(0)
    place = term.places[0]
    assert place.use is not None
    for node in loops_at(tree, place.hops):
        for segment in segments_at(node, place.use, place.filters):
            product = Decimal(1)
            for factor in term.places:
                text = value_at(segment, factor, marks)
                if term.verb == "hash":
                    text = "".join(character for character in text if character.isdecimal())
                value = number_of(text, None if term.verb == "hash" else factor.element) if text else Decimal(0)
                if value is None:
                    return None
                product = _CONTEXT.multiply(product, value)
            result = _CONTEXT.add(result, product)
    return result


def number_of(text: str, kind: Element | None) -> Decimal | None:
    """Return what an element says as a number, implied decimals put in; None where it is none."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST:
        return None
    return value.scaleb(-kind.implied_places) if kind is not None else value


def read_total(text: str, root: Loop) -> Total:
    """Read a total; its paths start at the beginning of the set. Raises PathError."""
    terms: list[_Term] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or (bool(match[1]) is not bool(terms) and match[1] != "-"):
            break
        terms.append(_term(text, match, root))
        at = match.end()
    if at < len(text) or not terms:
        raise PathError(f"{text!r}: a total reads count(PO1), sum(PO1/02) or hash(PO1/02), several with + or -")
    return Total(text.strip(), tuple(terms))


def _term(text: str, match: re.Match[str], root: Loop) -> _Term:
    verb = match[2]
    places = []
    for part in re.split(r"\s+\*\s+", match[3].strip()):
        place = resolve(parse(part), root)
        if place is None:
            raise PathError(f"{text!r}: the set has no {part}")
        places.append(place)
    first = places[0]
    if verb == "count":
        if len(places) > 1 or first.elements is not None:
            raise PathError(f"{text!r}: count takes one segment or loop")
    elif any(place.elements is None or not place.elements.single for place in places):
        raise PathError(f"{text!r}: {verb} takes elements")
    elif any((place.hops, place.use, place.filters) != (first.hops, first.use, first.filters) for place in places):
        raise PathError(f"{text!r}: only elements of one segment can be multiplied")
    return _Term(-1 if match[1] == "-" else 1, verb, tuple(places))
