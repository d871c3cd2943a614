"""Folders as a way in and out: files are taken when they are whole, archived after the commit, and put out whole."""

import json

from tests.stories.test_buyer import ORDER
from tests.support.house import customer, gateway, supplier
from tests.support.x12 import elements, invoice

CHANNELS = {"folder": {"inbound": "from-supplier", "outbound": "to-supplier"}}


def partner(**changes):
    return supplier(channels=CHANNELS, defaults={"transport": "folder"} | changes)


async def test_a_file_goes_in_and_its_answer_comes_out(tmp_path):
    inbound, outbound = tmp_path / "data" / "from-supplier", tmp_path / "data" / "to-supplier"
    inbound.mkdir(parents=True)
    (inbound / "invoice.edi").write_text(invoice())
    async with gateway(tmp_path, partner()) as house:
        await house.until(lambda: len(house.erp.bodies("invoice")) == 1)
        await house.until(lambda: outbound.is_dir() and list(outbound.iterdir()))
        [answer] = outbound.iterdir()
        assert answer.name == "997_000000001.edi"
        assert elements(answer.read_text(), "AK9")[0][1] == "A"
        [archived] = (inbound / "archive").iterdir()
        assert archived.name.endswith("_invoice.edi")
        assert archived.read_text() == invoice()
        assert not (inbound / "invoice.edi").exists()


async def test_an_order_is_put_into_the_folder(tmp_path):
    outbound = tmp_path / "data" / "to-supplier"
    async with gateway(tmp_path, partner()) as house:
        await house.order(ORDER)
        await house.settle()
        [file] = outbound.iterdir()
        assert file.name == "850_000000001.edi"
        assert elements(file.read_text(), "BEG")[0][3] == "PO1"
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert (document["state"], document["acknowledgment"]) == ("sent", "waiting")


async def test_what_is_not_finished_or_not_meant_is_left_alone(tmp_path):
    inbound = tmp_path / "data" / "from-supplier"
    inbound.mkdir(parents=True)
    (inbound / "a.edi.part").write_text(invoice(1))
    (inbound / ".hidden.edi").write_text(invoice(2))
    (inbound / "notes.pdf").write_text(invoice(3))
    (inbound / "secret.edi").symlink_to(tmp_path / "config" / "gateway.yaml")
    growing = inbound / "growing.edi"
    growing.write_text(invoice(4)[:100])
    async with gateway(tmp_path, partner()) as house:
        looks = [0]

        async def grow():
            looks[0] += 1
            growing.write_text(invoice(4)[: 100 + looks[0]])
            return looks[0] > 30

        await house.until(grow)
        growing.write_text(invoice(4))
        await house.until(lambda: len(house.erp.messages) == 1)
        await house.settle()
        assert [b["invoice_number"] for b in house.erp.bodies("invoice")] == ["INV4"]
        left = sorted(path.name for path in inbound.iterdir())
        assert left == [".hidden.edi", "a.edi.part", "archive", "notes.pdf", "secret.edi"]


async def test_a_file_that_comes_again_after_a_crash_is_known(tmp_path):
    """The process died between commit and archiving: the file is still there, with the same name and time."""
    import os

    inbound = tmp_path / "data" / "from-supplier"
    inbound.mkdir(parents=True)
    path = inbound / "invoice.edi"
    path.write_text(invoice())
    stamp = path.stat().st_mtime_ns
    async with gateway(tmp_path, partner()) as house:
        await house.until(lambda: len(house.erp.messages) == 1)
        await house.until(lambda: not path.exists())
        path.write_text(invoice())
        os.utime(path, ns=(stamp, stamp))
        await house.until(lambda: not path.exists())
        await house.settle()
        assert len((await house.get("/api/v1/documents"))["items"]) == 1
        assert len(house.erp.messages) == 1


async def test_a_folder_of_a_partner_is_its_identity(tmp_path):
    """Whoever can write into the folder of one partner does not speak for another."""
    inbound = tmp_path / "data" / "from-supplier"
    inbound.mkdir(parents=True)
    (inbound / "x.edi").write_text(invoice(sender=("01", "123456789")))
    async with gateway(tmp_path, partner(), customer()) as house:
        await house.until(lambda: not (inbound / "x.edi").exists())
        await house.settle()
        assert [c["cause"] for c in (await house.get("/api/v1/cases"))["items"]] == ["wrong-sender"]
        assert not house.erp.messages


async def test_the_erp_may_put_its_messages_into_a_folder(tmp_path):
    inbox = tmp_path / "data" / "erp-in"
    inbox.mkdir(parents=True)
    (inbox / "order.json").write_text(json.dumps(ORDER))
    (inbox / "bad.json").write_text(json.dumps(ORDER | {"partner": "nobody"}))
    settings = {"erp_inboxes": [{"path": "erp-in"}]}
    outbound = tmp_path / "data" / "to-supplier"
    async with gateway(tmp_path, partner(), settings=settings) as house:
        await house.until(lambda: outbound.is_dir() and list(outbound.iterdir()))
        assert elements(next(outbound.iterdir()).read_text(), "BEG")[0][3] == "PO1"
        await house.until(lambda: (inbox / "rejected" / "bad.json").exists())
        assert "there is no partner 'nobody'" in (inbox / "rejected" / "bad.json.problem.txt").read_text()
        await house.until(lambda: not (inbox / "order.json").exists())
        assert [path.name.endswith("_order.json") for path in (inbox / "archive").iterdir()] == [True]


async def test_the_erp_may_take_its_messages_from_a_folder(tmp_path):
    settings = {"erps": {"main": {"kind": "folder", "path": "erp-out"}}}
    async with gateway(tmp_path, supplier(), settings=settings) as house:
        await house.send(invoice())
        await house.settle()
        [file] = (tmp_path / "data" / "erp-out" / "invoice").iterdir()
        assert json.loads(file.read_text())["body"]["invoice_number"] == "INV1"
        assert list((tmp_path / "data" / "erp-out" / "invoice").glob("*.tmp")) == []
