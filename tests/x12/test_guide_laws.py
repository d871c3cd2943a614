"""What holds for every guide and every document: no guide lets pass by accident what the standard refuses."""

import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.errors import ConfigurationError
from gateway.x12.faults import FaultCode
from gateway.x12.guide import Guide
from gateway.x12.guides.check import place_of
from gateway.x12.guides.html import to_html
from gateway.x12.guides.markdown import to_markdown
from gateway.x12.guides.specification import specify
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import Element, Loop
from gateway.x12.validator import Judgment, look_closely
from tests.x12.mutations import VALUES, damaged
from tests.x12.samples import BODIES, document, judged, set_of
from tests.x12.test_guide_rules import guide_of

SETS = ("850", "856", "810")
GOOD = {set_id: set_of(document(set_id)).segments for set_id in SETS}
WIDENED = {
    FaultCode.CODE_UNKNOWN,
    FaultCode.TOO_LONG,
    FaultCode.TOO_SHORT,
    FaultCode.SEGMENT_OVER_MAXIMUM,
    FaultCode.LOOP_OVER_MAXIMUM,
}


def _places(set_id: str) -> list[tuple[str, Element | None]]:
    """Every place that the good document has or almost has, with its element."""
    found: list[tuple[str, Element | None]] = []

    def visit(loop: Loop, before: str) -> None:
        for item in loop.items:
            if item.name not in {segment[0] for segment in GOOD[set_id]} - {"ST", "SE"}:
                continue
            path = f"{before}{item.name}"
            opens = loop.parent is not None and item is loop.items[0]
            if not opens:
                found.append((path, None))
            if isinstance(item, Loop):
                visit(item, f"{path}/")
                continue
            base = before.removesuffix("/") if opens else path
            for number, position in enumerate(item.segment.positions[:8], 1):
                if isinstance(position.kind, Element):
                    found.append((f"{base}/{number:02d}", position.kind))

    visit(set_definition(set_id, "004010").definition.root, "")
    return found


PLACES = {set_id: _places(set_id) for set_id in SETS}


@st.composite
def rules(draw: st.DrawFn, set_id: str) -> str:
    """One rule of any kind, which may narrow and may widen."""
    path, kind = draw(st.sampled_from(PLACES[set_id]))
    low, high = sorted(draw(st.tuples(st.integers(1, 12), st.integers(1, 40))))
    words = ["require: true", "forbid: true"]
    if kind is None:
        words += [f"max_use: {draw(st.integers(1, 40))}", f"min_use: {draw(st.integers(1, 3))}"]
    else:
        codes = draw(
            st.lists(st.sampled_from([*sorted(kind.codes)[:20], "QQ", "ZZ", "EA", "DP", "QQQ"]), min_size=1, max_size=6)
        )
        words += [f"codes: {[f'{code}' for code in dict.fromkeys(codes)]}", f"length: {low}..{high}", "unique: true"]
        words += [f"pattern: '{draw(st.sampled_from(['*', '9{1..9}', 'A*', 'X{1..30}', '????*']))}'"]
        words += ["require: true, when: '/BEG02 = SA'"] if set_id == "850" else []
    return f"'{path}': {{{draw(st.sampled_from(words))}}}"


@st.composite
def cases(draw: st.DrawFn) -> tuple[Guide | None, Judgment]:
    set_id = draw(st.sampled_from(SETS))
    stated = dict(rule.split(": ", 1) for rule in draw(st.lists(rules(set_id), min_size=1, max_size=5)))
    segments = draw(damaged(GOOD[set_id], 2))
    if draw(st.booleans()):
        at = draw(st.integers(1, len(segments) - 2)) if len(segments) > 3 else 1
        if len(segments[at]) > 1:
            segments[at][draw(st.integers(1, len(segments[at]) - 1))] = draw(VALUES)
    body = "\n".join("*".join(segment) for segment in segments[1:-1]).replace("~", "")
    try:
        guide = guide_of(*(f"{path}: {rule}" for path, rule in stated.items()), set_id=set_id)
    except ConfigurationError:
        guide = None  # It contradicts itself, which other tests look at.
    # A segment that was renamed to ST or SE makes several sets of one; the first is as good as any.
    sets = (part for part in read(document(set_id, body).encode()) if isinstance(part, TransactionSet))
    return guide, look_closely(next(sets))


