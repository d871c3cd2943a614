"""`gateway orders`, `gateway order show`, `gateway kpis`, and exports, beside a running gateway and after it has stopped."""

import asyncio
import csv
import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from unittest import mock

import pyarrow.parquet
import pytest

from gateway.cli import order_export
from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from tests.cli.command import gateway_command
from tests.cli.test_ledger import command
from tests.ledger.conftest import NOW
from tests.ledger.test_figures import added_up
from tests.ledger.test_order_views import line, order
from tests.stories.test_order_thread import matching
from tests.stories.test_reading_orders import bought
from tests.support.house import gateway

ODD = 'a "quoted", 5\n½ item'


async def kept(folder, *records):
    """A ledger that holds some records, and what the orders among them add up to."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "config").mkdir(exist_ok=True)
    engine = make_engine(f"sqlite:///{folder / 'data' / 'ledger.db'}")
    upgrade(engine)
    ledger = open_ledger(engine)
    await ledger.tx(lambda uow: [uow.add(each) for each in [*records, *added_up(records)]])
    await ledger.close()


def some_orders():
    of = order(1, currency="EUR", need_by=date(2020, 1, 1), awaits_receipt=True)
    figures = {"ordered": Decimal("10.50"), "price": Decimal("0.0001"), "wanted_on": date(2026, 12, 1)}
    return [of, line(of, "1", item=ODD, **figures), line(of, "2"), order(2, "maple", verdict="outside")]


async def test_an_order_is_listed_and_shown_as_it_stands(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await bought(house)
        listed = await command(tmp_path, "orders", "--verdict", "outside")
        assert (listed.code, listed.err) == (0, "1 orders\n")
        assert listed.lines[1].split()[:5] == ["PO1", "supplier", "buyer", "disputed", "outside"]
        shown = await command(tmp_path, "order", "show", "PO1")
        assert shown.code == 0
        assert (await command(tmp_path, "order", "show", "supplier:buyer:PO1")).out == shown.out
    assert shown.lines[0] == "PO1  supplier (buyer)  disputed"
    [row] = [each.split() for each in shown.lines if each.startswith("  1 ")]
    assert row[:8] == ["1", "B-1", "disputed", "10", "10", "10", "10", "10"]
    words = ("ordered PO1", "with the partner", "acknowledged PO1", "shipped SHP2", "received R1", "invoiced INV3")
    places = [shown.out.index(each) for each in words]
    assert places == sorted(places), "in time order"
    after = shown.out[shown.out.index("invoiced INV3") :]
    assert "line 1: price 13.5 where 12.5 was ordered: 1.0 more (8.0 %) (outside)" in after
    assert "Next: ask the partner for a credit or a corrected invoice" in after
    assert shown.lines[-1] == "2 open"
    assert "document.sent" not in shown.out and "A document is with the partner" not in shown.out
    # The gateway has stopped; its ledger tells all the same.
    everything = await command(tmp_path, "order", "show", "PO1", "--all")
    assert "A document is with the partner, or was fetched." in everything.out
    data = json.loads((await command(tmp_path, "order", "show", "PO1", "--json")).out)
    assert (data["order"]["value"], data["lines"][0]["received"]) == ("125.0", "10")
    assert {each["correlation_id"] for each in data["timeline"]} == {data["order"]["tracking_id"]}


async def test_filters_are_those_of_the_api_and_a_list_says_when_there_is_more(tmp_path):
    await kept(tmp_path, *some_orders())

    def listed(*arguments):
        run = gateway_command("orders", *arguments, "--json", config=tmp_path / "config", data=tmp_path / "data")
        assert run.code == 0, run.err
        return [json.loads(each)["order_number"] for each in run.lines]

    def run():
        assert listed() == ["PO1", "PO2"]
        assert listed("--late") == listed("--awaiting", "receipt") == listed("--need-by", "2020-01-02") == ["PO1"]
        assert listed("--partner", "maple") == listed("--verdict", "outside") == listed("--number", "PO2") == ["PO2"]
        assert listed("--item", ODD) == ["PO1"] and listed("--role", "seller") == listed("--plant", "x") == []
        assert listed("--state", "transmitted", "--partner", "acme") == ["PO1"]
        more = gateway_command("orders", "--limit", 1, config=tmp_path / "config", data=tmp_path / "data")
        assert "there are more" in more.err
        unknown = gateway_command("order", "show", "PO9", config=tmp_path / "config", data=tmp_path / "data")
        assert (unknown.code, unknown.err) == (2, "There is no order PO9. List those there are with: gateway orders\n")

    await asyncio.to_thread(run)


async def test_an_export_holds_every_line_exactly_and_both_kinds_say_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(order_export, "_PORTION", 2)
    await kept(tmp_path, *some_orders())
    folders = {"config": tmp_path / "config", "data": tmp_path / "data"}
    files = [tmp_path / "orders.csv", tmp_path / "orders.parquet"]
    run = await asyncio.to_thread(gateway_command, "orders", "--csv", files[0], "--parquet", files[1], **folders)
    assert (run.code, run.out) == (0, "") and run.err.count("3 rows are in ") == 2
    with files[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = pyarrow.parquet.read_table(files[1])
    assert list(rows[0]) == table.column_names == list(order_export.COLUMNS)
    assert [(each["order_number"], each["line"]) for each in rows] == [("PO1", "1"), ("PO1", "2"), ("PO2", "")]
    assert (rows[0]["item"], rows[0]["ordered"], rows[0]["price"]) == (ODD, "10.50", "0.0001")
    assert (rows[0]["need_by"], rows[0]["awaits_receipt"], rows[1]["price"]) == ("2020-01-01", "true", "")
    [first, _second, last] = table.to_pylist()
    assert (first["item"], first["ordered"], first["wanted_on"]) == (ODD, Decimal("10.50"), date(2026, 12, 1))
    assert first["created_at"] == NOW == datetime.fromisoformat(rows[0]["created_at"]).astimezone(UTC)
    assert (last["line"], last["verdict"], last["ordered"]) == (None, "outside", None)
    assert pyarrow.parquet.ParquetFile(files[1]).num_row_groups == 2, "it was written as it was read"
    assert not list(tmp_path.glob(".*.part"))


async def test_what_others_named_is_no_formula_when_a_spreadsheet_opens_the_export(tmp_path):
    of = order(1, order_number="=1+2")
    await kept(tmp_path, of, line(of, "1", item="@SUM(A1)", price=Decimal("-2.5")), line(of, "2", item="B-1"))
    target = tmp_path / "orders.csv"
    run = await asyncio.to_thread(
        gateway_command, "orders", "--csv", target, config=tmp_path / "config", data=tmp_path / "data"
    )
    assert run.code == 0, run.err
    with target.open(encoding="utf-8", newline="") as file:
        rows = [(each["order_number"], each["item"], each["price"]) for each in csv.DictReader(file)]
    assert rows == [("'=1+2", "'@SUM(A1)", "-2.5"), ("'=1+2", "B-1", "")]


async def test_a_figure_that_does_not_fit_leaves_no_half_a_file(tmp_path):
    of = order(1)
    await kept(tmp_path, of, line(of, "1", price=Decimal("0.00000000001")))
    folders = {"config": tmp_path / "config", "data": tmp_path / "data"}
    target = tmp_path / "orders.parquet"
    target.write_bytes(b"of yesterday")
    run = await asyncio.to_thread(gateway_command, "orders", "--parquet", target, **folders)
    assert run.code == 2 and "Use --csv." in run.err
    assert target.read_bytes() == b"of yesterday" and not list(tmp_path.glob(".*.part"))


async def test_without_the_extra_it_says_what_to_install(tmp_path):
    await kept(tmp_path)
    folders = {"config": tmp_path / "config", "data": tmp_path / "data"}
    with mock.patch.dict(sys.modules, {"pyarrow": None}):
        run = await asyncio.to_thread(gateway_command, "orders", "--parquet", tmp_path / "x.parquet", **folders)
    assert run.code == 2 and "Install partner-gateway[parquet], or use --csv." in run.err


@pytest.mark.parametrize("name", [None, "plants_at_risk"])
async def test_figures_are_shown_with_what_is_not_known(tmp_path, name):
    await kept(tmp_path, *some_orders())
    folders = {"config": tmp_path / "config", "data": tmp_path / "data"}
    arguments = ["kpis", *([name] if name else [])]
    run = await asyncio.to_thread(gateway_command, *arguments, **folders)
    assert run.code == 0
    assert "Plants at risk: 1 plants" in run.out and "plant -: 2  (late_orders 1, orders_outside 1)" in run.out
    if name is None:
        assert "Inventory accuracy: not known here, because the gateway keeps no stock" in run.out
    data = [
        json.loads(each) for each in (await asyncio.to_thread(gateway_command, *arguments, "--json", **folders)).lines
    ]
    assert all(each["known"] or each["because"] for each in data) and len(data) == (1 if name else 25)
    unknown = await asyncio.to_thread(gateway_command, "kpis", "luck", **folders)
    assert unknown.code == 2 and "orders_awaiting_acknowledgment" in unknown.err
