"""Reading orders: on each database the same, and never by walking a table where few are meant."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from gateway.ledger import order_views
from gateway.ledger.order_views import SqlOrderViews, chosen, differing, page_query, rare
from gateway.pipeline.order_views import MatchQuery, OrderQuery
from gateway.tracking.order import Match, Order, OrderLine
from tests.ledger.conftest import NOW
from tests.ledger.records import document, event, receipt, transmission

TODAY = date(2026, 11, 21)


def order(number=1, partner="acme", **more):
    values = {
        "id": f"{partner}:buyer:PO{number}",
        "partner": partner,
        "role": "buyer",
        "order_number": f"PO{number}",
        "release": "",
        "state": "transmitted",
        "created_at": NOW,
        "updated_at": NOW,
        "tracking_id": "f" * 32,
    }
    return Order(**(values | more))


def line(of, number="1", **more):
    values = {"order_id": of.id, "partner": of.partner, "role": of.role, "number": number, "state": of.state}
    return OrderLine(f"{of.id}:{number}", updated_at=NOW, **(values | more))


def match(of, number, **more):
    values = {"order_id": of.id, "partner": of.partner, "kind": "shipped", "number": f"A{number}", "verdict": "clean"}
    return Match(f"{of.id}:{number}", subject=f"t{number}", came_at=NOW, judged_at=NOW, **(values | more))


async def stored(database, *records):
    await database.tx(lambda uow: [uow.add(each) for each in records])
    return SqlOrderViews(database)


# What is asked for -> the index that must serve it.
_ORDERS = {
    "ix_orders_partner_seq": OrderQuery(partner="acme"),
    "ix_orders_state_seq": OrderQuery(state="disputed"),
    "ix_orders_unclean": OrderQuery(verdict="outside"),
    "ix_orders_plant": OrderQuery(plant="P1"),
    "ix_order_lines_item": OrderQuery(item="B-1"),
    "ix_orders_order_number": OrderQuery(order_number="PO1"),
    "ix_orders_need_by": OrderQuery(late_on=TODAY),
    "ix_orders_awaits_acknowledgment": OrderQuery(awaiting="acknowledgment"),
    "ix_orders_awaits_ship_notice": OrderQuery(awaiting="ship_notice"),
    "ix_orders_awaits_receipt": OrderQuery(awaiting="receipt"),
    "ix_orders_awaits_invoice": OrderQuery(awaiting="invoice"),
}
_MATCHES = {
    "ix_matches_partner_seq": MatchQuery(partner="acme"),
    "ix_matches_kind_seq": MatchQuery(kind="adjusted"),
    "ix_matches_unclean": MatchQuery(verdict="noted"),
}


@pytest.mark.parametrize("index", [*_ORDERS, *_MATCHES])
async def test_a_list_of_few_is_served_by_its_index(on_sqlite, index):
    kind, wanted, by_index = Order, None, False
    if index in _ORDERS:
        wanted, by_index = chosen(_ORDERS[index]), rare(_ORDERS[index])
    else:
        kind, wanted = Match, differing(_MATCHES[index])

    def plan(connection):
        query = page_query(kind, wanted, 17, 50, by_index=by_index).compile(
            connection.engine, compile_kwargs={"literal_binds": True}
        )
        return [row[3] for row in connection.exec_driver_sql(f"explain query plan {query}")]

    steps = await on_sqlite.read(plan)
    assert any(index in step for step in steps), steps
    assert not any(step.startswith("SCAN") or "PRIMARY KEY (rowid>" in step for step in steps), steps


async def test_no_part_of_a_thread_walks_a_table(on_sqlite):
    asked = []
    views = await stored(on_sqlite, order(), transmission(), document(order_number="PO1"), event())
    sa.event.listen(on_sqlite.engine, "before_cursor_execute", lambda *each: asked.append((each[2], each[3])))
    assert (await views.order_thread("acme:buyer:PO1")) is not None
    assert len(asked) >= 9

    def plans(connection):
        return {
            sql: [row[3] for row in connection.exec_driver_sql(f"explain query plan {sql}", values)]
            for sql, values in list(asked)
            if sql.startswith("SELECT")
        }

    found = await on_sqlite.read(plans)
    assert len(found) >= 9
    slow = {sql: steps for sql, steps in found.items() if any(step.startswith("SCAN") for step in steps)}
    assert not slow


async def test_filters_mean_the_same_on_each_database(database):
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    made = [
        order(1, need_by=yesterday, awaits_receipt=True),
        order(2, "maple", verdict="outside", plant="P1", awaits_acknowledgment=True, need_by=tomorrow),
        order(3, state="closed", verdict="noted", plant="P2"),
        order(4, role="seller", id="acme:seller:PO4", awaits_invoice=True, awaits_ship_notice=True),
    ]
    views = await stored(database, *made, line(made[0], item="B-1"), line(made[0], "2", item="B-1"))
    asked = {
        OrderQuery(): [1, 2, 3, 4],
        OrderQuery(partner="maple"): [2],
        OrderQuery(role="seller"): [4],
        OrderQuery(state="closed"): [3],
        OrderQuery(verdict="clean"): [1, 4],
        OrderQuery(verdict="noted"): [3],
        OrderQuery(verdict="outside", partner="acme"): [],
        OrderQuery(plant="P1"): [2],
        OrderQuery(item="B-1"): [1],
        OrderQuery(order_number="PO3"): [3],
        OrderQuery(late_on=TODAY): [1],
        OrderQuery(need_by_before=TODAY + timedelta(days=5)): [1, 2],
        OrderQuery(need_by_before=TODAY + timedelta(days=5), late_on=TODAY): [1],
        OrderQuery(awaiting="receipt"): [1],
        OrderQuery(awaiting="acknowledgment"): [2],
        OrderQuery(awaiting="ship_notice"): [4],
        OrderQuery(awaiting="invoice", hidden=("transmitted",)): [],
        OrderQuery(hidden=("transmitted", "created")): [3],
    }
    for query, expected in asked.items():
        found = (await views.orders(query, 0, 10)).items
        assert [int(each.order_number.removeprefix("PO")) for each in found] == expected, query
    [found] = (await views.orders(OrderQuery(plant="P1"), 0, 10)).items
    assert found == made[1], "a row comes back as it was stored"


async def test_matches_are_filtered_and_paged(database):
    of = order()
    made = [match(of, number, kind=("shipped", "received", "invoiced")[number % 3]) for number in range(7)]
    made[4].verdict, made[5].verdict = "outside", "noted"
    views = await stored(database, of, *made)
    first = await views.matches(MatchQuery(), 0, 4)
    rest = await views.matches(MatchQuery(), first.after, 4)
    assert [each.id for each in (*first.items, *rest.items)] == [each.id for each in made]
    assert rest.after is None
    assert [each.number for each in (await views.matches(MatchQuery(verdict="outside"), 0, 9)).items] == ["A4"]
    assert [each.number for each in (await views.matches(MatchQuery(kind="received"), 0, 9)).items] == ["A1", "A4"]
    only = MatchQuery(partner="acme", kinds=("invoiced",))
    assert [each.number for each in (await views.matches(only, 0, 9)).items] == ["A2", "A5"]
    assert (await views.matches(MatchQuery(partner="maple"), 0, 9)).items == []


async def test_all_orders_are_read_with_their_lines_a_portion_at_a_time(database, monkeypatch):
    monkeypatch.setattr(order_views, "_AT_ONCE", 3)
    made = [order(number) for number in range(8)]
    lines = [line(each, str(n), ordered=Decimal(n)) for each in made[:-1] for n in (1, 2)]
    views = await stored(database, *made, *lines)
    found = [pair async for pair in views.with_lines(OrderQuery())]
    assert [each.order_number for each, _lines in found] == [f"PO{number}" for number in range(8)]
    assert [[row.ordered for row in each] for _order, each in found] == [[1, 2]] * 7 + [[]]


async def test_a_thread_holds_what_spoke_of_the_order_and_what_only_named_it(database):
    of = order()
    refused = document("t9-1", order_number="PO1", state="rejected", role="", sent_in="t8")
    others = [
        document("t7-1", order_number="PO1", partner="maple"),
        document("t6-1", order_number="PO1", role="seller"),
        document("t5-1", order_number="PO2"),
    ]
    told = [transmission("t9"), transmission("t8"), transmission("t7"), receipt("r1", transmission_id="t9")]
    views = await stored(database, of, line(of), match(of, 1), refused, *others, *told, event("t9-1"), event("t7-1"))
    thread = await views.order_thread(of.id)
    assert [each.id for each in thread.documents] == ["t9-1"]
    assert {each.id for each in thread.transmissions} == {"t8", "t9"}
    assert [each.id for each in thread.receipts] == ["r1"]
    assert [each.subject for each in thread.events] == ["t9-1"]
    assert len(thread.lines) == len(thread.matches) == 1
    assert await views.order_thread("acme:buyer:PO2") is None


async def test_a_timeline_that_is_too_long_says_so(database, monkeypatch):
    monkeypatch.setattr(order_views, "EVENTS_SHOWN", 4)
    of = order()
    views = await stored(database, of, *(event(of.id, n=number) for number in range(6)))
    thread = await views.order_thread(of.id)
    assert ([each.data["n"] for each in thread.events], thread.cut) == ([0, 1, 2, 3], True)
