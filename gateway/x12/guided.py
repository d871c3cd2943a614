"""Examples for the faults that a partner's guide finds: the segment as the rule wants it, with the other rules about it.

Where the guide itself is not at hand the example keeps to the standard alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from gateway.x12.examples import Examples, clean, own_marks, trim
from gateway.x12.expecting import use_of
from gateway.x12.faults import Fault, FaultCode
from gateway.x12.guide import Guide
from gateway.x12.guides.mend import mend
from gateway.x12.guides.reference import Scene
from gateway.x12.guides.rule import Rule
from gateway.x12.guides.segments import complete, new_segment
from gateway.x12.guides.values import sample
from gateway.x12.hierarchy import link
from gateway.x12.path import Filter, loops_at, segments_at
from gateway.x12.showing import written
from gateway.x12.standards.definition import Use

Guides: TypeAlias = Callable[[str], Guide]

_RULE = re.compile(r"guide (\S+) line (\d+)")
_LEVEL = re.compile(r"HL03 ([A-Z0-9]{1,2})")
_LATER = re.compile(r"send (\d{6,8}) or a later date")
_ROUNDS = 6  # Rules about one segment that ask of each other.


def rule_of(fault: Fault, guides: Guides | None) -> tuple[Guide | None, Rule | None]:
    """Return the guide and the rule that a fault names; None for a guide that is not at hand or a rule about levels."""
    found = _RULE.fullmatch(fault.rule)
    if found is None or guides is None:
        return None, None
    guide = guides(found[1])
    return guide, next((rule for rule in guide.rules if rule.line == int(found[2])), None)


def guided_example(fault: Fault, examples: Examples, guides: Guides | None) -> str:
    """Return the example for a fault of a guide; empty where the standard's own example serves."""
    guide, rule = rule_of(fault, guides)
    if guide is None or examples.definition is None:
        return ""
    if rule is None:
        level = _LEVEL.search(fault.fix)
        if level is None or fault.code is not FaultCode.CODE_NOT_IN_GUIDE:
            return ""
        fields = list(examples.segments[fault.position - 1])
        examples.put(fields, fault, level[1])
        return written(fields, examples.marks)
    if fault.code is FaultCode.SEGMENT_REQUIRED_BY_GUIDE:
        use, filters = rule.target.use, rule.target.filters
        if use is None:
            use, filters = rule.target.hops[-1].loop.trigger, rule.target.hops[-1].filters
        return written(_line(guide, use, filters, examples), examples.marks)
    if rule.target.elements is None:
        return ""
    return _mended(fault, rule, guide, examples)


def _line(guide: Guide, use: Use, filters: tuple[Filter, ...], examples: Examples) -> list[str]:
    """Make a segment under all rules about it."""
    fields = own_marks(new_segment(use, filters), use, examples.marks)
    _keep(guide, use, fields, {use.name: [fields]}, examples)
    return fields


def _keep(guide: Guide, use: Use, fields: list[str], node: dict[str, list[Any]], examples: Examples) -> None:
    """Keep the rules of a guide about one segment."""
    tree = link(examples.judgment.tree or {})
    scene = Scene(tree, node, fields, examples.marks)
    rules = [rule for rule in guide.rules if rule.target.use is use and rule.target.elements is not None]
    for _ in range(_ROUNDS):
        spots = [(rule, fields, scene) for rule in rules if all(each.matches(fields) for each in rule.target.filters)]
        if not mend(spots, use) | complete(fields, use):
            break
    trim(fields)


def _mended(fault: Fault, rule: Rule, guide: Guide, examples: Examples) -> str:
    """Return the segment that was sent, changed as the rule wants it."""
    transaction = examples.judgment.transaction
    use = rule.target.use or use_of(fault, examples.definition)
    assert transaction is not None and use is not None
    sent = transaction.segments[fault.position - 1]
    fields = list(sent)
    node: dict[str, list[Any]] = {use.name: [fields]}
    for around in loops_at(link(examples.judgment.tree or {}), rule.target.hops):
        if any(found is sent for found in segments_at(around, use, rule.target.filters)):
            node = around
    kind = rule.target.element
    later = _LATER.search(fault.fix)
    if fault.code is FaultCode.REPEATED_BY_GUIDE and kind is not None:
        examples.put(fields, fault, clean(sample(kind, [rule], fault.position), examples.marks))
    elif later is not None:
        examples.put(fields, fault, later[1])
    elif rule.text.forbid:
        examples.put(fields, fault, "")
    _keep(guide, use, fields, node, examples)
    return written(fields, examples.marks)
