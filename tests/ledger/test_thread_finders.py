"""What a transaction finds of orders is what was stored, and no look for it walks a table."""

from datetime import date
from decimal import Decimal

from gateway.ledger import tables
from gateway.ledger.statements import Statements
from gateway.tracking.order import Order, OrderLine, order_id
from gateway.tracking.thread.statement import Statement
from tests.ledger.conftest import NOW

DAY = date(2026, 12, 1)


def order(number, partner="acme", **more):
    key = order_id(partner, "buyer", number)
    return Order(key, partner, "buyer", number, "", "accepted", NOW, NOW, "t", need_by=DAY, **more)


def line(number="1", of="PO1", item="B-1", plant="P1", state="accepted", **more):
    key = order_id("acme", "buyer", of)
    return OrderLine(
        f"{key}:{number}", key, "acme", "buyer", number, state, NOW, item, [["buyer_part", item]], "each", plant,
        Decimal("10.50"), wanted_on=more.pop("wanted_on", DAY), **more,
    )  # fmt: skip


def said(name, of):
    return Statement(name, of, "held", "H1", "original", NOW, NOW, "qms", "t1", "t", {"a": 1}, [{"lot": "L1"}])


async def test_what_is_found_equals_what_was_stored_days_and_figures_too(database):
    stored = [order("PO1"), line(expected_on=DAY), said("s1", "?lot:L1")]

    def store(uow):
        for each in stored:
            uow.add(each)

    await database.tx(store)

    def look(uow):
        [found] = uow.find_orders_numbered("PO1")
        [row] = uow.lines_of(found.id)
        [kept] = uow.on_shelf("?lot:L1")
        return [found, row, kept], uow.open_lines("B-1", None, 10)

    found, at_risk = await database.tx(look)
    assert found == stored
    assert at_risk == stored[1:2]


async def test_orders_are_found_under_a_number_whoever_they_are_with(database):
    def work(uow):
        for partner in ("acme", "globex"):
            uow.add(order("PO1", partner))
        uow.add(order("PO2"))
        return [each.partner for each in uow.find_orders_numbered("PO1")]

    assert await database.tx(work) == ["acme", "globex"]


async def test_open_lines_of_an_item_or_a_plant_come_first_wanted_first_and_ended_ones_never(database):
    def work(uow):
        uow.add(line("1", wanted_on=date(2026, 12, 9)))
        uow.add(line("2"))
        uow.add(line("3", item="B-2"))
        uow.add(line("4", plant="P2"))
        for number, state in enumerate(("cancelled", "closed", "matched", "rejected"), start=5):
            uow.add(line(str(number), state=state))
        looks = (("B-1", None), (None, "P1"), ("B-1", "P1"))
        return [[each.number for each in uow.open_lines(*look, 10)] for look in looks], len(
            uow.open_lines("B-1", None, 1)
        )

    found, limited = await database.tx(work)
    assert found == [["2", "4", "1"], ["2", "3", "1"], ["2", "1"]]
    assert limited == 1


async def test_no_look_for_orders_walks_a_table(on_sqlite, monkeypatch):
    seen = {}
    plain = Statements.get

    def watched(self, key, make):
        statement = plain(self, key, make)
        seen[statement.sql] = len(statement.names)
        return statement

    monkeypatch.setattr(Statements, "get", watched)

    def everything(uow):
        uow.find_orders_numbered("PO1")
        uow.on_shelf("?lot:L1")
        uow.statements_about("t1")
        uow.find_statements("received", "R1")
        uow.open_lines("B-1", None, 10)
        uow.open_lines(None, "P1", 10)
        uow.open_lines("B-1", "P1", 10)
        uow.repairs_of("r1")
        uow.open_repairs("erp")
        uow.dismissed_repairs("acme:buyer:PO1:1|erp|shipped")
        uow.open_repairs_of("x")
        uow.step_due_at("x")

    await on_sqlite.tx(everything)

    def plans(connection):
        return {
            sql: [row[3] for row in connection.exec_driver_sql(f"explain query plan {sql}", ("1",) * count)]
            for sql, count in seen.items()
            if sql.lstrip().startswith("SELECT")
        }

    found = await on_sqlite.read(plans)
    assert len(found) == 12
    walked = [step for plan in found.values() for step in plan if _walks(step)]
    assert not walked
    assert all("TEMP B-TREE" not in step for sql, plan in found.items() if "item = " in sql for step in plan)


def _walks(step):
    return any(step.startswith(f"SCAN {table.name}") for table in tables.metadata.sorted_tables)
