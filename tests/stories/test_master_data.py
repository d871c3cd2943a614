"""Master data: an unknown part or unit is made known once; what waited for it goes on by itself, and the next paper passes."""

import json
import os
from decimal import Decimal
from functools import partial

import pytest

from gateway.ledger.master_finders import MasterFinders
from gateway.pipeline.master import again
from gateway.pipeline.thread.judge import Origin, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.tracking.thread.statement import Kind, LineSaid
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import MATCH, bill, order_of
from tests.stories.test_replay import command
from tests.support.house import OPERATOR_KEY, SUPPLIER_KEY, gateway, supplier
from tests.support.systems import cases, events, key_of, post, rows, system_keys
from tests.support.x12 import interchange

PARTNER = supplier(defaults={"match": MATCH | {"against": "order"}})

MASTER = key_of("master_data")


def notice(number=2, item="VP*A-9", quantity="10", unit="EA", order="PO1"):
    body = f"""BSN*00*SHP{number}*20261121*0915*0001
    HL*1**S*1
    HL*2*1*O*1
    PRF*{order}
    HL*3*2*I*0
    LIN**{item}
    SN1**{quantity}*{unit}
    CTT*3"""
    return interchange(body, set_id="856", group="SH", number=number)


async def put(house, path, body, key=MASTER):
    address = f"{house.address}/api/v1/master/{path}"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    async with house.session.put(address, data=json.dumps(body), headers=headers) as response:
        answer = await response.json()
        status = response.status
    await house.settle()
    return status, answer


def notices_at_the_erp(house):
    return [body["shipment_number"] for body in house.erp.bodies("ship_notice")]


async def test_an_unknown_part_is_made_known_once_and_what_waited_goes_on(tmp_path):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        await house.order(ORDER)
        await house.send(notice(2, quantity="4"))
        await house.settle()
        assert await cases(house) == [("item-unknown", "data")]
        assert notices_at_the_erp(house) == []

        entry = {"item": "B-1", "partner": "supplier", "value": "A-9"}
        status, answer = await put(house, "cross-references", {"entries": [entry]})
        assert (status, answer["changed"]) == (200, ["cross-reference supplier|supplier_part|A-9"])
        assert await cases(house) == []
        assert notices_at_the_erp(house) == ["SHP2"]
        assert (await order_of(house)).state == "shipped"

        await house.send(notice(3, quantity="6"))
        await house.settle()
        assert await cases(house) == []
        assert notices_at_the_erp(house) == ["SHP2", "SHP3"]
        assert len(await events(house, "case.opened")) == 1


async def test_an_unknown_unit_is_made_known_once_for_the_item_or_for_all(tmp_path):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        await house.order(ORDER)
        await house.send(notice(2, item="BP*B-1", quantity="1", unit="CA"))
        await house.settle()
        assert await cases(house) == [("unit-unknown", "data")]
        await put(house, "units", {"entries": [{"unit": "case", "quantity": "12", "into": "each", "item": "B-7"}]})
        assert await cases(house) == [("unit-unknown", "data")], "that is another item"
        body = {"base_unit": "each", "units": [{"unit": "case", "quantity": "5", "into": "each"}]}
        assert (await put(house, "items/B-1", body))[0] == 200
        assert await cases(house) == []
        assert notices_at_the_erp(house) == ["SHP2"]

        await house.send(notice(3, item="BP*B-1", quantity="1", unit="CA"))
        await house.settle()
        assert (await cases(house), notices_at_the_erp(house)) == ([], ["SHP2", "SHP3"])
        lines = (await house.get("/api/v1/orders/supplier%3Abuyer%3APO1"))["lines"]
        assert [each["shipped"] for each in lines] == ["10"]

        # An invoice by the case says the price of a case.
        invoice = bill(4, price="62.5", quantity="2", total="12500").replace("*EA*", "*CA*")
        await house.send(invoice)
        await house.settle()
        assert (await cases(house), (await order_of(house)).verdict) == ([], "clean")


