"""Writes the YAML of a drafted guide: what every document did becomes a rule, what it rests on stands beside it.

A rule is drafted where all documents agree; what only some did stands in a comment. Codes, lengths and numbers beyond the
standard become rules as well, since without them the samples would be refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gateway.x12.explain import length_words
from gateway.x12.guides.evidence import ElementEvidence, Evidence, PlaceEvidence, Spot
from gateway.x12.guides.findings import adds_up, levels
from gateway.x12.standards.definition import Element
from gateway.x12.validator import Judgment

_MOST_CODES = 12  # More than so many are no list that somebody keeps.
_SAME_LENGTH = 3  # So many values of one length make a length.
_NUMBERS = frozenset({"350"})  # Numbers of lines, which come once each.
_PLAIN = re.compile(r"[A-Z][A-Z0-9]*")
_WORDS = frozenset({"YES", "NO", "ON", "OFF", "TRUE", "FALSE", "NULL", "Y", "N"})
_TAIL = re.compile(r"[\]#]\d?$")  # Behind these an element number needs a slash.
_KEY = re.compile(r"[A-Z][A-Z0-9#/=\[\]-]*")


def draft_text(evidence: Evidence, judged: list[Judgment], name: str, version: str, files: int, left_out: int) -> str:
    """Return the whole file. ``judged`` are the documents that were counted."""
    definition, count = evidence.definition, evidence.documents
    head = [
        f"# Drafted from {_several(count, 'document')} in {_several(files, 'file')}"
        + (f"; {left_out} more were left out." if left_out else "."),
        "# Each rule is what all of them did, with what it rests on beside it. Keep what was agreed, remove what only",
        "# happened to be so, and add a note for the partner where a rule needs its reason.",
        f"guide: {_scalar(name)}",
        f'set: "{definition.id}"',
        f"version: {_quoted(version)}",
        f"title: {_quoted(f'{definition.label}, drafted')}",
    ]
    paths = levels(judged)
    if paths:
        listed = ", ".join("/".join(path) for path in paths)
        told = ", ".join(f"{'/'.join(path)} {times}" for path, times in paths.items())
        head.append(f"hierarchy: [{listed}]  # ends of branches: {told}")
    rules = list(_rules(evidence, judged))
    head.append("rules:" if any(not line.lstrip().startswith("#") for line in rules) else "rules: {}")
    return "\n".join([*head, *rules, *_unused(evidence)]) + "\n"


def _rules(evidence: Evidence, judged: list[Judgment]) -> Iterator[str]:
    totals = adds_up(evidence.definition, judged)
    for place in evidence.places():
        lines = [*_presence(place)]
        for spot, found in place.elements.items():
            lines += _element(place, spot, found, totals)
        never = [_spot_name(place, spot) for spot, found in place.elements.items() if not found.present]
        yield f"  # {place.path} ({place.use.segment.label}): {_seen(place, evidence.documents)}"
        yield from lines
        if never and not place.kind:
            yield f"  #   never used: {', '.join(never)}"


def _seen(place: PlaceEvidence, documents: int) -> str:
    around = f", in {place.within} of {place.around} {_around(place)}" if "/" in place.path else ""
    often = f", up to {place.most} times" if place.most > 1 else ""
    return f"in {place.documents} of {_several(documents, 'document')}{around}{often}"


def _around(place: PlaceEvidence) -> str:
    return place.path.rpartition("/")[0]


def _presence(place: PlaceEvidence) -> Iterator[str]:
    """Draft whether and how often a segment or loop comes."""
    said = []
    item = place.item
    always = place.within == place.around
    if always and (place.kind or not item.required):
        said.append("require: true")
    beyond = item.maximum is not None and place.most > item.maximum
    if beyond and not place.kind:
        said.append(f"max_use: {place.most}")
    elif place.most == 1 and place.around > 1 and item.maximum != 1 and not beyond and item.name != "HL":
        said.append("max_use: 1")
    if said:
        widened = f"; beyond the {item.maximum} of the standard" if beyond else ""
        yield _line(place.path, said, f"in {place.within} of {place.around}, {place.most} at most{widened}")


def _element(place: PlaceEvidence, spot: Spot, found: ElementEvidence, totals: dict[str, str]) -> Iterator[str]:
    """Draft what stands at an element."""
    if not found.present:
        return
    key = f"{place.path}{'/' if _TAIL.search(place.path) else ''}{_spot(spot)}"
    said, told = [], [f"in {found.present} of {found.segments}"]
    fixed = place.kind.startswith(f"[{spot[0]:02d}=")
    if found.present == found.segments and not found.required and not fixed and not spot[1]:
        said.append("require: true")
    codes = [] if fixed else _codes(found)
    if codes:
        said.append(f"codes: [{', '.join(map(_scalar, codes))}]")
        told.append(", ".join(f"{_shown(code)} {found.values[code]}" for code in codes[:_MOST_CODES]))
        more = [code for code in codes if code not in found.kind.codes]
        told += [f"beyond the standard: {', '.join(map(_shown, more))}"] if more else []
    elif not found.kind.codes:
        low = "" if found.shortest == found.longest else f"{found.shortest} to "
        told.append(low + length_words(found.kind, found.longest))
        said += [f'length: "{length}"' for length in _length(found)]
    elif not fixed:
        told.append(f"{len(found.values)} different codes")
    if found.kind.number in _NUMBERS and found.several and not found.repeated:
        said.append("unique: true")
        told.append(f"never twice in a document, {found.several} with several")
    total = "" if place.kind else totals.get(f"{place.path}/{_spot(spot)}", "")
    if total:
        said.append(f"total: {total}")
        told.append("right in all of them")
    if said:
        yield _line(key, said, "; ".join(told))
    elif not fixed:
        yield f"  #   {key}: {'; '.join(told)}"


def _codes(found: ElementEvidence) -> list[str]:
    """Return the codes to list, the most frequent first: few ones, or any of which the standard lacks one."""
    kind = found.kind
    if kind.type != "ID" or not kind.codes:
        return []
    if len(found.values) > _MOST_CODES and kind.codes.issuperset(found.values):
        return []
    return sorted(found.values, key=lambda code: (-found.values[code], code))


def _length(found: ElementEvidence) -> Iterator[str]:
    """Yield a length where the standard's is too narrow, or where all values have the same."""
    kind: Element = found.kind
    if kind.type in ("DT", "TM", "B"):
        return
    if found.longest > kind.maximum or found.shortest < kind.minimum:
        yield f"{min(found.shortest, kind.minimum)}..{max(found.longest, kind.maximum)}"
    elif (
        kind.type == "AN"
        and kind.number not in _NUMBERS
        and found.shortest == found.longest
        and found.present >= _SAME_LENGTH
        and kind.minimum < kind.maximum
        and len(found.values) > 1
    ):
        yield str(found.longest)


def _unused(evidence: Evidence) -> Iterator[str]:
    """Name what no document held, as rules that a person may want."""
    seen = {place.item for place in evidence.places()}
    never = [
        item.name
        for item in evidence.definition.root.items
        if item not in seen and not item.required and item.name not in ("ST", "SE")
    ]
    if never:
        yield "  # No document holds these; a rule such as the next one would refuse them."
        yield f"  # {never[0]}: {{forbid: true}}"
        for at in range(1, len(never), 15):
            yield f"  # {', '.join(never[at : at + 15])}"


def _spot(spot: Spot) -> str:
    return f"{spot[0]:02d}-{spot[1]}" if spot[1] else f"{spot[0]:02d}"


def _spot_name(place: PlaceEvidence, spot: Spot) -> str:
    return f"{place.use.name}{_spot(spot)}"


def _line(key: str, said: list[str], told: str) -> str:
    shown = key if _KEY.fullmatch(key) else _quoted(key)
    return f"  {shown}: {{{', '.join(said)}}}  # {told}"


def _several(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text not in _WORDS else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _shown(text: str) -> str:
    """Return a value for a comment, in which nothing but printable signs may stand."""
    return text if text.isprintable() and text.isascii() else _quoted(text)