@given(cases())
def test_no_guide_accepts_what_the_standard_refuses_unless_it_widens_by_name(case):
    guide, found = case
    if guide is None:
        return
    result = guide.apply(found, found.transaction.segments)
    widens = any(rule.beyond() for rule in guide.rules)
    assert found.accepted or widens or not result.accepted
    # What is gone was something a guide may widen, and nothing else was lost on the way.
    kept = {place_of(fault) for fault in result.faults}
    gone = {place_of(fault) for fault in found.faults} - kept
    assert {place[-1] for place in gone} <= WIDENED
    if not widens:
        at = {fault.position for fault in result.faults}
        assert {place[0] for place in gone} <= at


@given(cases())
def test_every_fault_of_a_guide_says_all_that_there_is_to_say(case):
    guide, found = case
    if guide is None:
        return
    result = guide.apply(found, found.transaction.segments)
    for fault in result.faults:
        if not fault.rule:
            continue
        assert fault.rule.startswith(f"guide {guide.name} line ")
        assert fault.code.ack_code.startswith(("AK304:", "AK403:"))
        assert fault.message and fault.fix and fault.where
        assert 1 <= fault.position <= len(found.transaction.segments)
        assert fault.segment and fault.set_id == guide.set_id
        if fault.value:
            assert fault.element and fault.value in "*".join(found.transaction.segments[fault.position - 1])
    order = [(fault.position, fault.element, fault.component) for fault in result.faults]
    assert order == sorted(order)


@example("850")
@example("856")
@given(st.sampled_from(SETS))
def test_a_guide_that_asks_for_nothing_changes_nothing(set_id):
    found = judged(set_id)
    assert guide_of(set_id=set_id).apply(found, found.transaction.segments).faults == found.faults


def test_rules_about_each_of_many_lines_look_at_the_whole_set_once():
    lines = "".join(f"PO1*{number}*1*EA*1\nAMT*TT*{4000}\nDTM*002*20261121\n" for number in range(4000))
    body = BODIES["850"].replace("CTT*2", f"{lines}CTT*4002")
    found = look_closely(set_of(document("850", body)))
    guide = guide_of(
        "PO1/AMT02: {total: sum(PO1/02)}",
        "PO105: {require: true, when: '/PO1[01=none]/02'}",
        "PO1/DTM02: {not_before: '/PO1/DTM02'}",
        "PO101: {unique: true}",
    )
    begun = time.process_time()
    result = guide.apply(found, found.transaction.segments)
    assert time.process_time() - begun < 5
    assert {fault.segment for fault in result.faults if fault.rule} <= {"AMT", "PO1"}


@settings(max_examples=60)
@given(st.data())
def test_whatever_a_guide_asks_it_can_be_shown_and_the_example_keeps_to_it_or_says_why_not(data):
    set_id = data.draw(st.sampled_from(SETS))
    stated = dict(rule.split(": ", 1) for rule in data.draw(st.lists(rules(set_id), min_size=1, max_size=6)))
    try:
        guide = guide_of(*(f"{path}: {rule}" for path, rule in stated.items()), set_id=set_id)
    except ConfigurationError:
        return
    spec = specify(guide)
    found = look_closely(set_of(spec.example))
    assert guide.apply(found, found.transaction.segments).accepted == (not spec.faults)
    for page in (to_html(spec), to_markdown(spec)):
        assert ("No document can keep to all of these rules" in page) == bool(spec.faults)
