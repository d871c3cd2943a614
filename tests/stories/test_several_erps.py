"""Several ERPs behind one gateway: the plant decides which one gets a paper, and an order stays where it began."""

import json
from contextlib import asynccontextmanager

import sqlalchemy as sa

from gateway.ledger.records import TABLE_OF, columns_of
from gateway.tracking.document import Document
from gateway.tracking.order import Order
from tests.stories.test_buyer import ORDER
from tests.stories.test_replay import command
from tests.support.erp import Erp
from tests.support.house import OPERATOR_KEY, SUPPLIER_KEY, gateway, supplier
from tests.support.systems import key_of, system_keys
from tests.support.x12 import acknowledgment, interchange, invoice

NORTH, SOUTH = {"plant": ["P-10", "North*"], "erp": "main"}, {"plant": ["P-20"], "erp": "south"}


def notice(number, order, plant):
    body = f"""BSN*00*SHP{number}*20261121*0915*0001
    HL*1**S*1
    N1*ST*Plant*92*{plant}
    HL*2*1*O*1
    PRF*{order}
    HL*3*2*I*0
    LIN*1*BP*B-1
    SN1*1*10*EA
    CTT*3"""
    return interchange(body, set_id="856", group="SH", number=number)


def shipments(erp):
    return [body["shipment_number"] for body in erp.bodies("ship_notice")]


@asynccontextmanager
async def south_and_north():
    south, north = Erp(), Erp()
    await south.start()
    await north.start()
    try:
        yield south, north
    finally:
        await south.stop()
        await north.stop()


async def rows(house, kind):
    """Return all records of a kind in the ledger."""
    table = TABLE_OF[kind]
    wanted = sa.select(*columns_of(kind)).order_by(table.c.seq)
    return await house.house.database.read(lambda connection: [kind(*row) for row in connection.execute(wanted)])


def settings_for(north, south, *routing):
    erps = {
        "main": {"kind": "http", "url": f"{north.address}/messages"},
        "south": {"kind": "http", "url": f"{south.address}/messages"},
    }
    made = system_keys(erps=erps, routing=list(routing))
    made["keys"][0]["erp"] = "south"
    return made


async def test_papers_of_one_supplier_go_to_the_erp_of_the_plant_under_one_agreement(tmp_path):
    async with south_and_north() as (south, north):
        settings = settings_for(north, south, NORTH, SOUTH)
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            await house.send(notice(1, "PO1", "P-10"))
            await house.send(notice(2, "PO2", "P-20"))
            await house.send(notice(3, "PO3", "P-30"))
            await house.settle()
            assert (shipments(north), shipments(south)) == (["SHP1", "SHP3"], ["SHP2"])
            # Bills name no plant; they go where their order is.
            await house.send(invoice(4, "PO2"))
            await house.send(invoice(5, "PO1"))
            await house.settle()
            assert [body["invoice_number"] for body in south.bodies("invoice")] == ["INV4"]
            assert [body["invoice_number"] for body in north.bodies("invoice")] == ["INV5"]
            assert {row.order_number: row.erp for row in await rows(house, Order)} == {
                "PO1": "main",
                "PO2": "south",
                "PO3": "main",
            }


async def test_an_order_stays_with_its_first_erp_after_the_routing_changed(tmp_path):
    async with south_and_north() as (south, north):
        before = settings_for(north, south, NORTH, SOUTH)
        async with gateway(tmp_path, supplier(), settings=before, erp=north) as house:
            await house.send(notice(1, "PO1", "P-20"))
            await house.settle()
        for number, routing in enumerate(([SOUTH | {"erp": "main"}], []), 2):
            after = settings_for(north, south, *routing)
            async with gateway(tmp_path, supplier(), settings=after, erp=north) as house:
                await house.send(notice(number * 10, "PO1", "P-20"))
                await house.send(notice(number * 10 + 1, f"PO{number}", "P-20"))
                await house.settle()
        assert shipments(south) == ["SHP1", "SHP20", "SHP30"]
        assert shipments(north) == ["SHP21", "SHP31"]


async def test_it_shows_which_erp_has_a_paper_and_an_order_but_not_to_the_partner(tmp_path):
    async with south_and_north() as (south, north):
        settings = settings_for(north, south, NORTH, SOUTH)
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            await house.send(notice(1, "PO1", "P-20"))
            await house.settle()
            [listed] = (await house.get("/api/v1/documents?set=856"))["items"]
            for key, erp in ((OPERATOR_KEY, "south"), (SUPPLIER_KEY, None)):
                shown = await house.get(f"/api/v1/documents/{listed['id']}", key)
                [order] = (await house.get("/api/v1/orders", key))["items"]
                thread = await house.get(order["location"], key)
                several = [await house.get("/api/v1/documents?set=856", key), thread]
                papers = [each["items" if "items" in each else "documents"][0] for each in several]
                assert [each["erp"] for each in (shown["document"], order, thread["order"], *papers)] == [erp] * 5
        made = await command(tmp_path, "trace", listed["id"])
        assert "  erp: south\n" in made.out
        made = await command(tmp_path, "order", "show", "PO1")
        assert "  erp: south\n" in made.out


