"""Many pieces of work share a commit; each is kept or undone by itself, and nobody is told of success before."""

import asyncio

import pytest

from gateway.errors import LedgerError
from gateway.ledger.engine import make_engine
from gateway.ledger.opening import open_ledger
from gateway.pipeline.task import StepName
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission
from tests.ledger.conftest import MINUTE, NOW
from tests.ledger.records import document, event, numbered, task, transmission


def _count(database, table):
    return database.read(lambda connection: connection.exec_driver_sql(f"select count(*) from {table}").scalar())


class Broken(Exception):
    pass


async def test_a_piece_that_fails_leaves_nothing_and_takes_nobody_with_it(database):
    def good(name):
        def work(uow):
            uow.add(transmission(name))
            uow.add(event(name))
            uow.schedule(task(name))
            uow.keep(name.encode())
            return uow.next_number("acme:interchange", 1, 999)

        return work

    def bad(uow):
        good("bad")(uow)
        raise Broken

    first, broken, second = await asyncio.gather(
        database.tx(good("a")), database.tx(bad), database.tx(good("b")), return_exceptions=True
    )
    assert {first, second} == {1, 2}, "the number of the failed piece was given to the next one"
    assert isinstance(broken, Broken)
    for table in ("transmissions", "events", "steps", "blobs"):
        assert await _count(database, table) == 2, table


async def test_nobody_is_told_of_success_before_the_commit(database):
    told = []
    database.before_commit = lambda: told.append("commit")
    await database.tx(lambda uow: uow.add(transmission()))
    told.append("answer")
    assert told == ["commit", "answer"]


async def test_who_went_away_does_not_undo_what_was_committed(database):
    asking = asyncio.create_task(database.tx(lambda uow: uow.add(transmission())))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    async with asyncio.timeout(10):
        while await _count(database, "transmissions") != 1:
            await asyncio.sleep(0.01)


async def test_a_closed_ledger_says_that_the_gateway_stops(url):
    other = open_ledger(make_engine(url))
    await other.close()
    with pytest.raises(LedgerError, match=r"stopping\. Send it again after the start"):
        await other.tx(lambda uow: None)


async def test_an_unreadable_ledger_says_what_to_check(database):
    with pytest.raises(LedgerError, match=r"could not be read: .*nowhere"):
        await database.read(lambda connection: connection.exec_driver_sql("select * from nowhere").all())


# Numbers


async def test_numbers_come_without_gap_from_many_at_once_and_start_again_after_the_last(database):
    numbers = await asyncio.gather(*(database.tx(lambda uow: uow.next_number("acme", 5, 12)) for _ in range(10)))
    assert sorted(numbers) == [5, 5, 6, 6, 7, 8, 9, 10, 11, 12]
    assert await database.tx(lambda uow: [uow.next_number("acme", 5, 12) for _ in range(8)]) == [
        7,
        8,
        9,
        10,
        11,
        12,
        5,
        6,
    ]
    assert await database.tx(lambda uow: uow.next_number("other", 1, 9)) == 1


async def test_a_range_that_was_moved_begins_at_its_first_number(database):
    await database.tx(lambda uow: [uow.next_number("acme", 1, 9) for _ in range(4)])
    assert await database.tx(lambda uow: uow.next_number("acme", 1000, 1999)) == 1000
    assert await database.tx(lambda uow: uow.next_number("acme", 1000, 1999)) == 1001
    assert await database.tx(lambda uow: uow.next_number("acme", 1, 9)) == 1


# Steps


async def _due(database, now=NOW):
    return [found.subject for found in await database.due(now, 100)]


async def test_of_a_lane_only_the_first_step_is_due(database):
    lanes = [("a", "one"), ("b", "one"), ("c", "two"), ("d", None), ("e", None)]
    await database.tx(lambda uow: [uow.schedule(task(name, lane=lane)) for name, lane in lanes])
    assert await _due(database) == ["a", "c", "d", "e"]
    await database.tx(lambda uow: uow.finish(task("a", lane="one")))
    assert await _due(database) == ["b", "c", "d", "e"]


