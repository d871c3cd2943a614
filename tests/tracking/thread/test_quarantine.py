"""What quality keeps back and production takes: as it happened, whenever it was said."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.fold import fold
from gateway.tracking.thread.statement import Kind, LineSaid
from gateway.tracking.thread.states import LineState
from gateway.tracking.thread.tolerance import Judging, Terms
from tests.tracking.thread.saying import START, Saying, line

ITEM = (("buyer_part", "B-1"),)


def at(hours):
    return START + timedelta(hours=hours)


@pytest.fixture
def say():
    return Saying()


@pytest.fixture
def told(say):
    """An order of 100, all of it received at ten: 60 in lot L1 and 40 in lot L2."""
    lots = (line("1", 60, lot="L1"), line("1", 40, lot="L2"))
    return [*say.order(), say(Kind.RECEIVED, *lots, number="R1", source="wms", said_at=at(10))]


def found(thread, statement):
    return [(finding.check, finding.verdict) for finding in thread.judged[statement.id]]


def used(say, quantity, lot, hours, **more):
    return say(Kind.CONSUMED, LineSaid(lot=lot, quantity=Decimal(quantity), **more), source="mes", said_at=at(hours))


def test_what_is_free_may_be_used(say, told):
    first, second = used(say, 60, "L1", 11), used(say, 40, "L2", 12)
    thread = fold([*told, first, second])
    assert [thread.verdict(each.id) for each in (first, second)] == [Verdict.CLEAN, Verdict.CLEAN]
    assert thread.lines["1"].consumed == 100


def test_a_lot_on_hold_may_not_be_used_and_another_may(say, told):
    hold = say(Kind.HELD, LineSaid(lot="L1"), source="qms", said_at=at(11))
    kept, free = used(say, 1, "L1", 12), used(say, 40, "L2", 12)
    thread = fold([*told, hold, kept, free])
    assert found(thread, kept) == [(Check.HOLD, Verdict.OUTSIDE)]
    assert thread.verdict(free.id) == Verdict.CLEAN
    assert thread.lines["1"].state == LineState.ON_HOLD


def test_of_a_lot_that_is_held_in_part_the_rest_may_be_used(say, told):
    hold = say(Kind.HELD, LineSaid(lot="L1", quantity=Decimal(20)), source="qms", said_at=at(11))
    free, kept = used(say, 40, "L1", 12), used(say, 1, "L1", 13)
    thread = fold([*told, hold, free, kept])
    assert thread.verdict(free.id) == Verdict.CLEAN
    assert found(thread, kept) == [(Check.HOLD, Verdict.OUTSIDE)]


def test_what_was_used_before_the_hold_or_after_the_release_is_right(say, told):
    before, after = used(say, 10, "L1", 10.5), used(say, 10, "L1", 13)
    hold = say(Kind.HELD, LineSaid(lot="L1"), source="qms", said_at=at(11))
    release = say(Kind.RELEASED, LineSaid(lot="L1"), source="qms", said_at=at(12))
    thread = fold([*told, after, release, hold, before])
    assert {thread.verdict(each.id) for each in (before, after, hold, release)} == {Verdict.CLEAN}
    assert thread.lines["1"].held_quantity == 0


def test_a_hold_that_becomes_known_late_finds_what_was_used_under_it(say, told):
    taken = used(say, 10, "L1", 12)
    assert fold([*told, taken]).verdict(taken.id) == Verdict.CLEAN
    hold = say(Kind.HELD, LineSaid(lot="L1"), source="qms", said_at=at(11))
    assert found(fold([*told, taken, hold]), taken) == [(Check.HOLD, Verdict.OUTSIDE)]


def test_more_than_came_asks_somebody_whatever_was_agreed(say, told):
    most = used(say, 90, None, 11, items=ITEM)
    over = used(say, 11, None, 12, items=ITEM)
    thread = fold([*told, over, most], Terms(Judging(agreed=False)))
    assert thread.verdict(most.id) == Verdict.CLEAN
    assert found(thread, over) == [(Check.QUANTITY, Verdict.OUTSIDE)]


def test_what_was_used_before_its_receipt_was_posted_is_settled_by_the_receipt(say):
    told = [*say.order(), taken := used(say, 5, None, 9, items=ITEM)]
    assert found(fold(told), taken) == [(Check.QUANTITY, Verdict.OUTSIDE)]
    told.append(say(Kind.RECEIVED, line("1", 100), number="R1", source="wms", said_at=at(10)))
    assert fold(told).verdict(taken.id) == Verdict.CLEAN


def test_a_lot_that_did_not_come_for_the_order_is_waited_for(say, told):
    taken = used(say, 5, "L9", 12)
    assert found(fold([*told, taken]), taken) == [(Check.LINE, Verdict.WAITING)]


def test_the_lines_of_one_item_are_used_one_after_the_other(say):
    lines = [line(number, 50, price=1, unit="each", items=ITEM) for number in ("1", "2")]
    told = [*say.order(*lines), say(Kind.RECEIVED, line("1", 50), line("2", 50), number="R1", source="wms")]
    thread = fold([*told, used(say, 70, None, 20, items=ITEM)])
    assert [thread.lines[number].consumed for number in ("1", "2")] == [50, 20]


def test_a_release_from_before_the_hold_asks_somebody_and_releases_nothing(say, told):
    hold = say(Kind.HELD, LineSaid(lot="L1"), source="qms", said_at=at(12))
    release = say(Kind.RELEASED, LineSaid(lot="L1"), source="qms", said_at=at(11))
    thread = fold([*told, hold, release])
    assert found(thread, release) == [(Check.TURN, Verdict.OUTSIDE)]
    assert thread.lines["1"].held_quantity == 60


def test_a_release_of_what_nobody_holds_waits(say, told):
    release = say(Kind.RELEASED, LineSaid(lot="L1"), source="qms", said_at=at(11))
    assert found(fold([*told, release]), release) == [(Check.HOLD, Verdict.WAITING)]


def test_a_hold_in_a_unit_that_nobody_can_convert_keeps_the_whole_lot(say, told):
    hold = say(Kind.HELD, LineSaid(lot="L1", quantity=Decimal(1), unit="pallet"), source="qms", said_at=at(11))
    thread = fold([*told, hold])
    assert found(thread, hold) == [(Check.UNIT, Verdict.OUTSIDE)]
    assert thread.lines["1"].held_quantity == 60


def test_the_turn_in_which_holds_come_plays_no_part(say, told):
    steps = [
        say(Kind.HELD, LineSaid(lot="L1"), source="qms", said_at=at(11)),
        say(Kind.RELEASED, LineSaid(lot="L1", quantity=Decimal(20)), source="qms", said_at=at(12)),
        say(Kind.HELD, LineSaid(lot="L2"), source="qms", said_at=at(13)),
        used(say, 21, "L1", 14),
    ]
    came = [each.came_at for each in steps]
    seen = set()
    for turn in permutations(steps):
        for statement, moment in zip(turn, came, strict=True):
            statement.came_at = moment
        thread = fold([*told, *turn])
        held = tuple(sorted(thread.lines["1"].held.items()))
        seen.add((held, tuple(found(thread, steps[-1]))))
    assert seen == {((("L1", 40), ("L2", 40)), ((Check.HOLD, Verdict.OUTSIDE),))}


def test_a_milestone_that_comes_late_does_not_undo_a_newer_one(say):
    told = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="A1")]
    newer = say(Kind.MOVED, number="M2", shipment="A1", expected_on="2026-11-30", source="tms", said_at=at(5))
    older = say(Kind.MOVED, number="M1", shipment="A1", expected_on="2026-11-20", source="tms", said_at=at(1))
    assert fold([*told, newer, older]).lines["1"].expected_on.isoformat() == "2026-11-30"
    assert fold([*told, older, newer]).lines["1"].expected_on.isoformat() == "2026-11-30"


def passed(say, hours, lot="L1", **more):
    return say(Kind.PASSED, LineSaid(lot=lot, **more), said_at=at(hours))


def kept_for_tests(say, hours, lot="L1", source="document"):
    return say(Kind.HELD, LineSaid(lot=lot), source=source, said_at=at(hours), awaits="test_results")


@pytest.mark.parametrize("source", ["document", "qms"])
def test_test_results_let_go_what_waits_for_them_in_whatever_order_they_come(say, told, source):
    said = [*told, kept_for_tests(say, 11, source=source), passed(say, 12)]
    for turn in permutations(said[-3:]):
        thread = fold([*said[:-3], *turn])
        assert thread.lines["1"].held_quantity == 0
        assert thread.lines["1"].state == LineState.RECEIVED
        assert thread.verdict(said[-1].id) == Verdict.CLEAN


@pytest.mark.parametrize("first", [True, False])
def test_what_quality_keeps_for_another_reason_too_only_quality_lets_go(say, told, first):
    cracks = say(Kind.HELD, LineSaid(lot="L1"), source="qms", said_at=at(11 if first else 12))
    tests = passed(say, 13)
    thread = fold([*told, cracks, kept_for_tests(say, 12 if first else 11), tests])
    assert thread.lines["1"].held_quantity == 60
    assert found(thread, tests) == [(Check.HOLD, Verdict.NOTED)]
    release = say(Kind.RELEASED, LineSaid(lot="L1"), source="qms", said_at=at(14))
    assert fold([*told, cracks, tests, release]).lines["1"].held_quantity == 0


def test_results_let_go_nothing_that_was_kept_back_after_them_or_of_another_lot(say, told):
    late, other = kept_for_tests(say, 13), kept_for_tests(say, 11, lot="L2")
    tests = passed(say, 12)
    thread = fold([*told, late, other, tests])
    assert thread.lines["1"].held == {"L1": 60, "L2": 40}
    assert thread.verdict(tests.id) == Verdict.CLEAN, "a certificate about goods that nobody holds is no finding"


def test_a_lot_that_is_all_there_is_of_a_line_lets_the_line_go_and_one_of_two_does_not(say, told):
    whole = say(Kind.HELD, LineSaid(line="1"), source="qms", said_at=at(11), awaits="test_results")
    assert fold([*told, whole, passed(say, 12)]).lines["1"].held_quantity == 100
    one = [*say.order(), say(Kind.RECEIVED, line("1", 100, lot="L1"), number="R2", source="wms", said_at=at(10))]
    assert fold([*one, whole, passed(say, 12, items=ITEM)]).lines["1"].held_quantity == 0
    assert fold([*one, whole, passed(say, 12, items=(("buyer_part", "Z-9"),))]).lines["1"].held_quantity == 100
    assert fold([*one, whole, say(Kind.PASSED, line("1"), said_at=at(12))]).lines["1"].held_quantity == 0
    assert fold([*one, whole, say(Kind.PASSED, line("2"), said_at=at(12))]).lines["1"].held_quantity == 100
