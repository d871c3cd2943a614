"""Gateway against ERP against warehouse: a posting that is gone is found, proved, handed over once more, and then all agree."""

import pytest

from tests.stories.test_buyer import ORDER
from tests.stories.test_case_desk import command
from tests.stories.test_order_thread import bill, matching, notice, received
from tests.support.house import gateway

HEAD = "order_number,line,shipped,received,invoiced\n"


async def traded(house):
    """An order that was shipped, received and billed whole."""
    await house.order(ORDER)
    await house.send(notice(2))
    await house.settle()
    await received(house)
    await house.send(bill(3))
    await house.settle()


def report_of(erp, folder):
    """Write what the ERP has booked."""
    shipped = 10 * len(erp.bodies("ship_notice"))
    path = folder / "erp.csv"
    path.write_text(f"order_number,line,shipped,invoiced\nPO1,0001,{shipped},{10 * len(erp.bodies('invoice'))}\n")
    return path


async def test_a_posting_that_is_gone_is_found_handed_over_once_and_the_next_run_is_clean(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await traded(house)
        clean = await command(tmp_path, "reconcile", "--erp", report_of(house.erp, tmp_path))
        assert (clean.code, clean.err) == (0, "1 lines compared, 0 differences, 0 documents handed over again\n")

        [key] = [key for key, body in house.erp.messages.items() if b"INV3" in body]
        before = house.erp.messages.pop(key)
        found = await command(tmp_path, "reconcile", "--erp", report_of(house.erp, tmp_path))
        assert found.code == 1 and "1 differences, 0 documents" in found.err
        assert "PO1 line 1 supplier  invoiced: 10 here, 0 in the erp" in found.out
        assert f"document {key} is delivered, which the ERP booked as ERP-" in " ".join(found.out.split())
        assert "under the same key" in found.out
        assert key not in house.erp.messages, "nothing is done without being asked"

        asked = len(house.erp.requests)
        arguments = ("reconcile", "--erp", report_of(house.erp, tmp_path), "--repair", "--reason", "posting was lost")
        done = await command(tmp_path, *arguments)
        assert "1 documents handed over again" in done.err
        await house.until(lambda: key in house.erp.messages)
        await house.settle()
        assert house.erp.messages[key] == before
        assert len(house.erp.requests) == asked + 1
        timeline = (await house.get(f"/api/v1/documents/{key}"))["timeline"]
        [replayed] = [each for each in timeline if each["type"] == "replayed"]
        assert replayed["data"]["reason"].startswith("posting was lost (")

        again = await command(
            tmp_path, "reconcile", "--erp", report_of(house.erp, tmp_path), "--repair", "--reason", "x"
        )
        assert (again.code, len(house.erp.requests)) == (0, asked + 1)


async def test_what_the_warehouse_counts_otherwise_is_a_question_to_the_warehouse(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await traded(house)
        path = tmp_path / "wms.jsonl"
        one = '{"order_number": "PO1", "line": 1, "received": 6}'
        path.write_text(one + "\n" + one.replace("6", '"3"') + "\n")
        found = await command(tmp_path, "reconcile", "--wms", path, "--repair", "--reason", "nightly")
        assert "received: 10 here, 9 in the wms" in found.out
        assert "proof: received R1, by system:wms on" in found.out
        assert "ask the warehouse to send its receipts" in found.out
        assert "0 documents handed over again" in found.err


async def test_what_one_side_alone_knows_is_named(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await traded(house)
        path = tmp_path / "erp.csv"
        path.write_text(HEAD + "PO77,1,1,1,1\n")
        found = await command(tmp_path, "reconcile", "--erp", path)
        assert "invoiced: 10 here, the erp does not report it" in found.out
        assert "PO77 line 1: in the report of the erp, and not known here" in found.err


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "order,line\n", "order_number: the head of the table does not name it"),
        ("a.csv", "order_number,line\nPO1,1\n", "no figure stands in the head"),
        ("a.csv", HEAD + "PO1,1,ten,1,1\n", "a.csv:2: shipped: 'ten' is no number"),
        ("a.csv", HEAD + "PO1,,1,1,1\n", "a.csv:2: line: it is empty"),
        ("a.csv", HEAD + "PO1,1,NaN,1,1\n", "'NaN' is no quantity"),
        ("a.json", "[1]\n", "a.json:1: it is no JSON object"),
    ],
)
async def test_a_report_that_can_not_be_read_is_refused_with_its_line(tmp_path, name, text, words):
    async with gateway(tmp_path, matching()):
        (tmp_path / name).write_text(text)
        found = await command(tmp_path, "reconcile", "--erp", tmp_path / name)
        assert found.code == 2 and words in " ".join(found.err.split())
