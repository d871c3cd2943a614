"""What waits to be passed on: no event is skipped however late it appears, and no cursor goes back."""

import asyncio
import threading
from datetime import timedelta

import pytest

from gateway.ledger import outbox as outbox_module
from gateway.ledger.outbox import SqlOutbox
from gateway.pipeline.outbox import Begin, Changes, Selection, SinkState, Undelivered
from gateway.tracking.event import Event
from tests.ledger.conftest import MINUTE, NOW
from tests.ledger.records import document, event


def positions(stretch):
    return [each.position for each in stretch.events]


def named(kind, partner="acme", subject="t1"):
    return Event(kind, NOW, subject, partner, "f" * 32, {})


def letter(position=1, key="acme/PO-1", **more):
    values = {
        "id": f"webhook:shop:{position}",
        "sink": "webhook:shop",
        "position": position,
        "event_id": f"{position}-x",
        "type": "document.delivered",
        "key": key,
        "body": "{}",
        "attempts": 1,
        "first_tried_at": NOW,
        "due_at": NOW + MINUTE,
        "detail": "it answered 503",
    }
    return Undelivered(**(values | more))


async def store(database, *events):
    for each in events:
        await database.tx(lambda uow, each=each: uow.add(each))


async def test_events_come_in_the_order_of_the_log_with_the_order_of_their_document(database):
    await database.tx(lambda uow: uow.add(document("t1-1", order_number="PO-7")))
    await store(database, event("t1"), event("t1-1"), event("t2"))
    found = await SqlOutbox(database).after(0, 10)
    assert positions(found) == [1, 2, 3]
    assert [each.order_number for each in found.events] == [None, "PO-7", None]
    assert (found.position, found.more) == (3, False)


async def test_a_part_says_that_there_is_more_and_where_to_go_on(database):
    await store(database, *(event() for _ in range(5)))
    outbox = SqlOutbox(database)
    first = await outbox.after(0, 2)
    assert (positions(first), first.position, first.more) == ([1, 2], 2, True)
    rest = await outbox.after(first.position, 10)
    assert (positions(rest), rest.position, rest.more) == ([3, 4, 5], 5, False)
    assert await outbox.after(5, 10) == type(rest)([], 5, False)


async def test_what_is_not_asked_for_is_passed_over_in_bounded_parts(database, monkeypatch):
    monkeypatch.setattr(outbox_module, "WINDOW", 3)
    await store(database, *(named("document.received") for _ in range(7)), named("document.sent", "bolt"))
    outbox, asked = SqlOutbox(database), Selection(("document.sent",), ("bolt",))
    seen, position, more = [], 0, True
    steps = 0
    while more:
        found = await outbox.after(position, 10, asked)
        seen += positions(found)
        position, more, steps = found.position, found.more, steps + 1
    assert (seen, position, steps) == ([8], 8, 3)


async def test_an_event_of_a_transaction_that_commits_late_is_never_skipped(on_postgres):
    """Its number was taken first, so it is lower than one that is there already."""
    taken, go_on = threading.Event(), threading.Event()

    def late(uow):
        uow.add(event("late"))
        uow.keep_piece()
        uow.flush()
        uow.sent_in("x")  # What gives no rows has reached the server when rows come back.
        taken.set()
        assert go_on.wait(20)

    running = asyncio.create_task(on_postgres.tx(late))
    assert await asyncio.to_thread(taken.wait, 20)
    await store(on_postgres, event("early"))
    outbox = SqlOutbox(on_postgres)
    waited = await outbox.after(0, 10)
    assert waited.events == [], "number 2 is there, but number 1 may still appear"
    go_on.set()
    await running
    found = await outbox.after(0, 10)
    assert [each.event.subject for each in found.events] == ["late", "early"]


async def test_a_number_whose_transaction_was_undone_holds_up_nobody(on_postgres):
    def broken(uow):
        uow.add(event("undone"))
        uow.keep_piece()
        uow.flush()
        raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        await on_postgres.tx(broken)
    await store(on_postgres, event("kept"))
    found = await SqlOutbox(on_postgres).after(0, 10)
    assert [(each.position, each.event.subject) for each in found.events] == [(2, "kept")]


