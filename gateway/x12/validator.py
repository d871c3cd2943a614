"""Judges a transaction set against the standard: one verdict, every fault, and the tree of what was placed.

Structure is `gateway.x12.walker`'s, elements are `gateway.x12.elements`', what a partner's guide adds is
`gateway.x12.guide`'s. Knows no partner, no file and no clock.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from gateway.x12.characters import Characters, is_basic
from gateway.x12.collector import Collector, EnvelopeFinding
from gateway.x12.delimiters import Delimiters
from gateway.x12.fast import FastSet
from gateway.x12.faults import Fault, FaultCode
from gateway.x12.model import TransactionSet, element, same_number, whole_number
from gateway.x12.standards import library
from gateway.x12.standards.definition import SetDefinition, Use
from gateway.x12.walker import Node, Walker, grow

MAX_FAULTS = 1000  # Kept a set; a file of nothing but faults must not fill the memory.


@dataclass(slots=True)
class Judgment:
    """The verdict on one set, judged by ``definition`` (None when the set is not defined)."""

    set_id: str
    control_number: str
    version: str
    definition: SetDefinition | None
    exact: bool
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0  # How many were not kept, and of these
    more_notes: int = 0  # how many are tolerated.
    tolerate: Collection[FaultCode] = ()
    characters: Characters | None = None  # To which set its values were held; None where nothing was agreed.
    judged_by: str = ""  # By what it was judged, in words: the version, and what is read differently.
    uses: list[Use | None] = field(default_factory=list)
    transaction: TransactionSet | None = field(default=None, repr=False)
    _tree: Node | None = field(default=None, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether nothing rejects the set: tolerated faults are notes."""
        return self.more_faults == self.more_notes and all(fault.tolerated for fault in self.faults)

    @property
    def tree(self) -> Node | None:
        """What was placed, as `gateway.x12.walker` describes it; None when the set is not defined."""
        if self._tree is None and self.uses and self.transaction is not None:
            self._tree = grow(self.uses, self.transaction.segments)
        return self._tree

    def verdict_only(self) -> Judgment:
        """The same without what was placed: what an acknowledgment needs, in little memory."""
        return replace(self, uses=[], transaction=None, _tree=None)


def validate(
    transaction: TransactionSet, tolerate: Collection[FaultCode] = (), characters: Characters | None = None
) -> Judgment:
    """Judge one set by the nearest definition of its version. Faults of the codes in ``tolerate`` become notes.

    ``characters`` is the set of X12.6 that its values must keep to, extended where nothing was agreed.
    """
    judgment = _opened(transaction, tolerate, characters)
    definition = judgment.definition
    header = _header_faults(transaction, definition)
    if definition is not None and not header:
        uses = _fast(definition, transaction)
        if uses is not None and (characters != "basic" or _is_basic(transaction)):
            judgment.uses = list(uses)
            return judgment
    _look_closely(judgment, transaction, [*header, *_trailer_faults(transaction)], MAX_FAULTS)
    return judgment


def look_closely(
    transaction: TransactionSet,
    tolerate: Collection[FaultCode] = (),
    most: int = MAX_FAULTS,
    characters: Characters | None = None,
) -> Judgment:
    """Judge one set without the fast path: the oracle that the fast path is held against. ``most`` faults are kept."""
    judgment = _opened(transaction, tolerate, characters)
    faults = [*_header_faults(transaction, judgment.definition), *_trailer_faults(transaction)]
    _look_closely(judgment, transaction, faults, most)
    return judgment


def _is_basic(transaction: TransactionSet) -> bool:
    return is_basic(transaction.pieces, transaction.interchange.delimiters.all())


def _opened(transaction: TransactionSet, tolerate: Collection[FaultCode], characters: Characters | None) -> Judgment:
    """Return a judgment without any fault yet, by the definition that fits."""
    if characters is not None:
        # What was agreed on characters counts, whatever is tolerated.
        utf_8 = {FaultCode.CHARACTER_SET}
        tolerate = {*tolerate} | utf_8 if characters == "utf-8" else {*tolerate} - utf_8
    set_id, control, version = transaction.id, transaction.control_number, transaction.version
    choice = library.set_definition(set_id, version) if set_id else None
    definition = choice.definition if choice else None
    return Judgment(
        set_id,
        control,
        version,
        definition,
        exact=bool(choice and choice.exact),
        tolerate=tolerate,
        characters=characters,
        judged_by=choice.judged_by if choice else "",
        transaction=transaction,
    )