async def test_a_step_that_waits_keeps_its_place_in_its_lane(database):
    first = task("a", lane="one")
    await database.tx(lambda uow: [uow.schedule(first), uow.schedule(task("b", lane="one"))])
    first.due_at = NOW + MINUTE
    await database.tx(lambda uow: uow.schedule(first))
    assert await _due(database) == []
    assert await _due(database, NOW + MINUTE) == ["a"]


async def test_a_held_step_holds_its_lane_until_it_is_scheduled_again(database):
    first = task("a", lane="one")
    await database.tx(lambda uow: [uow.schedule(first), uow.schedule(task("b", lane="one"))])
    await database.tx(lambda uow: uow.hold(first))
    assert await _due(database) == []
    await database.tx(lambda uow: uow.schedule(first))
    assert await _due(database) == ["a"]


async def test_one_subject_has_each_step_once(database):
    await database.tx(
        lambda uow: [uow.schedule(task("a")), uow.schedule(task("a")), uow.schedule(task("a", StepName.DELIVER))]
    )
    assert await _due(database) == ["a", "a"]


# Finders


async def test_records_come_back_as_they_were(database):
    made = document(
        faults=[{"where": "810"}], notes=["n"], delimiters=["*", ">", "~", ""], acknowledged_at=NOW, test=True
    )
    sent = transmission(name="t1", idempotency_key="k", sent_at=NOW + MINUTE)
    await database.tx(lambda uow: [uow.add(made), uow.add(sent)])
    assert await database.load(Document, made.id) == made
    assert await database.load(Transmission, "t1") == sent
    assert await database.tx(lambda uow: uow.find(Document, made.id)) == made, "both ways to read give the same"
    assert await database.load(Document, "nothing") is None


async def test_a_copy_is_found_by_its_numbers_within_the_window(database):
    await database.tx(lambda uow: uow.add(document("t1-1")))
    again = document("t2-1", created_at=NOW + MINUTE)

    def first(since, **changes):
        return database.tx(lambda uow: uow.find_first(document("t2-1", **changes), since))

    assert (await first(NOW - MINUTE)).id == "t1-1"
    assert await first(NOW) is None, "the window has passed"
    for name in ("partner", "interchange_number", "group_number", "control_number", "sender", "receiver", "set_id"):
        assert await first(NOW - MINUTE, **{name: "other"}) is None, name
    await database.tx(lambda uow: uow.add(again))
    assert (await first(NOW - MINUTE)).id == "t1-1", "the first one counts"


@pytest.mark.parametrize("state", ["duplicate", "rejected"])
async def test_what_was_refused_may_come_again_under_its_numbers(database, state):
    await database.tx(lambda uow: uow.add(document("t1-1", state=state)))
    assert await database.tx(lambda uow: uow.find_first(document("t2-1"), NOW - MINUTE)) is None


async def test_an_acknowledgment_finds_the_newest_sending_under_its_number(database):
    def sent(name, **more):
        values = {
            "direction": "outbound",
            "set_id": "850",
            "group_id": "PO",
            "group_number": "7",
            "sent_in": f"{name}-x",
        }
        return document(f"{name}-1", **(values | more))

    rows = [sent("t1"), sent("t2"), sent("t3", partner="other"), sent("t4", direction="inbound")]
    await database.tx(lambda uow: [uow.add(row) for row in rows])
    for number in ("7", "0007", "000000007"):
        assert [d.id for d in await database.tx(lambda uow, n=number: uow.find_sent("acme", "PO", n))] == ["t2-1"]
    assert await database.tx(lambda uow: uow.find_sent("acme", "IN", "7")) == []
    assert [d.id for d in await database.tx(lambda uow: uow.find_sent_interchange("acme", "1"))] == ["t2-1"]


async def test_answers_to_a_transmission_are_found_by_its_id(database):
    names = ["t1", "t1-a0", "t1-a900", "t10-a0", "t2-a0", "t1-x5"]
    await database.tx(lambda uow: [uow.add(transmission(name)) for name in names])
    found = await database.tx(lambda uow: uow.answers_to("t1"))
    assert sorted(each.id for each in found) == ["t1-a0", "t1-a900"]


# Business numbers


