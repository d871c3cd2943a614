"""A supplier without EDI sends CSV: the same messages, receipts, duplicates and cases as by X12."""

import json

import pytest

from tests.stories.test_buyer import ORDER
from tests.support import csv
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import interchange

LAYOUTS = {"855": csv.ACKNOWLEDGMENT_LAYOUT, "856": csv.SHIP_NOTICE_LAYOUT, "810": csv.INVOICE_LAYOUT}
PAPERS = [
    ("855", "PR", "order_acknowledgment", csv.ACKNOWLEDGMENT_X12, csv.ACKNOWLEDGMENT),
    ("856", "SH", "ship_notice", csv.SHIP_NOTICE_X12, csv.SHIP_NOTICE),
    ("810", "IN", "invoice", csv.INVOICE_X12, csv.INVOICE),
]


def partner(layouts=LAYOUTS, **changes):
    made = supplier(**changes)
    for agreement in made["agreements"]:
        if agreement["document"] in layouts:
            agreement["csv"] = layouts[agreement["document"]]
    return made


async def _by_csv(house, text, document="order_acknowledgment", **headers):
    return await house.send(text, Content_Type="text/csv", X_Document=document, **headers)


async def _message(folder, *sending, **headers):
    """The bytes that the ERP gets for one paper, as header and body."""
    async with gateway(folder, partner()) as house:
        response = await house.send(*sending, **headers)
        assert response.status == 202, await response.text()
        await house.settle()
        assert (await house.get("/api/v1/cases"))["items"] == []
        [message] = house.erp.messages.values()
        header, body = message.removeprefix(b'{"header":').split(b',"body":', 1)
        return json.loads(header), body[:-1]


@pytest.mark.parametrize(("set_id", "group", "document", "x12", "text"), PAPERS, ids=[row[2] for row in PAPERS])
async def test_the_same_paper_is_the_same_message_by_x12_json_and_csv(tmp_path, set_id, group, document, x12, text):
    first, body = await _message(tmp_path / "x12", interchange(x12, set_id=set_id, group=group))
    said = json.dumps({"type": document, "body": json.loads(body)})
    second, by_json = await _message(tmp_path / "json", said, Content_Type="application/json")
    third, by_csv = await _message(tmp_path / "csv", text, Content_Type="text/csv", X_Document=document)
    assert by_csv == body
    assert by_json == body
    assert [header["source"]["standard"] for header in (first, second, third)] == ["X12", "canonical-json", "csv"]
    own = {"message_id", "correlation_id", "created_at", "source"}
    assert len({json.dumps({k: v for k, v in h.items() if k not in own}) for h in (first, second, third)}) == 1


async def test_an_acknowledgment_by_csv_moves_the_order_as_one_by_x12_does(tmp_path):
    async with gateway(tmp_path, partner()) as house:
        response = await _by_csv(house, csv.ACKNOWLEDGMENT)
        await house.settle()
        found = await house.get((await response.json())["location"])
        assert found["document"]["set"] == "855"
        assert (found["document"]["order_number"], found["state"]) == ("PO1", "delivered")
        assert found["canonical"]["body"]["lines"][1]["statuses"][1]["date"] == "2026-12-12"
        content = await house.session.get(
            f"{house.address}/api/v1/documents/{found['id']}/content",
            headers={"Authorization": f"Bearer {SUPPLIER_KEY}"},
        )
        assert await content.text() == csv.ACKNOWLEDGMENT, "the exact bytes are kept"


async def test_a_second_copy_gets_the_first_receipt_and_the_erp_hears_it_once(tmp_path):
    async with gateway(tmp_path, partner()) as house:
        first = await (await _by_csv(house, csv.ACKNOWLEDGMENT, Idempotency_Key="a")).json()
        again = await (await _by_csv(house, csv.ACKNOWLEDGMENT, Idempotency_Key="a")).json()
        copy = await (await _by_csv(house, csv.ACKNOWLEDGMENT)).json()
        other = await _by_csv(house, csv.ACKNOWLEDGMENT.replace("12,5", "12,6"), Idempotency_Key="a")
        assert [each["id"] for each in (again, copy)] == [first["id"]] * 2
        assert (again["duplicate"], copy["duplicate"], other.status) == (True, True, 409)
        await house.settle()
        assert len(house.erp.bodies("order_acknowledgment")) == 1