_WARM = 16  # Sets of a kind judged closely before patterns are compiled for it: a handful does not pay for them.


def _fast(definition: SetDefinition, transaction: TransactionSet) -> list[Use] | None:
    marks = transaction.interchange.delimiters
    if any(len(mark) > 1 for mark in marks.all()):
        return None
    key = (definition, marks.element, marks.component, marks.repetition)
    seen = _seen.get(key, 0)
    if seen < _WARM:
        if len(_seen) > 1000:
            _seen.clear()
        _seen[key] = seen + 1
        return None
    return _fast_set(definition, marks.element, marks.component, marks.repetition).uses_of(transaction)


_seen: dict[tuple[object, ...], int] = {}


@lru_cache(maxsize=128)
def _fast_set(definition: SetDefinition, element_mark: str, component: str, repetition: str) -> FastSet:
    return FastSet(definition, Delimiters(element_mark, component, "~", repetition))


def _look_closely(judgment: Judgment, transaction: TransactionSet, envelope: list[EnvelopeFinding], most: int) -> None:
    segments, definition = transaction.segments, judgment.definition
    collector = Collector(transaction, definition, judgment.tolerate, most, basic=judgment.characters == "basic")
    collector.envelope(envelope)
    collector.blanks()
    collector.breaks()
    if definition is not None:
        known = library.segment_names(definition.version)
        names = [segment[0] for segment in transaction.as_sent()]
        if not known.issuperset(names):
            names = collector.raised(names, known)
        placed = _walker(definition).walk(names, segments, known, closed=transaction.closed)
        judgment._tree, judgment.uses = placed.tree, placed.uses
        collector.structure(placed)
        collector.elements(placed)
        if "HL" in definition.segment_ids:
            collector.hierarchy(placed)
    judgment.faults = sorted(collector.faults, key=lambda fault: (fault.position, fault.element, fault.component))
    judgment.more_faults, judgment.more_notes = collector.more_faults, collector.more_notes


@cache
def _walker(definition: SetDefinition) -> Walker:
    return Walker(definition)


def _header_faults(transaction: TransactionSet, definition: SetDefinition | None) -> list[EnvelopeFinding]:
    """Check ST against GS; the last item is the index of the segment."""
    found: list[EnvelopeFinding] = []
    group, control, set_id = transaction.group, transaction.control_number, transaction.id
    if len(set_id) != 3 or not set_id.isalnum():
        found.append((FaultCode.SET_ID, f"ST01 {set_id!r} is no set identifier", "send three digits such as 850", 0))
    elif definition is None:
        found.append((FaultCode.SET_UNSUPPORTED, f"set {set_id} is not supported here", "agree on it first", 0))
    elif (
        group is not None
        and group.functional_id != definition.group_id
        and group.functional_id in library.group_kinds()
    ):
        message = f"set {set_id} belongs in a group {definition.group_id}, not {group.functional_id!r} (GS01)"
        found.append((FaultCode.SET_NOT_IN_GROUP, message, f"send GS01 {definition.group_id}", 0))
    if not 4 <= len(control) <= 9 or not control.isalnum():
        found.append((FaultCode.SET_NUMBER, f"ST02 {control!r} is no control number", "send 4 to 9 digits", 0))
    return found


def _trailer_faults(transaction: TransactionSet) -> list[EnvelopeFinding]:
    """Check SE against ST."""
    segments, control = transaction.segments, transaction.control_number
    if not transaction.closed:
        return [(FaultCode.SET_UNCLOSED, f"set {control} has no SE", "end the set with SE", -1)]
    found: list[EnvelopeFinding] = []
    counted, number = element(segments[-1], 1), element(segments[-1], 2)
    if number != control:
        message = f"SE02 is {number!r} but ST02 is {control!r}"
        code = FaultCode.SET_NUMBER_ZEROS if same_number(number, control) else FaultCode.SET_NUMBERS_DIFFER
        found.append((code, message, "send the same number in both", -1))
    if whole_number(counted) != len(segments):
        message = f"SE01 counts {counted or 'nothing'} but the set has {len(segments)} segments, ST and SE included"
        found.append((FaultCode.SEGMENT_COUNT, message, f"send SE01 {len(segments)}", -1))
    return found
