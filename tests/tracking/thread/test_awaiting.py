"""What an order still waits for, at each point of its life."""

import pytest

from gateway.tracking.thread.awaiting import ARRIVED, Awaited, awaits
from gateway.tracking.thread.fold import fold
from gateway.tracking.thread.statement import Kind, Reply
from gateway.tracking.thread.tolerance import Judging, Terms, Tolerance
from tests.tracking.thread.saying import DUE, Saying, line


@pytest.fixture
def say():
    return Saying()


def awaited(told, terms=None):
    found = awaits(fold(told, terms).lines.values())
    assert set(found) == {each.column for each in Awaited}
    return {name.removeprefix("awaits_") for name, waits in found.items() if waits}


def test_it_waits_for_one_thing_after_the_other(say):
    told = [say(Kind.CREATED, line("1", 100, price=10, on=DUE))]
    assert awaited(told) == set(), "nobody has got it yet"
    steps = [
        ([say(Kind.APPROVED), say(Kind.TRANSMITTED)], {"acknowledgment"}),
        ([say(Kind.UNDERSTOOD)], {"acknowledgment"}),
        ([say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.ACCEPTED, on=DUE))], {"ship_notice"}),
        ([say(Kind.SHIPPED, line("1", 60), number="A1")], {"ship_notice", "receipt", "invoice"}),
        ([say(Kind.RECEIVED, line("1", 60, reference="A1"), number="R1")], {"ship_notice", "invoice"}),
        ([say(Kind.INVOICED, line("1", 60, price=10), number="I1", total="600")], {"ship_notice"}),
        ([say(Kind.SHIPPED, line("1", 40), number="A2")], {"receipt", "invoice"}),
        ([say(Kind.RECEIVED, line("1", 40, reference="A2"), number="R2")], {"invoice"}),
        ([say(Kind.INVOICED, line("1", 40, price=10), number="I2", total="400")], set()),
    ]
    for more, expected in steps:
        told += more
        assert awaited(told) == expected, more[-1].kind


def test_lines_that_are_not_equally_far_wait_for_several_things_at_once(say):
    told = say.order(line("1", 5, on=DUE), line("2", 5, on=DUE))
    told.append(say(Kind.ACKNOWLEDGED, line("1", 5, reply=Reply.ACCEPTED, on=DUE)))
    assert awaited(told) == {"acknowledgment", "ship_notice"}


@pytest.mark.parametrize("kind", [Kind.CANCELLED, Kind.ACKNOWLEDGED])
def test_what_is_cancelled_or_rejected_waits_for_nothing_and_is_wanted_no_more(say, kind):
    told = say.order()
    assert fold(told).need_by == DUE
    told.append(say(kind, line("1", 100, reply=Reply.REJECTED)))
    assert (awaited(told), fold(told).need_by) == (set(), None)


def test_what_was_rejected_is_not_waited_for_when_the_rest_has_come(say):
    told = [*say.order(), say(Kind.ACKNOWLEDGED, line("1", 70, reply="accepted"), line("1", 30, reply="rejected"))]
    told.append(say(Kind.SHIPPED, line("1", 70), number="A1"))
    assert awaited(told) == {"receipt", "invoice"}


def test_what_may_be_missing_is_not_wanted_any_more(say):
    terms = Terms(Judging(Tolerance(quantity_under=5)))
    told = [*say.order(), say(Kind.ACKNOWLEDGED, line("1", 100, reply="accepted", on=DUE))]
    told += [say(Kind.SHIPPED, line("1", 97), number="A1"), say(Kind.RECEIVED, line("1", 97), number="R1")]
    thread = fold(told, terms)
    assert thread.lines["1"].state in ARRIVED
    assert thread.need_by is None and awaited(told, terms) == {"invoice"}