async def test_answers_go_to_the_erp_that_placed_the_order(tmp_path):
    async with south_and_north() as (south, north):
        settings = settings_for(north, south, {"set": ["855"], "erp": "main"})
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            # An answer that comes before the order goes as the rows say; whose order it is shows when it is placed.
            await house.send(acknowledgment(1))
            await house.settle()
            assert (await house.order(ORDER)).status == 202
            await house.settle()
            await house.send(notice(2, "PO1", "P-10"))
            await house.settle()
            assert (len(north.bodies("order_acknowledgment")), len(south.bodies("order_acknowledgment"))) == (1, 0)
            assert (shipments(north), shipments(south)) == ([], ["SHP2"])


async def test_without_routing_the_agreement_decides_and_nothing_is_written_on_orders(tmp_path):
    async with south_and_north() as (south, north):
        settings = settings_for(north, south)
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            assert (await house.order(ORDER)).status == 202
            await house.send(notice(1, "PO1", "P-20"))
            await house.settle()
            assert (shipments(north), shipments(south)) == (["SHP1"], [])
            assert [row.erp for row in await rows(house, Order)] == [None]


async def test_the_class_of_an_item_decides_by_whoevers_number_it_comes(tmp_path):
    async with south_and_north() as (south, north):
        settings = settings_for(north, south, {"item_class": ["fasteners"], "erp": "south"})
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            body = {
                "base_unit": "each",
                "item_class": "fasteners",
                "ids": [{"kind": "supplier_part", "value": "A-9", "partner": "supplier"}],
            }
            headers = {"Authorization": f"Bearer {key_of('master_data')}"}
            address = f"{house.address}/api/v1/master/items/B-1"
            async with house.session.put(address, json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
            await house.send(notice(1, "PO1", "P-10"))
            await house.send(notice(2, "PO2", "P-10").replace("BP*B-1", "VP*A-9"))
            await house.send(notice(3, "PO3", "P-10").replace("BP*B-1", "BP*C-3"))
            await house.settle()
            assert (shipments(south), shipments(north)) == (["SHP1", "SHP2"], ["SHP3"])


async def test_a_paper_for_orders_with_several_erps_says_so(tmp_path):
    async with south_and_north() as (south, north):
        settings = settings_for(north, south, NORTH, SOUTH)
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            await house.send(notice(1, "PO1", "P-10"))
            await house.send(notice(2, "PO2", "P-20"))
            both = """BSN*00*SHP3*20261121*0915*0001
            HL*1**S*1
            HL*2*1*O*1
            PRF*PO2
            HL*3*2*I*0
            LIN*1*BP*B-1
            SN1*1*10*EA
            HL*4*1*O*1
            PRF*PO1
            HL*5*4*I*0
            LIN*1*BP*B-1
            SN1*1*10*EA
            CTT*5"""
            await house.send(interchange(both, set_id="856", group="SH", number=3))
            await house.settle()
            assert (shipments(south), shipments(north)) == (["SHP2", "SHP3"], ["SHP1"])
            [row] = [row for row in await rows(house, Document) if row.document_number == "SHP3"]
            assert "its orders are with several ERPs (south, main); south gets it" in row.notes


async def test_a_dry_run_says_which_row_wins_and_why(tmp_path):
    async with south_and_north() as (south, north):
        settings = settings_for(north, south, NORTH, SOUTH)
        file = tmp_path / "856.edi"
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            await house.send(notice(1, "PO1", "P-20"))
            await house.settle()
        file.write_text(notice(2, "PO2", "P-20") + notice(3, "PO3", "P-30") + notice(4, "PO1", "P-10"))
        made = await command(tmp_path, "route", file, "--partner", "supplier")
        assert (made.code, made.err) == (0, "")
        assert made.out.splitlines() == [
            "856 ST02=0001 SHP2: south (row 2: plant P-20)",
            "  row 1 (main): plant is P-20, Plant, not P-10 or North*",
            "856 ST02=0001 SHP3: main (no row fits, so the agreement decides)",
            "  row 1 (main): plant is P-30, Plant, not P-10 or North*",
            "  row 2 (south): plant is P-30, Plant, not P-20",
            "856 ST02=0001 SHP4: south (order PO1 is there, and all its papers follow it)",
        ]
        made = await command(tmp_path, "route", file, "--partner", "supplier", "--json")
        assert [json.loads(line)["erp"] for line in made.out.splitlines()] == ["south", "main", "south"]
        file.write_text(notice(2, "PO2", "P-20").replace("SHP2*20261121", "SHP2*20269921"))
        made = await command(tmp_path, "route", file, "--partner", "supplier")
        assert made.code == 1 and "it would be refused" in made.err
        async with gateway(tmp_path, supplier(), settings=settings, erp=north) as house:
            assert [row.document_number for row in await rows(house, Document)] == ["SHP1"], "a dry run stores nothing"
