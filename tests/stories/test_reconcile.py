"""Gateway against ERP against warehouse: a posting that is gone is found, proved, handed over once more, and then all agree."""

import hashlib
import json

from tests.stories.test_buyer import ORDER
from tests.stories.test_case_desk import command
from tests.stories.test_order_thread import bill, matching, notice, received
from tests.support.house import OPERATOR_KEY, gateway
from tests.support.systems import events

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
        assert clean.code == 0 and "1 lines compared, 0 differences, 0 documents handed over again\n" in clean.err

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


async def lost(house):
    """Traded, and the ERP has lost the invoice; return its key."""
    await traded(house)
    [key] = [key for key, body in house.erp.messages.items() if b"INV3" in body]
    house.erp.messages.pop(key)
    return key


async def told(folder, *words):
    """Return the objects that a command writes; the gateway beside it may write log lines in between."""
    lines = (await command(folder, "reconcile", *words, "--json")).out.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


async def runs(folder):
    return await told(folder, "list")


async def shown(folder, run, *more):
    return await told(folder, "show", run, *more)


async def test_a_run_is_kept_with_its_report_and_a_repair_is_applied_once(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        key = await lost(house)
        report = report_of(house.erp, tmp_path)
        before = report.read_bytes()
        await command(tmp_path, "reconcile", "--erp", report)
        [run] = await runs(tmp_path)
        assert (run["trigger"], run["lines"], run["differ"], run["stored"]) == ("person", 1, 1, 1)
        [kept] = run["reports"]
        assert kept["digest"] == hashlib.sha256(before).hexdigest()
        async with house.session.get(
            f"{house.address}/api/v1/documents/{kept['transmission']}/content",
            headers={"Authorization": f"Bearer {OPERATOR_KEY}"},
        ) as response:
            assert await response.read() == before

        asked = len(house.erp.requests)
        apply = ("reconcile", "apply", run["id"], "PO1/1", "--reason", "posting was lost")
        said = await command(tmp_path, *apply)
        assert "1 repairs, 1 documents: handed to the ERP again under the same key" in said.out
        assert "Nothing was done. To do it, add --yes." in said.out
        assert (await shown(tmp_path, run["id"]))[0]["state"] == "proposed"
        done = await command(tmp_path, *apply, "--yes")
        assert "1 applied, 1 documents handed over again" in done.err
        await house.until(lambda: key in house.erp.messages)
        await house.settle()
        twice = await command(tmp_path, *apply, "--yes")
        assert "0 repairs, nothing leaves the house" in twice.out and "already applied by" in twice.out
        await house.settle()
        assert len(house.erp.requests) == asked + 1

        [repair] = await shown(tmp_path, run["id"])
        assert (repair["state"], repair["reason"], repair["deliver"]) == ("applied", "posting was lost", [key])
        [event] = await events(house, "repair.applied")
        assert (event["order"], event["line"], event["figure"]) == ("PO1", "1", "invoiced")
        clean = await command(tmp_path, "reconcile", "--erp", report_of(house.erp, tmp_path))
        assert clean.code == 0
        assert (await runs(tmp_path))[0]["healed"] == 1
        assert [each["state"] for each in await shown(tmp_path, run["id"])] == ["healed"]
        assert [each["differ"] for each in await events(house, "reconciliation.finished")] == [1, 0]
        assert [each["reference"] for each in await events(house, "reconciliation.diverged")] == [f"{run['id']}-1"]


async def test_a_repair_is_dismissed_once_with_a_reason(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await lost(house)
        await command(tmp_path, "reconcile", "--erp", report_of(house.erp, tmp_path))
        [run] = await runs(tmp_path)
        done = await command(tmp_path, "reconcile", "dismiss", run["id"], "1", "--reason", "booked by hand")
        assert "1 dismissed; nothing was sent" in done.err
        again = await command(tmp_path, "reconcile", "dismiss", run["id"], "1", "--reason", "again")
        assert "already dismissed by" in again.out and "0 dismissed" in again.err


async def test_a_run_that_is_not_there_is_told_so(tmp_path):
    async with gateway(tmp_path, matching()):
        nowhere = "There is no reconciliation nowhere. List those that there are with: gateway reconcile list"
        for words, answer in ((("apply", "nowhere", "--reason", "x"), nowhere), ((), "Name what to compare with")):
            found = await command(tmp_path, "reconcile", *words)
            assert found.code == 2 and answer in " ".join(found.err.split())


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


async def test_a_report_that_can_not_be_read_is_refused_with_its_line_and_nothing_is_kept(tmp_path):
    async with gateway(tmp_path, matching()):
        path = tmp_path / "a.csv"
        for text, words in (
            ("order,line\n", "order_number: the head of the table does not name it"),
            (HEAD + "PO1,1,ten,1,1\n", "a.csv:2: shipped: 'ten' is no number"),
        ):
            path.write_text(text)
            found = await command(tmp_path, "reconcile", "--erp", path)
            assert found.code == 2 and words in " ".join(found.err.split())
        assert await runs(tmp_path) == []