async def test_versions_are_kept_with_who_and_what_was_before(tmp_path):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        body = {
            "base_unit": "each",
            "item_class": "fasteners",
            "words": "Bolt",
            "ids": [{"kind": "gtin_14", "value": "1"}],
        }
        await put(house, "items/B-1", body)
        status, answer = await put(house, "items/B-1", body)
        assert (status, answer["changed"], answer["unchanged"]) == (200, [], 2)
        await put(house, "items/B-1", body | {"item_class": "bolts"})
        item = await house.get("/api/v1/master/items/B-1", key_of("master_data"))
        assert (item["item_class"], item["version"]) == ("bolts", 2)
        assert [each["value"] for each in item["ids"]] == ["1"]
        first, second = item["versions"]
        assert (first["before"], first["changed_by"]) == ({}, "master_data")
        assert (second["before"]["item_class"], second["after"]["item_class"]) == ("fasteners", "bolts")
        told = await events(house, "master.changed")
        assert [each["reference"] for each in told] == ["|gtin_14|1", "B-1", "B-1"]

        await put(house, "locations", {"entries": [{"id": "P1", "name": "Graz", "zone": "Europe/Vienna"}]})
        assert (await house.get("/api/v1/master/locations"))["items"][0]["zone"] == "Europe/Vienna"
        page = await house.get("/api/v1/master/cross-references?item=B-1&limit=1")
        assert [each["value"] for each in page["items"]] == ["1"]


