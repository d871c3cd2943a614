"""What is wrong with one value by itself, as one rule sees it: its code, its length, what it looks like."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.guides.rule import Rule
from gateway.x12.standards.definition import Element

_MOST_CODES = 20  # Shown in the advice.


def size_of(value: str, kind: Element | None) -> int:
    """Return the length of a value as the standard counts it: of a number only its digits, without the exponent."""
    if kind is not None and kind.type[0] in "NR":
        return sum(map(str.isdigit, value.partition("E")[0]))
    return len(value)


def wrong(rule: Rule, value: str, shown: str) -> tuple[FaultCode, str, str] | None:
    """Judge a value that is present by itself; return code, message and advice, or None."""
    text, (low, high) = rule.text, rule.text.lengths
    size = size_of(value, rule.target.element)
    if text.forbid:
        if rule.when is not None:
            return FaultCode.EXCLUDED_BY_GUIDE, f"{shown} is not allowed because {rule.when.words}", "leave it empty"
        return FaultCode.ELEMENT_NOT_ALLOWED, f"{shown} is not allowed here", "leave it empty"
    if text.codes is not None and value not in text.codes:
        listed = ", ".join(text.codes[:_MOST_CODES]) + (", ..." if len(text.codes) > _MOST_CODES else "")
        message = f"{value[:60]!r} in {shown} is not a code that the guide allows here"
        return FaultCode.CODE_NOT_IN_GUIDE, message, f"send one of {listed}"
    if text.length is not None and not low <= size <= high:
        message = f"{shown} has {size} characters, not {text.length}"
        code = FaultCode.TOO_SHORT_FOR_GUIDE if size < low else FaultCode.TOO_LONG_FOR_GUIDE
        return code, message, f"send {text.length} characters"
    if rule.mask is not None and not rule.mask.fits(value):
        message = f"{value[:60]!r} in {shown} does not look like {rule.mask.text}"
        return FaultCode.PATTERN_OF_GUIDE, message, f"send it as {rule.mask.example()}"
    return None
