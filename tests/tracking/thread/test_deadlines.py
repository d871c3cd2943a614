"""What is due by the days that an order names: read off the fold, moved by what is said since, met by what comes."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from gateway.tracking.calendar import Calendar, Span
from gateway.tracking.thread.deadlines import DeadlineTerms, deadlines
from gateway.tracking.thread.fold import fold
from gateway.tracking.thread.statement import Kind, Purpose, Reply
from gateway.tracking.thread.tolerance import Judging, Terms, Tolerance
from tests.tracking.thread.saying import DUE, START, Saying, line

DAY = Span(timedelta(days=1))
AGREED = DeadlineTerms(ship_notice_before=DAY, invoice_within=Span(timedelta(days=5)))


def due(statements, agreed=AGREED, calendar=None, terms=None):
    """Return what is due, shortly: what, key -> when it is due and what met it."""
    terms = terms or Terms()
    found = deadlines(fold(statements, terms), statements, agreed, terms, calendar or Calendar())
    return {(each.what, each.key): (each.due_at, each.met_by) for each in found}


def utc(day, month=12, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_ship_notice_is_due_before_the_day_that_was_wanted():
    assert due(Saying().order()) == {("ship notice", "1/0"): (utc(30, 11), None)}


def test_nothing_is_due_for_an_order_that_is_not_with_the_partner_yet():
    say = Saying()
    assert due([say(Kind.CREATED, line("1", 5, on=DUE))]) == {}
    assert due([say(Kind.TRANSMITTED)]) == {}, "nobody has told us of the order"


def test_nothing_is_due_that_was_not_agreed():
    say = Saying()
    statements = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="SHP1", shipped_on="2026-11-20")]
    assert due(statements, DeadlineTerms()) == {}
    assert [what for what, _key in due(statements, DeadlineTerms(invoice_within=DAY))] == ["invoice"]


def test_the_day_that_is_promised_counts_once_there_is_one():
    say = Saying()
    statements = say.order()
    statements.append(say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.CHANGED, on=date(2026, 12, 9))))
    assert due(statements) == {("ship notice", "1/0"): (utc(8), None)}
    statements.append(say(Kind.CHANGED, line("1", 100, reply=Reply.CHANGED, on=date(2026, 12, 15))))
    statements.append(say(Kind.CHANGE_ANSWERED, line("1", 100, reply=Reply.CHANGED, on=date(2026, 12, 16))))
    assert due(statements) == {("ship notice", "1/0"): (utc(15), None)}


def test_each_part_of_a_line_that_is_promised_for_another_day_has_its_own():
    say = Saying()
    parts = (
        line("1", 60, reply=Reply.CHANGED, on=date(2026, 12, 9)),
        line("1", 40, reply=Reply.CHANGED, on=date(2026, 12, 3)),
    )
    statements = [*say.order(), say(Kind.ACKNOWLEDGED, *parts)]
    first, second = ("ship notice", "1/0"), ("ship notice", "1/1")
    assert due(statements) == {first: (utc(2), None), second: (utc(8), None)}
    statements.append(say(Kind.SHIPPED, line("1", 40), number="SHP1"))
    assert due(statements)[first][1] == statements[-1].subject
    assert due(statements)[second][1] is None
    statements.append(say(Kind.SHIPPED, line("1", 60), number="SHP2"))
    assert due(statements)[second][1] == statements[-1].subject


def test_a_ship_notice_that_is_taken_back_has_not_come():
    say = Saying()
    statements = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="SHP1", shipped_on="2026-11-20")]
    assert due(statements)["ship notice", "1/0"][1] == statements[-1].subject
    statements.append(say(Kind.SHIPPED, number="SHP1", purpose=Purpose.CANCELLATION))
    assert due(statements) == {("ship notice", "1/0"): (utc(30, 11), None)}


def test_less_than_was_agreed_to_be_enough_is_not():
    say = Saying()
    statements = [*say.order(), say(Kind.SHIPPED, line("1", 95), number="SHP1", shipped_on="2026-11-20")]
    key = ("ship notice", "1/0")
    assert due(statements)[key][1] is None
    enough = Terms(Judging(Tolerance(quantity_under=Decimal(5))))
    assert due(statements, terms=enough)[key][1] == statements[-1].subject


@pytest.mark.parametrize(
    "end",
    [
        lambda say: say(Kind.CANCELLED, line("1")),
        lambda say: say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.REJECTED)),
        lambda say: say(Kind.RECEIVED, line("1", 100)),
    ],
    ids=["cancelled", "rejected", "received without a ship notice"],
)
def test_what_is_over_needs_no_ship_notice(end):
    say = Saying()
    statements = say.order()
    assert due(statements)
    assert due([*statements, end(say)]) == {}


def test_an_invoice_is_due_after_each_shipment_and_counts_for_the_first_ones_first():
    say = Saying()
    statements = [
        *say.order(),
        say(Kind.SHIPPED, line("1", 60), number="SHP1", shipped_on="2026-11-20"),
        say(Kind.SHIPPED, line("1", 40), number="SHP2", shipped_on="2026-11-24"),
    ]
    agreed = DeadlineTerms(invoice_within=Span(timedelta(days=5)))
    first, second = ("invoice", "SHP1"), ("invoice", "SHP2")
    assert due(statements, agreed) == {first: (utc(26, 11), None), second: (utc(30, 11), None)}
    statements.append(say(Kind.INVOICED, line("1", 60), number="INV1"))
    assert [met for _at, met in due(statements, agreed).values()] == [statements[-1].subject, None]
    statements.append(say(Kind.INVOICED, line("1", 40), number="INV2"))
    assert due(statements, agreed)[second][1] == statements[-1].subject


def test_a_shipment_without_its_day_counts_from_the_day_on_which_it_was_said():
    say = Saying()
    statements = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="SHP1")]
    assert due(statements)["invoice", "SHP1"][0] == datetime(
        START.year, START.month, START.day + 1, tzinfo=UTC
    ) + timedelta(days=5)


def test_working_days_and_the_zone_of_the_plant_count():
    calendar = Calendar(ZoneInfo("America/Chicago"), frozenset(range(5)), time(8), time(17), frozenset({DUE}))
    agreed = DeadlineTerms(Span(working_days=1), Span(working_days=2))
    say = Saying()
    statements = [*say.order(), say(Kind.SHIPPED, line("1", 100), number="SHP1", shipped_on="2026-11-27")]
    found = due(statements, agreed, calendar)
    assert found["ship notice", "1/0"][0] == utc(30, 11, 14), "Monday at eight in Chicago, the day before the holiday"
    assert found["invoice", "SHP1"][0] == utc(2, 12, 23), "Friday, Monday, and over the holiday"


def test_the_order_of_arrival_plays_no_part():
    say = Saying()
    statements = [
        *say.order(),
        say(Kind.ACKNOWLEDGED, line("1", 100, reply=Reply.ACCEPTED, on=DUE)),
        say(Kind.SHIPPED, line("1", 100), number="SHP1", shipped_on="2026-11-20"),
        say(Kind.INVOICED, line("1", 100), number="INV1"),
    ]
    assert due(statements) == due(list(reversed(statements)))