async def test_a_new_sink_begins_with_the_first_event_or_with_the_next_one(database):
    outbox = SqlOutbox(database)
    await store(database, event(), event())
    assert await outbox.opened("broker", Begin.FIRST, NOW) == 0
    assert await outbox.opened("webhook:shop", Begin.NEXT, NOW) == 2
    await store(database, event())
    assert await outbox.opened("webhook:shop", Begin.NEXT, NOW) == 2, "it begins only once"


async def test_a_cursor_never_goes_back(database):
    outbox = SqlOutbox(database)
    await outbox.opened("broker", Begin.FIRST, NOW)
    await outbox.write("broker", Changes(position=7), NOW)
    await outbox.write("broker", Changes(position=3), NOW)
    assert await outbox.opened("broker", Begin.FIRST, NOW) == 7


async def test_of_each_key_the_first_one_is_due_and_the_others_wait_behind_it(database):
    outbox = SqlOutbox(database)
    letters = [letter(1), letter(2), letter(3, "acme/PO-2", due_at=NOW), letter(4, "acme/PO-2", due_at=NOW)]
    await outbox.write("webhook:shop", Changes(waiting=letters), NOW)
    assert [each.position for each in await outbox.due("webhook:shop", NOW, 10)] == [3]
    assert [each.position for each in await outbox.due("webhook:shop", NOW + MINUTE, 10)] == [1, 3]
    assert sorted(await outbox.waiting("webhook:shop")) == [("acme/PO-1", NOW + MINUTE), ("acme/PO-2", NOW)]
    await outbox.write("webhook:shop", Changes(delivered=["webhook:shop:1", "webhook:shop:3"]), NOW)
    assert [each.position for each in await outbox.due("webhook:shop", NOW + MINUTE, 10)] == [2, 4]
    assert await outbox.due("webhook:other", NOW + MINUTE, 10) == []


async def test_a_dead_letter_stays_until_somebody_sends_it_again(database):
    outbox = SqlOutbox(database)
    await outbox.opened("webhook:shop", Begin.FIRST, NOW)
    dead = [letter(n, died_at=NOW, due_at=None, attempts=9) for n in (1, 2)]
    await outbox.write("webhook:shop", Changes(waiting=[*dead, letter(3)]), NOW)
    assert await outbox.due("webhook:shop", NOW + timedelta(days=9999), 10) == [letter(3)], "it holds up nobody"
    page = await outbox.dead("webhook:shop", 0, 1)
    assert (page.items, page.after is not None) == ([dead[0]], True)
    assert (await outbox.dead(None, page.after, 10)).items == [dead[1]]
    [report] = await outbox.reports()
    assert (report.waiting, report.dead) == (1, 2)
    assert await outbox.revive("webhook:shop", "webhook:shop:2", NOW) == 1
    assert await outbox.revive("webhook:shop", "webhook:shop:3", NOW) == 0, "it is not dead"
    [again, _other] = await outbox.due("webhook:shop", NOW + MINUTE, 10), None
    assert [(each.position, each.attempts, each.died_at) for each in again] == [(2, 0, None)]
    assert await outbox.revive(None, None, NOW) == 1


async def test_the_report_says_how_far_a_sink_is_behind_and_since_when_it_is_away(database):
    outbox = SqlOutbox(database)
    await store(database, event(), event(), event())
    await outbox.opened("broker", Begin.FIRST, NOW)
    await outbox.write("broker", Changes(position=1), NOW)
    await outbox.tell("broker", SinkState.AWAY, "it does not answer", NOW + MINUTE)
    [report] = await outbox.reports()
    assert (report.name, report.position, report.behind) == ("broker", 1, 2)
    assert (report.state, report.detail, report.since) == (SinkState.AWAY, "it does not answer", NOW + MINUTE)