async def _holders(database, since=NOW - MINUTE, **more):
    found = await database.tx(lambda uow: uow.find_numbered(numbered(**({"document_id": "t9-1"} | more)), since))
    return [each.id for each in found]


async def test_a_business_number_leads_to_the_documents_that_hold_it_the_first_one_first(database):
    for name in ("t2-1", "t1-1"):
        await database.tx(lambda uow, name=name: [uow.add(document(name)), uow.add(numbered(name))])
    assert await _holders(database) == ["t1-1", "t2-1"]
    for name, value in {"partner": "other", "place": "inbound 810 BIG04", "test": True, "value": "INV2"}.items():
        assert await _holders(database, **{name: value}) == [], name
    assert await _holders(database, since=NOW) == [], "the window has passed"
    assert await _holders(database, document_id="t1-1") == ["t2-1"], "no document is its own repeat"


@pytest.mark.parametrize("state", ["duplicate", "rejected"])
async def test_what_was_refused_holds_no_number(database, state):
    await database.tx(lambda uow: [uow.add(document("t1-1")), uow.add(numbered("t1-1"))])
    assert await _holders(database) == ["t1-1"]
    await database.tx(lambda uow: uow.change(Document, "t1-1", state=state))
    assert await _holders(database) == []


async def test_what_was_sent_is_found_by_its_number(database):
    sent = {"direction": "outbound", "document_number": "INV1"}
    rows = [
        document("t1-1", **sent),
        document("t2-1", **sent | {"partner": "other"}),
        document("t3-1", **sent | {"direction": "inbound"}),
        document("t4-1", **sent | {"document_number": "INV2"}),
    ]
    await database.tx(lambda uow: [uow.add(row) for row in rows])
    assert [each.id for each in await database.tx(lambda uow: uow.find_named("acme", "INV1"))] == ["t1-1"]


async def test_the_numbers_of_an_earlier_interchange_are_found(database):
    rows = [
        document("t1-1"),
        document("t1-2", control_number="0002", state="rejected"),
        document("t2-1", sender="ZZ*B"),
    ]
    await database.tx(lambda uow: [uow.add(row) for row in rows])

    def used(name, since=NOW - MINUTE):
        return database.tx(lambda uow: sorted(uow.find_used(document(name), since)))

    assert await used("t3-1") == [("IN", "1", "0001", "delivered"), ("IN", "1", "0002", "rejected")]
    assert await used("t1-1") == [], "what came in the same transmission is not earlier"
    assert await used("t3-1", NOW) == []


async def test_numbers_are_taken_at_the_end_of_the_transaction_and_what_follows_is_due(database):
    """So whoever waits for a number waits for a commit, and not for all that comes before it."""
    order = []

    def piece(name):
        def work(uow):
            following = []

            def last():
                order.append(f"number for {name}")
                uow.add(transmission(name, control_number=str(uow.next_number("acme:interchange", 1, 999))))
                return [task(name)]

            uow.do_last("acme", last, following)
            order.append(name)
            return following

        return work

    following = await asyncio.gather(database.tx(piece("a")), database.tx(piece("b")))
    assert [[each.subject for each in tasks] for tasks in following] == [["a"], ["b"]]
    assert order.index("a") < order.index("number for a")
    assert order.index("b") < order.index("number for b")
    assert [found.subject for found in await database.due(NOW, 10)] == ["a", "b"]
    numbers = [(await database.load(Transmission, name)).control_number for name in ("a", "b")]
    assert numbers == ["1", "2"]


async def test_a_last_part_that_fails_takes_its_own_piece_back_and_nobody_is_told_of_success(database):
    def fails(uow):
        uow.add(transmission("bad"))
        uow.do_last("acme", lambda: 1 / 0, [])

    def good(uow):
        uow.add(transmission("good"))

    failed, other = await asyncio.gather(database.tx(fails), database.tx(good), return_exceptions=True)
    assert isinstance(failed, ZeroDivisionError)
    if other is not None:  # Where the end of a transaction is that of all its pieces, the others come again.
        assert isinstance(other, LedgerError)
        await database.tx(good)
    assert await database.load(Transmission, "bad") is None
    assert await database.load(Transmission, "good") is not None