def _broken(old, new):
    assert old in csv.ACKNOWLEDGMENT
    return csv.ACKNOWLEDGMENT.replace(old, new, 1)


STRANGE = [
    (_broken("12,5;", "12.5;"), "line 2, column Price: '12.5' is no number; write digits, with ',' before decimals"),
    (_broken("3,25", "1.003,25"), "line 3, column Price: '1.003,25' is no number"),
    (
        _broken("10;05.12.2026", "10;2026-12-05"),
        "line 2, column Ship on: '2026-12-05' is no day; write it as DD.MM.YYYY",
    ),
    (_broken("10;05.12.2026", "10;31.11.2026"), "line 2, column Ship on: '31.11.2026' is no day"),
    (_broken("OK", "ok"), "line 2, column Status: 'ok' was not agreed; write one of OK, LATE"),
    (_broken("Part;Our part", "Item;Our part"), "line 1, column Part: the column is missing"),
    (_broken("Part;Our part", "Item;Our part"), "line 1, column Item: the column was not agreed"),
    (_broken("Remark", "Line"), "line 1, column Line: the column is there twice"),
    (
        _broken("\nPO1;21.11.2026;all;2", "\nPO2;21.11.2026;all;2"),
        "line 3, column Order: it is 'PO2' here and 'PO1' in the",
    ),
    (_broken("B-2;;OK", "B-2;OK"), "line 3: the row has 11 columns, the heading 12"),
    (_broken('"as usual; by truck"', '"as usual" by truck'), "line 2: the row that begins here is no CSV"),
    (_broken('"as usual; by truck"', '"as usual'), "line 2: the row that begins here is no CSV"),
    (_broken("V-1", "V\x001"), "line 2: character 0x00 is no text"),
    (csv.ACKNOWLEDGMENT.replace("PO1;", ";"), "line 2, column Order: it is empty, and the document needs it"),
    (_broken("B-1", "B-" + "1" * 5000), "line 2, column Part: String should have at most 4096 characters"),
    (csv.ACKNOWLEDGMENT.replace(";", ","), "the heading is one column; ';' between columns was agreed"),
    (csv.ACKNOWLEDGMENT.splitlines()[0], "there is nothing below the heading"),
    (b"\xef\xbb\xbf", "the file says nothing"),
    (b"", "the file says nothing"),
    (b"\r\n \r\n", "the file says nothing"),
    (csv.ACKNOWLEDGMENT.encode("utf-16"), "the file is UTF-16, not utf-8; save it as CSV UTF-8"),
    (_broken("the rest", "spät").encode("latin-1"), "line 4: byte 0xE4 is no utf-8; save the file as CSV UTF-8"),
    (_broken("as usual; by truck", "x" * 9_000_000), "line 2: a value of the row that begins here is too long"),
    (b"x" * 9_000_000, "line 1: a value of the row that begins here is too long"),
    (_broken('"as usual; by truck"\n', '"as\nusual"\nPO1;"'), "line 4: the row that begins here is no CSV"),
    (csv.ACKNOWLEDGMENT + "PO1" + ";" * 600, "the row has 601 columns"),
    (csv.ACKNOWLEDGMENT + (csv.ACKNOWLEDGMENT.splitlines()[2] + "\n") * 10_001, "the file has more than 10000 rows"),
]


