"""What follows from what was said about an order."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.fold import decided_key, fold
from gateway.tracking.thread.statement import Kind, LineSaid, Purpose, Reply, Statement
from gateway.tracking.thread.states import LineState
from gateway.tracking.thread.tolerance import Judging, Special, Terms, Tolerance
from tests.tracking.thread.saying import DUE, START, Saying, line

S = LineState
ITEM = (("buyer_part", "B-1"),)
LOOSE = Tolerance(
    quantity_over=Decimal(5), quantity_under=Decimal(5), price_percent=Decimal(2), days_late=2, days_early=5
)


@pytest.fixture
def say():
    return Saying()


def found(thread, statement):
    return [(finding.check, finding.verdict) for finding in thread.judged[statement.id]]


def test_the_whole_life_of_a_clean_order(say):
    told = say.order()
    steps = [
        (say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.ACCEPTED, on=DUE)), S.ACCEPTED),
        (say(Kind.SHIPPED, line("1", 100), number="ASN1"), S.SHIPPED),
        (say(Kind.MOVED, number="M1", shipment="ASN1", expected_on=DUE.isoformat()), S.IN_TRANSIT),
        (say(Kind.RECEIVED, line("1", 100, reference="ASN1"), number="R1", source="wms"), S.RECEIVED),
        (say(Kind.INVOICED, line("1", 100, price=10), number="INV1", total="1000"), S.MATCHED),
        (say(Kind.PAID, number="PAY1", total="1000"), S.CLOSED),
    ]
    assert fold(told).state == S.UNDERSTOOD
    for statement, state in steps:
        told.append(statement)
        thread = fold(told)
        assert thread.state == thread.lines["1"].state == state
        assert thread.verdict(statement.id) == Verdict.CLEAN


@given(st.randoms(use_true_random=False))
def test_the_order_of_arrival_plays_no_part(random):
    say = Saying()
    told = [
        *say.order(),
        say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.ACCEPTED, on=DUE)),
        say(Kind.SHIPPED, line("1", 60), number="A1"),
        say(Kind.SHIPPED, line("1", 40), number="A2"),
        say(Kind.RECEIVED, line("1", 60, reference="A1"), number="R1"),
        say(Kind.RECEIVED, line("1", 40, reference="A2"), number="R2"),
        say(Kind.INVOICED, line("1", 100, price=10), number="I1", total="1000"),
    ]
    shuffled = random.sample(told, len(told))
    for hours, statement in enumerate(shuffled):
        statement.came_at = START + timedelta(hours=hours)
    thread = fold(shuffled)
    assert thread.state == S.MATCHED
    assert all(thread.verdict(each.id) == Verdict.CLEAN for each in told)


def test_an_order_that_nobody_told_us_of_waits_and_is_judged_when_it_comes(say):
    invoice = say(Kind.INVOICED, line("1", 100, price=10), number="I1")
    assert fold([invoice]).state == S.UNKNOWN
    assert fold([invoice]).verdict(invoice.id) == Verdict.WAITING
    assert fold([invoice, *say.order()]).lines["1"].state == S.UNDERSTOOD


def test_an_invoice_before_the_goods_waits(say):
    told = [*say.order(), invoice := say(Kind.INVOICED, line("1", 100, price=10), number="I1")]
    assert fold(told).verdict(invoice.id) == Verdict.WAITING
    told.append(say(Kind.SHIPPED, line("1", 100), number="A1"))
    assert fold(told).verdict(invoice.id) == Verdict.WAITING
    told.append(say(Kind.RECEIVED, line("1", 100, reference="A1"), number="R1"))
    assert fold(told).state == S.MATCHED


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ([line("1", 100, reply=Reply.ACCEPTED, on=DUE)], S.ACCEPTED),
        ([line("1", 100, reply=Reply.ACCEPTED)], S.ACCEPTED),
        ([line("1", 90, reply=Reply.CHANGED, on=DUE)], S.CHANGED),
        ([line("1", 100, reply=Reply.ACCEPTED, on=DUE + timedelta(9))], S.CHANGED),
        ([line("1", 100, reply=Reply.ACCEPTED, price=11)], S.CHANGED),
        ([line("1", 100, reply=Reply.REJECTED)], S.REJECTED),
        ([line("1", 40, reply=Reply.ACCEPTED), line("1", 60, reply=Reply.BACKORDERED)], S.BACKORDERED),
        (
            [line("1", 40, reply=Reply.ACCEPTED, on=DUE), line("1", 60, reply=Reply.ACCEPTED, on=DUE + timedelta(2))],
            S.SPLIT,
        ),
    ],
)
def test_what_a_partner_answers_to_a_line(say, parts, state):
    answer = say(Kind.ACKNOWLEDGED, *parts)
    thread = fold([*say.order(), answer])
    assert thread.lines["1"].state == state
    assert (thread.verdict(answer.id) == Verdict.CLEAN) == (state == S.ACCEPTED)


def test_an_answer_without_lines_is_one_for_all_of_them(say):
    assert fold([*say.order(), say(Kind.ACKNOWLEDGED, reply=Reply.ACCEPTED)]).state == S.ACCEPTED
    assert fold([*say.order(), say(Kind.ACKNOWLEDGED, reply=Reply.REJECTED)]).state == S.REJECTED


def test_within_the_tolerance_it_is_noted_and_goes_on(say):
    answer = say(Kind.ACKNOWLEDGED, line("1", 97, reply=Reply.CHANGED, price="10.10", on=DUE + timedelta(2)))
    thread = fold([*say.order(), answer], Terms(Judging(LOOSE)))
    assert thread.verdict(answer.id) == Verdict.NOTED
    assert {check for check, _verdict in found(thread, answer)} == {Check.QUANTITY, Check.PRICE, Check.DATE}


def test_a_special_tolerance_for_an_item_or_a_plant_counts_before_the_general_one(say):
    answer = say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.CHANGED, price="10.10"))
    strict = Special(Tolerance(), items="B-*", plant="P1")
    terms = Terms(Judging(LOOSE, (strict,)))
    assert fold([*say.order(plant="P1"), answer], terms).verdict(answer.id) == Verdict.OUTSIDE
    assert fold([*say.order(plant="P2"), answer], terms).verdict(answer.id) == Verdict.NOTED


def test_a_change_asks_anew_and_an_answer_to_the_order_before_it_is_a_crossing(say):
    told = [*say.order(), say(Kind.ACKNOWLEDGED, reply=Reply.ACCEPTED)]
    told.append(say(Kind.CHANGED, line("1", 120, reply=Reply.CHANGED)))
    assert fold(told).state == S.REVISED
    told.append(crossing := say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.ACCEPTED)))
    thread = fold(told)
    assert thread.state == S.REVISED
    assert found(thread, crossing) == [(Check.CROSSED, Verdict.NOTED)]
    told.append(say(Kind.CHANGE_ANSWERED, line("1", 120, reply=Reply.ACCEPTED)))
    assert fold(told).state == S.ACCEPTED


def test_a_change_adds_and_takes_away_lines(say):
    told = say.order(line("1", 5, price=1), line("2", 7, price=1))
    told.append(say(Kind.CHANGED, line("2", reply=Reply.DELETE), line("3", 9, reply=Reply.ADD)))
    thread = fold(told)
    assert {number: each.state for number, each in thread.lines.items()} == {
        "1": S.UNDERSTOOD,
        "2": S.CANCELLED,
        "3": S.TRANSMITTED,
    }


def test_what_is_shipped_is_too_late_to_cancel(say):
    told = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="A1"), cancel := say(Kind.CANCELLED)]
    assert fold(told).state == S.SHIPPED
    assert found(fold(told), cancel) == [(Check.TURN, Verdict.OUTSIDE)]


def test_what_is_cancelled_and_shipped_all_the_same_is_found(say):
    told = [*say.order(), say(Kind.CANCELLED), notice := say(Kind.SHIPPED, line("1", 100), number="A1")]
    assert fold(told).state == S.CANCELLED
    assert found(fold(told), notice) == [(Check.TURN, Verdict.OUTSIDE)]


def test_where_nothing_was_agreed_a_difference_is_noted_and_disputes_nothing(say):
    told = [*received(say), invoice := say(Kind.INVOICED, line("1", 100, price=11), number="I1", total="1100")]
    thread = fold(told, Terms(Judging(agreed=False)))
    assert (thread.state, thread.verdict(invoice.id)) == (S.INVOICED, Verdict.NOTED)


@pytest.mark.parametrize(
    ("quantity", "verdict"), [(60, Verdict.CLEAN), (100, Verdict.CLEAN), (104, Verdict.NOTED), (110, Verdict.OUTSIDE)]
)
def test_more_shipped_than_ordered(say, quantity, verdict):
    notice = say(Kind.SHIPPED, line("1", quantity), number="A1")
    assert fold([*say.order(), notice], Terms(Judging(LOOSE))).verdict(notice.id) == verdict


@pytest.mark.parametrize(("came", "verdict", "state"), [
    (100, Verdict.CLEAN, S.RECEIVED), (96, Verdict.NOTED, S.RECEIVED), (90, Verdict.OUTSIDE, S.PARTLY_RECEIVED),
    (110, Verdict.OUTSIDE, S.RECEIVED),
])  # fmt: skip
def test_a_receipt_is_compared_with_its_shipment(say, came, verdict, state):
    told = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="A1")]
    told.append(receipt := say(Kind.RECEIVED, line("1", came, reference="A1"), number="R1"))
    thread = fold(told, Terms(Judging(LOOSE)))
    assert (thread.verdict(receipt.id), thread.state) == (verdict, state)


def test_what_one_receipt_brings_short_the_next_may_bring(say):
    told = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="A1")]
    told.append(first := say(Kind.RECEIVED, line("1", 50, reference="A1"), number="R1"))
    assert fold(told).verdict(first.id) == Verdict.OUTSIDE
    told.append(second := say(Kind.RECEIVED, line("1", 50, reference="A1"), number="R2"))
    thread = fold(told)
    assert (thread.verdict(first.id), thread.verdict(second.id), thread.state) == (
        Verdict.CLEAN,
        Verdict.CLEAN,
        S.RECEIVED,
    )


def test_a_receipt_for_a_shipment_that_was_not_announced_waits(say):
    told = [*say.order(), receipt := say(Kind.RECEIVED, line("1", 100, reference="A9"), number="R1")]
    assert fold(told).verdict(receipt.id) == Verdict.WAITING
    told.append(say(Kind.SHIPPED, line("1", 100), number="A9"))
    assert fold(told).verdict(receipt.id) == Verdict.CLEAN


def received(say):
    return [
        *say.order(),
        say(Kind.SHIPPED, line("1", 100), number="A1"),
        say(Kind.RECEIVED, line("1", 100, reference="A1", lot="L7"), number="R1"),
    ]


def test_a_price_outside_of_the_tolerance_is_a_dispute_until_it_is_credited(say):
    told = [*received(say), invoice := say(Kind.INVOICED, line("1", 100, price="10.30"), number="I1", total="1030")]
    thread = fold(told, Terms(Judging(LOOSE)))
    assert thread.state == S.DISPUTED
    assert found(thread, invoice) == [(Check.PRICE, Verdict.OUTSIDE)]
    credit = say(Kind.ADJUSTED, number="C1", invoice="I1", total="30")
    assert fold([*told, credit], Terms(Judging(LOOSE))).state == S.MATCHED
    credit = say(Kind.ADJUSTED, line("1", amount=30), number="C1", invoice="I1")
    assert fold([*told, credit], Terms(Judging(LOOSE))).state == S.MATCHED


def test_more_invoiced_than_received_is_a_dispute_until_the_pieces_are_credited(say):
    told = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="A1")]
    told.append(say(Kind.RECEIVED, line("1", 90, reference="A1"), number="R1"))
    told.append(invoice := say(Kind.INVOICED, line("1", 100, price=10), number="I1", total="1000"))
    thread = fold(told)
    assert (Check.QUANTITY, Verdict.OUTSIDE) in found(thread, invoice)
    assert thread.state == S.DISPUTED
    told.append(say(Kind.ADJUSTED, line("1", 10), number="C1", invoice="I1"))
    assert fold(told).verdict(invoice.id) == Verdict.CLEAN


def test_what_quality_holds_keeps_the_invoice_from_matching_until_it_is_released(say):
    told = [*received(say), say(Kind.HELD, LineSaid(lot="L7"), source="qms")]
    assert fold(told).state == S.ON_HOLD
    told.append(invoice := say(Kind.INVOICED, line("1", 100, price=10), number="I1", total="1000"))
    thread = fold(told)
    assert (thread.state, thread.verdict(invoice.id)) == (S.ON_HOLD, Verdict.WAITING)
    assert fold([*told, say(Kind.RELEASED, LineSaid(lot="L7"), source="qms")]).state == S.MATCHED


@pytest.mark.parametrize(("head", "check"), [
    ({"charges": "25", "total": "1025"}, Check.CHARGES), ({"tax": "90", "total": "1090"}, Check.TAX),
    ({"total": "1001"}, Check.TOTAL), ({"currency": "EUR", "total": "1000"}, Check.CURRENCY),
])  # fmt: skip
def test_the_head_of_an_invoice_is_matched_too(say, head, check):
    told = received(say)
    told[0].head = {"currency": "USD", "tax_percent": "0"}
    told.append(invoice := say(Kind.INVOICED, line("1", 100, price=10), number="I1", **head))
    assert found(fold(told), invoice) == [(check, Verdict.OUTSIDE)]


def test_a_person_may_take_a_difference_as_it_is_and_another_one_is_new(say):
    told = [*received(say), invoice := say(Kind.INVOICED, line("1", 100, price=11), number="I1", total="1100")]
    taken = [list(decided_key(each)) for each in fold(told).judged[invoice.id]]
    told.append(say(Kind.DECIDED, taken=taken))
    assert fold(told).state == S.MATCHED
    told[told.index(invoice)] = Statement(**{**_fields(invoice), "lines": [line("1", 100, price=12).to_data()]})
    assert fold(told).state == S.DISPUTED


def _fields(statement):
    return {name: getattr(statement, name) for name in Statement.__slots__}


def test_a_replaced_invoice_counts_once_and_one_taken_back_not_at_all(say):
    told = [*received(say), say(Kind.INVOICED, line("1", 100, price=11), number="I1", total="1100")]
    told.append(say(Kind.INVOICED, line("1", 100, price=10), number="I1", purpose=Purpose.REPLACEMENT, total="1000"))
    assert fold(told).state == S.MATCHED
    assert fold(told).lines["1"].invoiced == 100
    told.append(say(Kind.INVOICED, number="I1", purpose=Purpose.CANCELLATION))
    assert fold(told).state == S.RECEIVED


def test_the_same_paper_twice_counts_once_and_another_one_under_its_number_is_found(say):
    told = [*say.order(), say(Kind.SHIPPED, line("1", 50), number="A1"), say(Kind.SHIPPED, line("1", 50), number="A1")]
    assert fold(told).lines["1"].shipped == 50
    told.append(other := say(Kind.SHIPPED, line("1", 49), number="A1"))
    assert found(fold(told), other) == [(Check.NUMBER, Verdict.OUTSIDE)]
    assert fold(told).lines["1"].shipped == 50


def test_two_systems_that_contradict_one_another_are_found(say):
    told = received(say)
    told.append(other := say(Kind.RECEIVED, line("1", 80, reference="A1"), number="R1", source="erp"))
    assert found(fold(told), other) == [(Check.NUMBER, Verdict.OUTSIDE)]
    assert "erp contradicts document" in fold(told).judged[other.id][0].words


def test_an_event_from_the_future_is_kept_out(say):
    late = START + timedelta(days=30)
    told = [*say.order(), event := say(Kind.RECEIVED, line("1", 100), number="R1", said_at=late)]
    assert found(fold(told), event) == [(Check.CLOCK, Verdict.OUTSIDE)]
    assert fold(told).lines["1"].received == 0


def test_an_event_older_than_what_it_changes_is_kept_out(say):
    told = received(say)
    correction = say(
        Kind.RECEIVED, line("1", 5), number="R1", purpose=Purpose.REPLACEMENT, said_at=START - timedelta(days=1)
    )
    assert found(fold([*told, correction]), correction) == [(Check.TURN, Verdict.OUTSIDE)]
    assert fold([*told, correction]).lines["1"].received == 100


def test_an_unknown_line_and_an_unknown_item_are_found(say):
    notice = say(Kind.SHIPPED, line("9", 1), line(None, 1, items=(("buyer_part", "X"),)), number="A1")
    assert found(fold([*say.order(), notice]), notice) == [(Check.LINE, Verdict.OUTSIDE), (Check.ITEM, Verdict.OUTSIDE)]


def test_a_line_is_recognised_by_its_item_and_lines_of_one_item_are_filled_in_turn(say):
    told = say.order(line("1", 60, items=ITEM, on=DUE), line("2", 40, items=ITEM, on=DUE + timedelta(7)))
    told.append(say(Kind.SHIPPED, line(None, 80, items=ITEM), number="A1"))
    thread = fold(told)
    assert {number: each.shipped for number, each in thread.lines.items()} == {"1": 60, "2": 20}


def test_another_item_under_the_number_of_a_line_is_found(say):
    notice = say(Kind.SHIPPED, line("1", 100, items=(("buyer_part", "B-2"),)), number="A1")
    assert found(fold([*say.order(), notice]), notice) == [(Check.ITEM, Verdict.OUTSIDE)]
    loose = Terms(Judging(Tolerance(substitutes=True)))
    assert fold([*say.order(), notice], loose).verdict(notice.id) == Verdict.NOTED


def test_units_are_converted_or_found(say):
    notice = say(Kind.SHIPPED, line("1", 5, unit="case"), number="A1")
    thread = fold([*say.order(), notice])
    assert (found(thread, notice), thread.lines["1"].shipped) == ([(Check.UNIT, Verdict.OUTSIDE)], 0)
    terms = Terms(
        convert=lambda _items, quantity, unit, into: quantity * 20 if (unit, into) == ("case", "each") else None
    )
    assert fold([*say.order(), notice], terms).lines["1"].shipped == 100


def test_a_milestone_moves_the_day_on_which_goods_are_expected(say):
    told = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="A1", expected_on=DUE.isoformat())]
    late = (DUE + timedelta(3)).isoformat()
    told.append(milestone := say(Kind.MOVED, number="M1", shipment="A1", expected_on=late, source="tms"))
    thread = fold(told)
    assert thread.lines["1"].expected_on == DUE + timedelta(3)
    assert found(thread, milestone) == [(Check.DATE, Verdict.OUTSIDE)]
