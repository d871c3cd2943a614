"""Says what a rule asks for, and what the standard does, in the words of a specification."""

from __future__ import annotations

from gateway.x12.explain import expected
from gateway.x12.guides.rule import Rule
from gateway.x12.standards.definition import Element, Loop, SyntaxNote, Use

_UNIQUE: dict[bool | str, str] = {
    True: "each one different",
    "file": "different in each document of a file",
    "always": "never used again",
}
_MOST = 40  # Codes that a sentence names.


def rule_words(rule: Rule) -> str:
    """Return a rule as a sentence without its place: ``one of BP, UP; our part number goes first``."""
    text = rule.text
    said = []
    if text.forbid:
        said.append("not used")
    if text.require:
        said.append("required")
    if text.min_use is not None:
        said.append(f"at least {text.min_use} times" if text.min_use > 1 else "at least once")
    if text.max_use is not None:
        said.append(f"at most {text.max_use} times" if text.max_use > 1 else "at most once")
    said += _value_words(rule)
    words = ", ".join(said)
    if rule.when is not None:
        words += f" where {rule.when.words}"
    beyond = rule.beyond()
    if beyond:
        words += f" (beyond the standard: {', '.join(beyond)})"
    if text.note:
        words = f"{words}; {text.note}" if words else text.note
    return words


def _value_words(rule: Rule) -> list[str]:
    text, said = rule.text, []
    if text.codes:
        listed = ", ".join(text.codes[:_MOST]) + (", ..." if len(text.codes) > _MOST else "")
        said.append(f"only {listed}" if len(text.codes) == 1 else f"one of {listed}")
    if text.length:
        low, high = text.lengths
        said.append(f"{high} characters" if low == high else f"{low} to {high} characters")
    if rule.mask is not None:
        said.append(f"looks like {rule.mask.text}, for example {rule.mask.example()}")
    if text.unique:
        said.append(_UNIQUE.get(text.unique, f"not used again within {str(text.unique)[:-1]} days"))
    if rule.not_before is not None:
        said.append(f"not before {rule.not_before.shown}")
    if rule.total is not None:
        said.append(f"equals {rule.total.text}")
    return said


def kind_words(kind: Element) -> str:
    """Return what an element holds: ``AN 1/22, text of 1 to 22 characters``."""
    return f"{kind.type} {kind.minimum}/{kind.maximum}, {expected(kind)}"


def times_words(item: Use | Loop) -> str:
    """Return how often a segment or loop may come by the standard."""
    return "no limit" if item.maximum is None else str(item.maximum)


def note_words(segment: str, note: SyntaxNote) -> str:
    """Return a syntax note as a sentence."""
    places = [f"{segment}{number:02d}" for number in note.positions]
    first, rest = places[0], ", ".join(places[1:])
    return {
        "P": f"{', '.join(places[:-1])} and {places[-1]} come all together or not at all",
        "R": f"one at least of {', '.join(places)} must come",
        "E": f"only one of {', '.join(places)} may come",
        "C": f"with {first} must come {rest}",
        "L": f"with {first} must come one at least of {rest}",
    }[note.kind]