async def test_each_strange_file_is_refused_at_once_with_line_column_and_what_to_do(tmp_path):
    async with gateway(tmp_path, partner()) as house:
        for data, words in STRANGE:
            response = await _by_csv(house, data)
            assert (response.status, response.content_type) == (422, "application/problem+json"), words
            problem = await response.json()
            shown = [f"{fault['where']}: {fault['message']}; {fault['fix']}" for fault in problem["faults"]]
            assert any(words in each for each in shown), (words, shown)
            assert all(fault["fix"] for fault in problem["faults"])
            assert problem["detail"].startswith("Nothing of this file was taken. line ")
        await house.settle()
        assert (await house.get("/api/v1/documents"))["items"] == []
        assert not house.erp.messages


async def test_every_fault_of_a_file_is_named_at_once_and_not_without_end(tmp_path):
    rows = "".join(f"PO1;21.11.2026;all;{n};x;12,5;B-1;;OK;y;soon;\n" for n in range(200))
    async with gateway(tmp_path, partner()) as house:
        two = await _by_csv(house, csv.ACKNOWLEDGMENT.replace("12,5", "a").replace("3,25", "b"))
        assert len((await two.json())["faults"]) == 3
        many = await _by_csv(house, csv.ACKNOWLEDGMENT.splitlines()[0] + "\n" + rows)
        assert len((await many.json())["faults"]) == 100


async def test_a_byte_order_mark_quotes_blank_rows_and_other_line_ends_change_nothing(tmp_path):
    quoted = csv.ACKNOWLEDGMENT.replace("B-1", '"B-1"').replace("\n", "\r\n\r\n")
    async with gateway(tmp_path, partner()) as house:
        assert (await _by_csv(house, csv.ACKNOWLEDGMENT)).status == 202
        await house.settle()
    async with gateway(tmp_path / "other", partner()) as other:
        assert (await _by_csv(other, b"\xef\xbb\xbf" + quoted.encode())).status == 202
        await other.settle()
        assert other.erp.bodies("order_acknowledgment") == house.erp.bodies("order_acknowledgment") != []


async def test_an_order_refused_as_a_whole_has_no_lines(tmp_path):
    layout = csv.ACKNOWLEDGMENT_LAYOUT
    layout = layout | {"columns": layout["columns"] | {"Answer": "acknowledgment_type"}}
    async with gateway(tmp_path, partner({"855": layout})) as house:
        row = "PO1;21.11.2026;rejected" + ";" * 9
        response = await _by_csv(house, csv.ACKNOWLEDGMENT.splitlines()[0] + "\n" + row)
        assert response.status == 202, await response.text()
        await house.settle()
        [body] = house.erp.bodies("order_acknowledgment")
        assert "lines" not in body


async def test_what_was_not_agreed_as_csv_is_refused_with_what_was(tmp_path):
    async with gateway(tmp_path, partner()) as house:
        for document, words in [
            ("purchase_order", "Agreed: order_acknowledgment, ship_notice, invoice"),
            ("", "X-Document"),
        ]:
            response = await _by_csv(house, csv.ACKNOWLEDGMENT, document)
            assert response.status == 422
            assert words in (await response.json())["detail"]
    async with gateway(tmp_path / "none", supplier()) as house:
        response = await _by_csv(house, csv.ACKNOWLEDGMENT)
        assert response.status == 422
        assert "No document was agreed to come as CSV" in (await response.json())["detail"]


async def test_a_file_in_a_folder_is_known_by_its_name(tmp_path):
    inbound = tmp_path / "data" / "in"
    inbound.mkdir(parents=True)
    (inbound / "855-PO1.CSV").write_text(csv.ACKNOWLEDGMENT)
    (inbound / "invoice_INV1.csv").write_text(csv.INVOICE.replace("11/21/2026", "21/11/2026", 1))
    (inbound / "unknown.csv").write_text(csv.SHIP_NOTICE)
    (inbound / "856.csv").write_text(interchange(csv.SHIP_NOTICE_X12, set_id="856", group="SH"))
    async with gateway(tmp_path, partner(channels={"folder": {"inbound": "in", "outbound": "out"}})) as house:
        await house.until(lambda: len(house.erp.messages) == 2)
        await house.until(lambda: not list(inbound.glob("*.[cC]*")))
        await house.settle()
        assert len(house.erp.bodies("order_acknowledgment")) == 1
        assert len(house.erp.bodies("ship_notice")) == 1, "what begins as X12 is X12, whatever its name"
        cases = {case["cause"]: case["detail"] for case in (await house.get("/api/v1/cases"))["items"]}
        assert "line 2, column Date: '21/11/2026' is no day" in cases["document-rejected"]
        assert "'unknown.csv' fits none of 855*.csv, order_acknowledgment*.csv" in cases["not-readable"]


