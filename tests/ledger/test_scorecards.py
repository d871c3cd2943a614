"""Scorecards are judged by times and by what papers are, on each database, and read no table whole."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from gateway.ledger.figures import samples
from gateway.ledger.figures.documents import first_id
from gateway.ledger.figures.scorecards import SqlScorecards
from gateway.tracking.promise import Promise
from gateway.tracking.scorecard import MEASURES
from tests.ledger.conftest import NOW
from tests.ledger.records import document
from tests.ledger.test_order_views import line, match, order

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.date()


def promise(number, what="855", due_at=NOW - DAY, settled_at=None, state="waiting", partner="acme", owed_by="partner"):
    made = due_at - DAY
    return Promise(
        f"{partner}{number}:{what}", "d", partner, what, owed_by, state, made, due_at, "t", settled_at=settled_at
    )


def came(number, at=NOW - DAY, **more):
    name = f"{first_id(at)}{number:012x}-1"
    return document(name, transmission_id=name[:-2], created_at=at, **more)


async def scores(database, *records, since=NOW - 30 * DAY, until=NOW):
    if records:
        await database.tx(lambda uow: [uow.add(each) for each in records])
    card = await SqlScorecards(database).scorecard("acme", since, until, NOW)
    return {name: (each.achieved, each.counted) for name, each in card.scores.items()}


async def test_a_promise_is_judged_by_its_times_and_not_by_its_state(database):
    due = NOW - DAY
    found = await scores(
        database,
        promise(1, settled_at=due, state="kept"),
        promise(2, settled_at=due, state="late"),  # It ran out and moved, and the answer was in time after all.
        promise(3, settled_at=due + HOUR, state="kept"),  # Nobody had looked at it when it came.
        promise(4, state="waiting"),
        promise(5, state="broken"),
        promise(6, settled_at=due, state="cancelled"),
        promise(7, due_at=NOW + HOUR, settled_at=NOW - HOUR, state="kept"),
        promise(8, due_at=NOW - 31 * DAY, settled_at=due, state="late"),
        promise(9, settled_at=due, state="kept", owed_by="us"),
        promise(10, settled_at=due, state="kept", partner="maple"),
        promise(11, "865", settled_at=due - HOUR, state="kept"),
        promise(12, "ship notice", settled_at=due, state="kept"),
        promise(13, "856"),
        promise(14, "invoice"),
        promise(15, "810", settled_at=due, state="kept"),
        promise(16, "acknowledgment"),
        promise(17, "receipt"),
    )
    assert found["on_time_acknowledgment"] == (3, 6)
    assert (found["on_time_ship_notice"], found["on_time_invoice"]) == ((1, 2), (1, 2))
    assert found["on_time_functional_acknowledgment"] == (0, 1)


async def test_lines_are_judged_as_in_the_figures_of_all_suppliers(database):
    wanted = {"wanted_on": TODAY - DAY, "ordered": Decimal(10), "promised": Decimal(10), "promised_on": TODAY - DAY}
    one = order(1)
    found = await scores(
        database,
        line(one, "1", **wanted, shipped=Decimal(10), shipped_on=TODAY - DAY, received=Decimal("2.5")),
        line(one, "2", **wanted, shipped=Decimal(30), shipped_on=TODAY),
        line(one, "3", **wanted | {"wanted_on": TODAY}, shipped=Decimal(10)),
        line(one, "4", **wanted, state="cancelled"),
        line(order(2, "maple"), "1", **wanted, received=Decimal(10)),
    )
    assert (found["fill_rate"], found["shipped_fill_rate"], found["on_time_shipment"]) == ((0.25, 2), (2, 2), (1, 2))


async def test_papers_are_judged_as_they_stand_now(database):
    papers = [came(number) for number in range(4)]
    verdicts = ("clean", "outside", "decided", "waiting")
    made = order(1)
    found = await scores(
        database,
        *papers,
        *(replace(match(made, n, verdict=verdicts[n]), subject=each.id) for n, each in enumerate(papers)),
        came(5, state="rejected"),
        came(6, state="duplicate"),
        came(7, state="received"),
        came(8, state="rejected", test=True),
        came(9, state="rejected", set_id="997"),
        came(10, state="rejected", direction="outbound"),
        came(11, state="rejected", partner="maple"),
        came(12, NOW - 31 * DAY, state="rejected"),
    )
    assert (found["error_rate"], found["rejected_documents"], found["discrepancies"]) == ((3, 5), (1, 5), (2, 4))


async def test_of_more_than_can_be_counted_the_newest_are(database, monkeypatch):
    monkeypatch.setattr(samples, "SAMPLE", 2)
    made = [promise(n, due_at=NOW - n * HOUR) for n in range(1, 5)] + [came(n, NOW - n * HOUR) for n in range(1, 5)]
    await database.tx(lambda uow: [uow.add(each) for each in made])
    card = await SqlScorecards(database).scorecard("acme", NOW - 30 * DAY, NOW, NOW)
    assert (card.scores["error_rate"].counted, card.scores["error_rate"].complete) == (2, False)
    assert (card.scores["on_time_acknowledgment"].counted, card.scores["fill_rate"].complete) == (2, True)
    assert not card.scores["on_time_acknowledgment"].complete


async def test_no_scorecard_walks_a_table(on_sqlite):
    asked = []
    sa.event.listen(on_sqlite.engine, "before_cursor_execute", lambda *each: asked.append((each[2], each[3])))
    assert set((await scores(on_sqlite)).values()) == {(0, 0)}

    def plans(connection):
        found = [each for each in asked if each[0].startswith("SELECT")]
        return [
            row[3] for sql, values in found for row in connection.exec_driver_sql(f"explain query plan {sql}", values)
        ]

    steps = await on_sqlite.read(plans)
    for name in ("ix_promises_partner_due_at", "ix_order_lines_partner_wanted_on", "ix_documents_partner_id"):
        assert any(f"{name} (partner=? AND" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN")]


@pytest.mark.parametrize("row", MEASURES.values(), ids=MEASURES)
def test_each_figure_says_what_it_counts(row):
    assert row.words.endswith(".") and row.numerator.endswith(".") and row.denominator.endswith(".")
    assert row.title
