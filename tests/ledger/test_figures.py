"""Each figure means what its definition says, on each database, and reads few rows for it."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from gateway.ledger.figures import FIGURES, SqlFigures, latencies, samples
from gateway.ledger.figures.documents import first_id
from gateway.ledger.outbox import SqlOutbox
from gateway.pipeline.figure_views import FigureQuery
from gateway.pipeline.outbox import Begin
from gateway.tracking.case import Case
from gateway.tracking.event import Event
from gateway.tracking.figures import DEFINITIONS
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.order_totals import totals_of
from gateway.tracking.reconciliation import Repair, about
from gateway.tracking.reconciling import Divergence
from gateway.tracking.thread.statement import Statement
from tests.ledger.conftest import MINUTE, NOW
from tests.ledger.records import document
from tests.ledger.test_order_views import line, match, order

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = NOW.date()
QUERY = FigureQuery(NOW, NOW - 30 * DAY, NOW)


def said(of, kind, came_at, number="1", said_at=None, subject="s", **head):
    name = f"{of.id}:{kind}:{number}"
    return Statement(name, of.id, kind, number, "original", said_at or came_at, came_at, "document", subject, "t", head)


def case(number, opened_at, closed_at=None, cause="erp-rejected", subject="x", partner="acme"):
    words = ("data", "title", "detail", "next")
    return Case(f"{subject}:{cause}{number}", subject, partner, cause, *words, opened_at, "t", closed_at)


def came(number, at=NOW - DAY, **more):
    name = f"{first_id(at)}{number:012x}-1"
    return document(name, transmission_id=name[:-2], created_at=at, **more)


async def measured(database, name, *records, query=QUERY):
    if records:
        await database.tx(lambda uow: [uow.add(each) for each in (*records, *added_up(records))])
    return await SqlFigures(database).figure(name, query)


def added_up(records):
    """What orders and lines add up to, as whoever folds them writes it beside them."""
    orders, lines = {}, {}
    for each in records:
        if isinstance(each, Order):
            orders[each.id] = each
        elif isinstance(each, OrderLine):
            lines.setdefault(each.order_id, []).append(each)
            orders.setdefault(each.order_id, order(1, each.partner, id=each.order_id, role=each.role))
    return [total for key, each in orders.items() for total in totals_of(each, lines.get(key, []))]


def parts(figure, by):
    return {part.name: part.value for part in figure.parts if part.by == by}


def test_every_figure_that_is_known_is_measured_and_no_other():
    assert set(FIGURES) == {row.name for row in DEFINITIONS.values() if not row.because}
    assert all(row.words.endswith(".") and row.unit for row in DEFINITIONS.values())


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("partner", [None, "acme"])
async def test_no_figure_walks_a_table(on_sqlite, name, partner):
    asked = []
    sa.event.listen(on_sqlite.engine, "before_cursor_execute", lambda *each: asked.append((each[2], each[3])))
    query = FigureQuery(NOW, NOW - DAY, NOW, partner)
    figure = await SqlFigures(on_sqlite).figure(name, query)
    assert figure.measured == 0 and not figure.value and figure.complete

    def plans(connection):
        found = [each for each in asked if each[0].startswith("SELECT")]
        return [
            row[3] for sql, values in found for row in connection.exec_driver_sql(f"explain query plan {sql}", values)
        ]

    steps = await on_sqlite.read(plans)
    assert steps
    # Few sinks, and few events that they did not take; of sums over orders, one a supplier and plant.
    small = ("SCAN sinks", "SCAN undelivered", "SCAN order_totals USING INDEX ix_order_totals_stands")
    assert not [step for step in steps if step.startswith("SCAN") and not step.startswith(small)]
    among = [step for step in steps if "statements" in step and "SUBQUERY" not in step]
    assert all("came_at>" in step or "order_id=" in step for step in among)
    assert all("COVERING" in step for step in among if "(order_id=? AND kind=?" in step), "read off the index alone"


async def test_orders_that_await_an_acknowledgment_are_counted(database):
    made = [order(n, awaits_acknowledgment=True, plant="P1" if n % 2 else None) for n in range(3)]
    made += [order(7, "maple", awaits_acknowledgment=True, plant="P1"), order(8, "maple")]
    made.append(order(9, "shop", id="shop:seller:9", role="seller", awaits_acknowledgment=True))
    figure = await measured(database, "orders_awaiting_acknowledgment", *made)
    assert (figure.value, figure.more) == (4, {"customers_wait_for": 1})
    assert parts(figure, "supplier") == {"acme": 3, "maple": 1}
    assert parts(figure, "plant") == {"P1": 2, "-": 2}
    theirs = FigureQuery(NOW, QUERY.since, NOW, "maple")
    assert (await measured(database, "orders_awaiting_acknowledgment", query=theirs)).value == 1


async def test_a_supplier_misses_a_ship_notice_when_its_day_has_passed_and_less_is_announced(database):
    one, two = order(1, state="accepted"), order(2, "maple", state="shipped")
    promised = {"promised": Decimal(10), "promised_on": TODAY - DAY}
    made = [
        line(one, "1", **promised),
        line(one, "2", **promised | {"promised_on": TODAY}),
        line(one, "3", **promised, shipped=Decimal("10.0")),
        line(two, "1", **promised | {"promised_on": TODAY - 9 * DAY}, shipped=Decimal("9.5")),
        line(order(3, state="received"), "1", **promised),
        line(order(4, state="accepted", role="seller"), "9", **promised),
    ]
    figure = await measured(database, "suppliers_missing_ship_notices", *made)
    assert (figure.value, figure.measured) == (2, 2)
    assert {part.name: part.more for part in figure.parts} == {
        "acme": {"orders": 1, "oldest_promised_on": str(TODAY - DAY)},
        "maple": {"orders": 1, "oldest_promised_on": str(TODAY - 9 * DAY)},
    }


async def test_dates_beyond_tolerance_name_the_orders_and_say_what(database):
    late = {
        "check": "date",
        "verdict": "outside",
        "line": "1",
        "words": "promised for 2026-12-09, 8 days after 2026-12-01",
    }
    dear = late | {"check": "price"}
    made = [
        match(order(1), 1, verdict="outside", findings=[late, dear]),
        match(order(2, "maple"), 2, verdict="outside", findings=[dear]),
        match(order(3), 3, verdict="noted", findings=[late | {"verdict": "noted"}]),
        match(order(4), 4, verdict="outside", findings=[late | {"verdict": "decided"}, dear]),
    ]
    figure = await measured(database, "dates_beyond_tolerance", *made)
    assert (figure.value, parts(figure, "supplier")) == (1, {"acme": 1})
    [named] = [part for part in figure.parts if part.by == "order"]
    assert (named.name, named.more["words"]) == ("acme:buyer:PO1", "line 1: " + late["words"])


async def test_plants_are_at_risk_by_what_is_late_and_by_what_differs(database):
    made = [
        order(1, plant="P1", need_by=TODAY - DAY),
        order(2, plant="P1", need_by=TODAY - DAY, verdict="outside"),
        order(3, plant="P2", verdict="outside"),
        order(4, plant="P3", need_by=TODAY, verdict="waiting"),
        order(5, need_by=TODAY - DAY),
    ]
    figure = await measured(database, "plants_at_risk", *made)
    assert figure.value == 3
    assert {part.name: (part.more["late_orders"], part.more["orders_outside"]) for part in figure.parts} == {
        "P1": (2, 1),
        "P2": (0, 1),
        "-": (1, 0),
    }


async def test_exposure_is_what_is_missing_of_late_lines_at_its_price(database):
    one = order(1, need_by=TODAY - DAY, currency="EUR", state="accepted")
    two = order(2, "maple", need_by=TODAY - 2 * DAY, currency="USD", state="partly_received")
    late = {"wanted_on": TODAY - DAY, "ordered": Decimal(10), "price": Decimal("2.5")}
    made = [
        *(one, two, order(3, need_by=TODAY, currency="EUR")),
        line(one, "1", **late, plant="P1"),
        line(one, "2", **late | {"wanted_on": TODAY}),
        line(one, "3", **late, received=Decimal(10)),
        line(one, "4", **late | {"price": None}),
        line(two, "1", **late, received=Decimal(4), rejected=Decimal(2)),
    ]
    figure = await measured(database, "order_risk_exposure", *made)
    assert (figure.value, parts(figure, "supplier"), parts(figure, "plant")) == (
        *(3, {"acme": 2, "maple": 1}),
        {"P1": 1, "-": 2},
    )
    assert parts(figure, "currency") == {"EUR": 25.0, "USD": 10.0}


async def test_latencies_run_from_the_first_word_to_the_first_answer(database):
    one, two, three = order(1, plant="P1"), order(2, "maple"), order(3)
    start = NOW - 5 * DAY
    made = [
        *(one, two, three),
        *(said(one, "ordered", start), said(one, "transmitted", start + 6 * MINUTE)),
        *(said(one, "acknowledged", start + 6 * MINUTE + 2 * HOUR), said(one, "acknowledged", NOW - HOUR, "2")),
        *(said(two, "ordered", start), said(two, "transmitted", start + 2 * MINUTE)),
        said(two, "acknowledged", start + 2 * MINUTE + 6 * HOUR),
        said(three, "acknowledged", NOW - HOUR),  # It went out by another way; nobody knows when.
    ]
    released = await measured(database, "order_release_latency", *made)
    assert (released.value, parts(released, "supplier")) == (4, {"acme": 6, "maple": 2})
    confirmed = await measured(database, "order_confirmation_latency")
    assert (confirmed.value, confirmed.measured, confirmed.more["longest"]) == (4, 2, 6)
    assert parts(confirmed, "plant") == {"P1": 2, "-": 6}
    later = FigureQuery(NOW, NOW - DAY, NOW)
    again = await measured(database, "order_confirmation_latency", query=later)
    assert again.value is None, "a second answer is not the first one of another period"


async def test_of_many_words_some_of_each_part_of_the_period_are_measured(database, monkeypatch):
    monkeypatch.setattr(latencies, "SPREAD", 10)
    monkeypatch.setattr(latencies, "SLICES", 5)
    made = [order(n) for n in range(30)]
    made += [said(each, "transmitted", NOW - 40 * DAY) for each in made]
    # Nearly all of them were answered yesterday, and four long before.
    days = [27, 21, 15, 9] + [1] * 26
    answers = [said(made[n], "acknowledged", NOW - days[n] * DAY - n * MINUTE) for n in range(30)]
    figure = await measured(database, "order_confirmation_latency", *made, *answers)
    assert (figure.measured, figure.complete) == (6, False)
    assert figure.more["longest"] == pytest.approx((40 - 1) * 24, abs=1)
    monkeypatch.setattr(latencies, "SPREAD", 30)
    whole = await measured(database, "order_confirmation_latency")
    assert (whole.measured, whole.complete) == (30, True)
    assert figure.more["longest"] > figure.value


async def test_a_receipt_is_posted_when_it_counts_or_when_the_erp_has_it(database):
    of = order(1)
    at = NOW - DAY
    made = [
        of,
        said(of, "received", at, "R1", said_at=at - 10 * MINUTE, subject="t1"),
        said(of, "received", at, "R2", said_at=at - 10 * MINUTE, subject="t2"),
        Event("document.delivered", at + 20 * MINUTE, "t2", "acme", "t"),
    ]
    figure = await measured(database, "goods_receipt_posting_time", *made)
    assert (figure.value, figure.more["longest"], figure.measured) == (20, 30, 2)


async def test_cases_are_aged_and_timed(database):
    made = [
        *(case(1, NOW - 4 * HOUR), case(2, NOW - 2 * HOUR), case(3, NOW - 90 * DAY, NOW - 60 * DAY)),
        *(case(4, NOW - 9 * HOUR, NOW - 8 * HOUR), case(5, NOW - 9 * HOUR, NOW - 2 * HOUR, "internal", "y", "maple")),
    ]
    aging = await measured(database, "exception_aging", *made)
    assert (aging.value, aging.measured, aging.more["longest"]) == (3, 2, 4)
    solved = await measured(database, "exception_resolution_time")
    assert (solved.value, parts(solved, "cause")) == (4, {"erp-rejected": 1, "internal": 7})
    theirs = await measured(database, "exception_resolution_time", query=FigureQuery(NOW, QUERY.since, NOW, "maple"))
    assert theirs.value == 7


async def test_what_somebody_took_as_it_is_counts_as_reconciled_by_hand(database):
    one, two = order(1), order(2, "maple")
    made = [said(each, "invoiced", NOW - DAY, str(n)) for n in range(2) for each in (one, two)]
    taken = [[made[0].id, "price", "1", "9"], [made[0].id, "date", "1", "9"]]
    made.append(said(one, "decided", NOW - HOUR, "d", taken=taken))
    figure = await measured(database, "reconciled_by_hand", *made, one, two)
    assert (figure.value, figure.measured, figure.more["by_hand"]) == (25, 4, 1)
    theirs = await measured(database, "reconciled_by_hand", query=FigureQuery(NOW, QUERY.since, NOW, "acme"))
    assert (theirs.value, theirs.measured) == (50, 2)


def repair(of, figure, night=1, **more):
    found = Divergence("erp", "1", figure, Decimal(10), Decimal(0))
    name = f"{of.id}-{figure}-{night}"
    facts = (name, f"run-{night}", night, about(of.id, found), of.id, of.order_number, of.partner, "1", "erp", figure)
    return Repair(*facts, Decimal(10), Decimal(0), True, NOW - night * DAY, "t", **more)


async def test_what_differs_night_after_night_counts_once_and_by_hand_where_it_was_dismissed(database):
    one, two = order(1), order(2, "maple")
    made = [
        *(repair(one, "shipped", night, state="repeated") for night in (2, 3)),
        repair(one, "shipped", 1, state="healed", replay="r1"),
        *(repair(two, "price", night, state="dismissed") for night in (1, 2)),
        repair(two, "received", 1),
        repair(two, "invoiced", 40, state="dismissed"),
        said(one, "invoiced", NOW - DAY),
    ]
    figure = await measured(database, "reconciled_by_hand", *made, one, two)
    assert (figure.value, figure.measured) == (25, 4)
    assert figure.more == {"by_hand": 1, "diverged": 3, "dismissed": 1, "repaired": 1}
    assert parts(figure, "supplier") == {"maple": 25}
    theirs = await measured(database, "reconciled_by_hand", query=FigureQuery(NOW, QUERY.since, NOW, "maple"))
    assert (theirs.value, theirs.measured, theirs.more["repaired"]) == (50, 2, 0)


async def test_documents_are_healthy_posted_and_in_step(database):
    good = [came(n) for n in range(6)]
    parked = came(7, state="parked", partner="maple")
    made = [
        *(
            *good,
            parked,
            came(8, state="rejected"),
            came(9, state="received"),
            came(10, state="sent", direction="outbound"),
        ),
        came(11, at=NOW - 40 * DAY, state="rejected"),
        case(1, NOW, subject=parked.id),
        *(Event("document.delivered", NOW - DAY + n * MINUTE, each.id, "acme", "t") for n, each in enumerate(good)),
        came(12, set_id="846"),
    ]
    made.append(Event("document.delivered", NOW - DAY + HOUR, made[-1].id, "acme", "t"))
    health = await measured(database, "message_health", *made)
    assert (health.value, health.measured) == (80.0, 10)
    posted = await measured(database, "posting_success_rate")
    assert (posted.value, posted.measured, parts(posted, "partner")) == (87.5, 8, {"acme": 100, "maple": 0})
    failed = await measured(database, "failures_by_supplier")
    assert (failed.value, failed.more) == (2, {"rejected": 1, "parked": 1})
    lag = await measured(database, "sync_lag")
    assert (lag.value, lag.more["longest"], parts(lag, "set")) == (180, 3600, {"810": 150, "846": 3600})
    stock = await measured(database, "inventory_sync_lag")
    assert (stock.value, stock.measured) == (3600, 1)


async def test_deliveries_are_filled_and_in_time(database):
    of = order(1, state="received")
    day = TODAY - 3 * DAY
    wanted = {"wanted_on": day, "ordered": Decimal(10), "promised": Decimal(10), "promised_on": day}
    full = {"shipped": Decimal(10), "shipped_on": day, "received": Decimal(10), "received_on": day}
    made = [
        line(of, "1", **wanted, **full),
        line(of, "2", **wanted, **full | {"shipped_on": day + DAY, "received_on": day + DAY}),
        line(of, "3", **wanted, **full | {"shipped": Decimal(5), "received": Decimal(5)}),
        line(of, "4", **wanted | {"promised_on": None, "promised": Decimal(0)}),
        line(order(2, state="cancelled"), "5", **wanted),
        line(of, "6", **wanted | {"wanted_on": TODAY}),
        line(of, "7", **wanted | {"wanted_on": TODAY - 60 * DAY}),
    ]
    filled = await measured(database, "fill_rate", *made)
    assert (filled.value, filled.measured) == (62.5, 4)
    assert (await measured(database, "on_time_receipt")).value == 25
    shipped = await measured(database, "on_time_shipment")
    assert (shipped.value, shipped.measured) == (33.33, 3)


async def test_of_more_than_is_measured_the_newest_are_and_it_says_so(database, monkeypatch):
    monkeypatch.setattr(samples, "SAMPLE", 3)
    made = [came(n, at=NOW - timedelta(days=n + 1), state="delivered" if n < 2 else "rejected") for n in range(6)]
    figure = await measured(database, "message_health", *made)
    assert (figure.measured, figure.complete, figure.value) == (3, False, 66.67)


async def test_events_that_a_sink_has_not_been_given_are_behind(database):
    outbox = SqlOutbox(database)
    await outbox.opened("broker", Begin.FIRST, NOW)
    await database.tx(lambda uow: [uow.add(Event("document.sent", NOW, "t1", "acme", "t")) for _ in range(3)])
    await outbox.opened("shop", Begin.NEXT, NOW)
    figure = await measured(database, "event_backlog")
    assert (figure.value, parts(figure, "sink")) == (3, {"broker": 3, "shop": 0})