@pytest.mark.parametrize(
    "path, body, where",
    [
        ("locations", {"entries": [{"id": "P1", "zone": "Mars/Olympus"}]}, "there is no time zone"),
        ("units", {"entries": [{"unit": "case", "quantity": "0", "into": "each"}]}, "greater than 0"),
        ("units", {"entries": [{"unit": "case", "quantity": "3", "into": "case"}]}, "converts into another one"),
        (
            "cross-references",
            {"entries": [{"item": "B", "partner": "nobody", "value": "1"}]},
            "there is no partner nobody",
        ),
        ("items/B-1", {"bas_unit": "each"}, "Extra inputs"),
        ("items/B-1", {"base_unit": "ea\u0000ch"}, "String should match pattern"),
        ("units", {"entries": [{"unit": "ca|se", "quantity": "2", "into": "each"}]}, "String should match pattern"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_place(tmp_path, path, body, where):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        status, answer = await put(house, path, body)
        assert (status, answer["type"].rpartition(":")[2]) == (422, "message-invalid")
        assert where in answer["detail"] and "Correct it and send it again" in answer["detail"]


async def test_only_the_system_of_master_data_changes_it_and_operators_look(tmp_path):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        body = {"entries": [{"item": "B-1", "value": "A-9"}]}
        for key, status in ((OPERATOR_KEY, 403), (SUPPLIER_KEY, 403), ("nobody", 401), (key_of("wms"), 403)):
            assert (await put(house, "cross-references", body, key))[0] == status
        assert (await house.get("/api/v1/master/cross-references", OPERATOR_KEY))["items"] == []
        response = await post(house, "master/items/B-1", {}, key_of("master_data"))
        assert response.status == 405


# Many that wait, and the command line

MANY = 10_000 if os.environ.get("GATEWAY_PROOF") else 60


def waiting(uow, world, numbers, item=(("supplier_part", "A-9"),)):
    """Store orders, each with a ship notice of an item that nobody knows."""
    now = world.clock()
    for number in numbers:
        line = LineSaid(line="1", items=(("buyer_part", "B-1"),), quantity=Decimal(10), unit="each")
        shipped = LineSaid(items=item, quantity=Decimal(10), unit="each")
        for kind, said in ((Kind.ORDERED, line), (Kind.TRANSMITTED, None), (Kind.SHIPPED, shipped)):
            origin = Origin("supplier", "buyer", "document", f"{kind}{number}", "t", now, now)
            lines = [said] if said is not None else []
            take_in(uow, world, origin, Said(f"PO{number}", kind, f"{kind}{number}", lines=lines))


@pytest.mark.parametrize("at_once", [25] if MANY > 100 else [7, 25])
async def test_however_many_wait_all_are_judged_again_some_at_a_time(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(again, "AT_ONCE", at_once)
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        world, database = house.house.world, house.house.database
        for first in range(0, MANY, 50):
            await database.tx(partial(waiting, world=world, numbers=range(first, first + min(50, MANY - first))))
        await database.tx(partial(waiting, world=world, numbers=["X"], item=(("supplier_part", "A-10"),)))
        assert (await house.get("/api/v1/orders?verdict=outside&limit=1"))["items"]
        await put(house, "cross-references", {"entries": [{"item": "B-1", "partner": "supplier", "value": "A-9"}]})
        await house.settle(600)
        left = (await house.get("/api/v1/orders?verdict=outside"))["items"]
        assert [each["order_number"] for each in left] == ["POX"], "another item is still unknown"
        assert [each[1] for each in await cases(house)] == ["data"]
        assert len([row for row in await rows(house, "unknowns") if row[-2]]) == 1


async def test_a_case_is_fixed_from_the_command_line(tmp_path):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        await house.order(ORDER)
        await house.send(notice(2, quantity="1", unit="CA"))
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert "fix" in case["actions"] and "gateway case fix" in case["next_action"]
        wrong = await command(tmp_path, "case", "fix", case["subject"], "--item", "A-8=B-1")
        assert wrong.code == 2 and "names no item A-8; it names A-9" in wrong.err
        done = await command(tmp_path, "case", "fix", case["id"], "--item", "A-9=B-1")
        assert done.code == 0, done.err
        await house.until(lambda: _causes(house, ["unit-unknown"]))
        done = await command(tmp_path, "case", "fix", case["subject"], "--unit", "case=10 each")
        assert "kept: unit B-1|case|each" in done.out, done.err
        await house.until(lambda: _causes(house, []))
        await house.settle()
        assert notices_at_the_erp(house) == ["SHP2"]


async def _causes(house, causes):
    return [cause for cause, _owner in await cases(house)] == causes


async def test_a_file_of_ids_is_brought_in_whole_or_not_at_all(tmp_path):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        await house.order(ORDER)
        await house.send(notice(2))
        await house.settle()
        file = tmp_path / "ids.csv"
        file.write_text("item,value,partner\nB-1,A-9,supplier\nB-2,A-10,nobody\n,A-11,supplier\n")
        refused = await command(tmp_path, "master", "import", str(file))
        assert refused.code == 2
        assert "ids.csv:3: partner: there is no partner nobody" in refused.err.replace("\n", " ")
        assert "ids.csv:4: item: Field required" in refused.err.replace("\n", " ")
        assert await rows(house, "cross_references") == []

        file.write_text("item,value,partner\nB-1,A-9,supplier\nB-2,A-10,supplier\n")
        assert "2 changed, 0 known already" in (await command(tmp_path, "master", "import", str(file))).out
        await house.until(lambda: _causes(house, []))
        assert "0 changed, 2 known already" in (await command(tmp_path, "master", "import", str(file))).out
        listed = await command(tmp_path, "master", "list", "cross-references", "--item", "B-2", "--json")
        assert json.loads(listed.out)["value"] == "A-10"


async def test_a_catalog_proposes_ids_that_count_once_somebody_agrees(tmp_path):
    agreements = [*PARTNER["agreements"], {"document": "832", "direction": "inbound", "role": "buyer"}]
    async with gateway(tmp_path, PARTNER | {"agreements": agreements}, settings=system_keys()) as house:
        catalog = """BCT*PC*CAT-1
        LIN*1*VP*A-9*BP*B-1*UK*00614141000012
        LIN*2*VP*A-10
        CTT*2"""
        await house.send(interchange(catalog, set_id="832", group="SC", number=1))
        await house.order(ORDER)
        await house.send(notice(2))
        await house.settle()
        assert await cases(house) == [("item-unknown", "data")], "what is proposed does not count yet"
        proposed = (await house.get("/api/v1/master/cross-references?state=proposed"))["items"]
        assert {(each["value"], each["item"]) for each in proposed} == {("A-9", "B-1"), ("00614141000012", "B-1")}
        [document] = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "832"]
        assert document["notes"] == ["2 ids of items are proposed; look at them with: gateway master list --proposed"]

        agreed = await command(tmp_path, "master", "agree", "--partner", "supplier", "A-9")
        assert "cross-reference supplier|supplier_part|A-9" in agreed.out and "00614141000012" not in agreed.out
        await house.until(lambda: _causes(house, []))
        await house.settle()
        assert notices_at_the_erp(house) == ["SHP2"]


async def test_papers_that_agree_ask_nothing_of_master_data(tmp_path):
    async with gateway(tmp_path, PARTNER, settings=system_keys()) as house:
        asked = []
        for name in ("known_as", "conversions_of", "unknown_of"):
            watched(MasterFinders, name, asked)
        try:
            await house.order(ORDER)
            await house.send(notice(2, item="BP*B-1"))
            await house.send(bill(3))
            await house.settle()
            assert (await order_of(house)).verdict == "clean" and asked == []
            await house.send(notice(4))
            await house.settle()
            assert asked == ["known_as", "unknown_of"], "one question for all that the order's papers name"
        finally:
            for name, plain in PLAIN.items():
                setattr(MasterFinders, name, plain)


PLAIN = {name: getattr(MasterFinders, name) for name in ("known_as", "conversions_of", "unknown_of")}


def watched(kind, name, asked):
    def look(self, *arguments):
        asked.append(name)
        return PLAIN[name](self, *arguments)

    setattr(kind, name, look)