ORDER_LAYOUT = {
    "delimiter": ";",
    "decimal": ",",
    "dates": "DD.MM.YYYY",
    "columns": {
        "Order": "order_number",
        "Ordered on": "ordered_on",
        "Line": "lines[].number",
        "Quantity": "lines[].quantity.value",
        "Unit": {"to": "lines[].quantity.unit", "codes": {"pc": "each", "cs": "case"}},
        "Price": "lines[].unit_price.amount",
        "Part": "lines[].item_ids[0].value",
        "Text": "lines[].descriptions[0].text",
    },
    "constants": {"lines[].item_ids[0].kind": "buyer_part"},
}


def without_edi(**changes):
    made = partner(**changes)
    [ordered] = [each for each in made["agreements"] if each["document"] == "850"]
    ordered["csv"] = ORDER_LAYOUT
    return made


def described(text, unit="each"):
    line = ORDER["body"]["lines"][0]
    line = line | {"descriptions": [{"form": "free_text", "text": text}], "quantity": {"value": "10", "unit": unit}}
    return ORDER | {"body": ORDER["body"] | {"lines": [line]}}


async def test_a_supplier_without_edi_gets_its_order_as_csv_and_answers_in_csv(tmp_path):
    async with gateway(tmp_path, without_edi()) as house:
        await house.order(described("=HYPERLINK(1); ½ inch"))
        await house.settle()
        [item] = (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]
        assert item["content_type"] == "text/csv"
        [text] = await house.outbox(SUPPLIER_KEY)
        assert text.splitlines() == [
            "Order;Ordered on;Line;Quantity;Unit;Price;Part;Text",
            'PO1;21.11.2026;1;10;pc;12,5;B-1;"\'=HYPERLINK(1); ½ inch"',
        ]
        found = await house.get("/api/v1/orders/supplier:buyer:PO1")
        assert found["order"]["state"] == "transmitted"
        await _by_csv(house, csv.ACKNOWLEDGMENT)
        await house.settle()
        [document] = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "850"]
        assert (document["state"], document["acknowledgment"]) == ("sent", "none"), "nobody waits for a 997"
        shown = await house.get(f"/api/v1/documents/{document['id']}", SUPPLIER_KEY)
        assert "no column holds lines[1].unit_price.basis" in shown["document"]["notes"]
        assert shown["canonical"]["body"]["order_number"] == "PO1", "who works over REST reads the order as JSON"
        lines = (await house.get("/api/v1/orders/supplier:buyer:PO1"))["lines"]
        assert lines[0]["promised_on"] == "2026-12-05", "what it answered in CSV stands in the thread"


async def test_an_order_that_the_agreed_columns_would_tell_wrongly_waits_for_a_person(tmp_path):
    async with gateway(tmp_path, without_edi()) as house:
        await house.order(described("pipe", unit="box"))
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "compose-failed"
        assert "column Unit: no code was agreed for 'box'; add it to codes" in case["detail"]
        assert await house.outbox(SUPPLIER_KEY) == []


async def test_a_file_that_we_put_into_a_folder_says_what_it_is_by_its_name(tmp_path):
    channels = {"folder": {"inbound": "in", "outbound": "out"}}
    async with gateway(tmp_path, without_edi(channels=channels)) as house:
        await house.order(described("pipe"))
        await house.settle()
        [path] = (tmp_path / "data" / "out").glob("*.csv")
        assert path.name.startswith("850_")
        assert path.read_text(encoding="utf-8").startswith("Order;Ordered on;")
