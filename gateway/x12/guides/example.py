"""Makes one complete document that a guide accepts, and a line for every segment of the set: what a partner looks at first.

The document starts from what the standard asks for; then the rules are kept one by one until nothing changes. Whether it
came out right is for `gateway.x12.guides.specification` to judge, with the guide itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from gateway.x12.delimiters import Delimiters
from gateway.x12.guide import Guide
from gateway.x12.guides.mend import mend
from gateway.x12.guides.reference import Node, Scene
from gateway.x12.guides.rule import Rule
from gateway.x12.guides.segments import complete, new_segment, obey
from gateway.x12.hierarchy import CHILDREN
from gateway.x12.path import Filter, Hop, loops_at, segments_at
from gateway.x12.standards.definition import Element, Loop, SetDefinition, Use

MARKS = Delimiters()
_ROUNDS = 12  # Rules that ask of each other; what is not settled by then contradicts itself.
_USUAL_LEVELS = ("W", "S", "O", "T", "P", "I")


class Example:
    """One document as a tree, in the shape that a walk makes of a real one.

    With ``rich`` it holds something at every place that a rule speaks of, not only where something must be.
    """

    def __init__(self, guide: Guide, definition: SetDefinition, *, rich: bool) -> None:
        self.guide = guide
        self.definition = definition
        self.never = _never(guide.rules)
        self._free: set[int] = set()  # Segments that no filter has claimed yet.
        self.tree: Node = self._node(definition.root)
        self._order = sorted(guide.rules, key=lambda rule: not rule.conditional)
        for rule in self._order if rich else ():
            if not rule.text.forbid:
                self._reach(rule)
        for _ in range(_ROUNDS):
            if not self._round():
                break

    def segments(self) -> list[tuple[Use, list[str]]]:
        """Return the segments in order, from ST to SE, numbers of levels and counts filled in."""
        found = list(_flat(self.definition.root, self.tree))
        for use, segment in found:
            if use.name == "ST":
                segment[1:] = [self.definition.id, "0001"]
            elif use.name == "SE":
                segment[1:] = [str(len(found)), "0001"]
        return found

    def line(self, use: Use) -> list[str]:
        """Return an example of a segment that the document does not hold."""
        segment = self._segment(use)
        rules = [rule for rule in self.guide.rules if rule.target.use is use and rule.target.elements is not None]
        scene = Scene(self.tree, {use.name: [segment]}, segment, MARKS)
        for _ in range(_ROUNDS):
            matching = [rule for rule in rules if all(each.matches(segment) for each in rule.target.filters)]
            spots = [(rule, segment, scene) for rule in matching if rule.total is None]
            if not mend(spots, use) | complete(segment, use):
                break
        return segment

    def _segment(self, use: Use, filters: tuple[Filter, ...] = ()) -> list[str]:
        segment = new_segment(use, filters, self.never.get(use, frozenset()))
        if not filters:
            self._free.add(id(segment))
        return segment

    def _node(self, loop: Loop, filters: tuple[Filter, ...] = ()) -> Node:
        """Make one repetition of a loop with what is mandatory in it."""
        node: Node = {}
        for item in loop.items:
            opens = item is loop.items[0] and loop.parent is not None
            if not item.required and not opens:
                continue
            if isinstance(item, Use):
                node[item.name] = [self._segment(item, filters if opens else ())]
            elif item.name == "HL":
                node["HL"] = self._levels(item)
            else:
                node[item.name] = [self._node(item)]
        return node

    def _levels(self, loop: Loop) -> list[Node]:
        """Make one level of each kind, one below the other."""
        codes = list(self.guide.hierarchy.paths[0]) if self.guide.hierarchy else self._level_codes(loop)
        levels = [self._node(loop, (Filter(3, (code,)),)) for code in codes]
        for above, below in pairwise(levels):
            above[CHILDREN] = [below]
        for number, level in enumerate(levels, 1):
            parent = str(number - 1) if number > 1 else ""
            level["HL"][0][:] = ["HL", str(number), parent, codes[number - 1], "1" if number < len(levels) else "0"]
        return levels

    def _level_codes(self, loop: Loop) -> list[str]:
        """Return the levels that the rules speak of, from the outermost inward."""
        named = {
            code
            for rule in self.guide.rules
            for hop in rule.target.hops
            if hop.loop.name == "HL"
            for each in hop.filters
            if each.number == 3 and not each.negated
            for code in each.values[:1]
        }
        named = named or {"S", "O", "I"}
        kind = loop.trigger.segment.positions[2].kind
        known = [code for code in _USUAL_LEVELS if code in named]
        codes = known + sorted(named.difference(known))
        return [code for code in codes if isinstance(kind, Element) and (not kind.codes or code in kind.codes)]

    def _round(self) -> bool:
        """Keep every rule once; tell whether that changed anything."""
        changed = False
        for rule in self._order:
            if rule.target.elements is None:
                changed |= self._presence(rule)
        by_use: dict[Use, list[tuple[Rule, list[str], Scene]]] = {}
        for rule in self._order:
            if rule.target.elements is not None and rule.target.use is not None:
                by_use.setdefault(rule.target.use, []).extend((rule, *found) for found in self._spots(rule))
        for use, spots in by_use.items():
            changed |= mend(spots, use)
        for use, segment in _flat(self.definition.root, self.tree):
            changed |= complete(segment, use)
        return changed

    def _reach(self, rule: Rule) -> None:
        """Let there be something at the place of a rule; levels stay those that there are."""
        target = rule.target
        for depth, hop in enumerate(target.hops):
            above = loops_at(self.tree, target.hops[:depth])
            if hop.loop.name != "HL" and above and not loops_at(above[0], (hop,)):
                self._add_loop(above[0], hop)
        nodes = loops_at(self.tree, target.hops)
        if (
            target.use is not None
            and nodes
            and not any(segments_at(node, target.use, target.filters) for node in nodes)
        ):
            self._add_segment(nodes[0], target.use, target.filters)

    def _spots(self, rule: Rule) -> Iterator[tuple[list[str], Scene]]:
        use = rule.target.use
        assert use is not None
        for node in loops_at(self.tree, rule.target.hops):
            for segment in segments_at(node, use, rule.target.filters):
                yield segment, Scene(self.tree, node, segment, MARKS)

    def _presence(self, rule: Rule) -> bool:
        """Add or remove the segments or loops of a rule."""
        target, changed = rule.target, False
        for node in loops_at(self.tree, target.hops if target.use else target.hops[:-1]):
            if rule.when is not None and not rule.when.holds(Scene(self.tree, node, None, MARKS)):
                continue
            if target.use is not None:
                found: list[Any] = segments_at(node, target.use, target.filters)
            else:
                found = loops_at(node, target.hops[-1:])
            key = target.use.name if target.use is not None else target.hops[-1].key
            if rule.text.forbid and found:
                node[key] = [item for item in node[key] if not any(item is other for other in found)]
                if not node[key]:
                    del node[key]
                changed = True
            for _ in range(len(found), rule.text.least):
                changed = True
                if target.use is not None:
                    self._add_segment(node, target.use, target.filters)
                else:
                    self._add_loop(node, target.hops[-1])
        return changed

    def _add_segment(self, node: Node, use: Use, filters: tuple[Filter, ...]) -> None:
        present = node.setdefault(use.name, [])
        if not self._claim([segment for segment in present if isinstance(segment, list)], use, filters):
            present.append(self._segment(use, filters))

    def _add_loop(self, node: Node, hop: Hop) -> None:
        present = node.setdefault(hop.key, [])
        trigger = hop.loop.trigger
        if self._claim([each[trigger.name][0] for each in present], trigger, hop.filters):
            return
        made = self._node(hop.loop, hop.filters)
        present.append(made)
        if hop.children:  # All levels stand side by side as well, each behind the one it hangs below.
            levels = self.tree["HL"]
            at = next(index for index, level in enumerate(levels) if level is node)
            levels.insert(at + 1, made)
        if hop.loop.name == "HL":
            _number(self.tree["HL"])

    def _claim(self, present: list[list[str]], use: Use, filters: tuple[Filter, ...]) -> bool:
        """Let one that the standard asked for, and nobody claimed, be the one that a rule asks for."""
        for segment in present:
            if filters and id(segment) in self._free:
                self._free.discard(id(segment))
                for condition in filters:
                    obey(segment, use, condition)
                return True
        return False


def _number(levels: list[Node]) -> None:
    """Number the levels anew."""
    numbers = {id(level): str(number) for number, level in enumerate(levels, 1)}
    parents = {id(child): numbers[id(level)] for level in levels for child in level.get(CHILDREN, [])}
    for level in levels:
        code = level["HL"][0][3]
        flag = "1" if level.get(CHILDREN) else "0"
        level["HL"][0][:] = ["HL", numbers[id(level)], parents.get(id(level), ""), code, flag]


def _never(rules: tuple[Rule, ...]) -> dict[Use, frozenset[int]]:
    """Return which elements no example shows, since a rule forbids them somewhere."""
    found: dict[Use, frozenset[int]] = {}
    for rule in rules:
        if rule.text.forbid and rule.target.elements is not None and rule.target.use is not None:
            found[rule.target.use] = found.get(rule.target.use, frozenset()) | {rule.target.elements.first}
    return found


def _flat(loop: Loop, node: Node) -> Iterator[tuple[Use, list[str]]]:
    """Yield the segments of a tree in the order of the set."""
    for item in loop.items:
        for held in node.get(item.name, ()):
            if isinstance(item, Use) and isinstance(held, list):
                yield item, held
            elif isinstance(item, Loop) and isinstance(held, dict):
                yield from _flat(item, held)
