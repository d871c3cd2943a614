"""The connector that writes files: whole or not at all, under a name that stays where it belongs."""

import asyncio
import json

import pytest
from lxml import etree

from gateway.erp.folder import FolderErp
from gateway.erp.xml_schema import make_xsd
from gateway.errors import ErpRejected, ErpUnavailable
from gateway.pipeline.ports import Delivery
from tests.erp.messages import message
from tests.support.house import gateway, supplier
from tests.support.x12 import invoice


def delivery(key="doc-1", body=b'{"header":{}}', kind="invoice"):
    return Delivery(key, body, kind, "supplier", "INV1", "0" * 32, 1)


async def test_a_message_is_one_file_and_nothing_else_is_left(tmp_path):
    erp = FolderErp("main", tmp_path / "out", as_xml=False)
    assert (await erp.deliver(delivery())).reference == "doc-1.json"
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*")) if path.is_file()] == [
        "out/invoice/doc-1.json"
    ]
    assert (tmp_path / "out" / "invoice" / "doc-1.json").read_bytes() == b'{"header":{}}'


async def test_writing_again_writes_the_same_file(tmp_path):
    erp = FolderErp("main", tmp_path, as_xml=False)
    for _ in range(3):
        await erp.deliver(delivery())
    assert [path.name for path in (tmp_path / "invoice").iterdir()] == ["doc-1.json"]


async def test_whoever_looks_never_sees_half_a_file(tmp_path):
    erp = FolderErp("main", tmp_path, as_xml=False)
    folder, whole = tmp_path / "invoice", b"x" * (4 << 20)
    seen, done = [], asyncio.Event()

    async def look():
        while not done.is_set():
            # As a program of the ERP would: every file of the type that it takes.
            seen.extend(path.stat().st_size for path in folder.glob("[!.]*.json"))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    for number in range(15):
        await erp.deliver(delivery(key=f"doc-{number}", body=whole))
    done.set()
    await looking
    assert set(seen) == {len(whole)}


@pytest.mark.parametrize("key", ["../doc", "a/b", "/etc/passwd", "..", ".hidden", "", "a\0b", "a\\b:c", "x" * 300, "ä"])
async def test_a_name_cannot_leave_its_folder(tmp_path, key):
    erp = FolderErp("main", tmp_path / "out", as_xml=False)
    with pytest.raises(ErpRejected, match="can't be the name of a file"):
        await erp.deliver(delivery(key=key))
    with pytest.raises(ErpRejected, match="can't be the name of a file"):
        await erp.deliver(delivery(kind=key))
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path):
    (tmp_path / "out").write_text("a file stands in the way")
    with pytest.raises(ErpUnavailable, match=r"can't be written: .* It is tried again."):
        await FolderErp("main", tmp_path / "out", as_xml=False).deliver(delivery())


async def test_a_document_waits_until_the_folder_can_be_written(tmp_path):
    settings = {"erps": {"main": {"kind": "folder", "path": "erp-out"}}}
    quick = supplier(defaults={"retry": {"first": "1s", "longest": "1s", "attempts": 50}})
    way = tmp_path / "data" / "erp-out"
    way.parent.mkdir()
    way.write_text("in the way")
    async with gateway(tmp_path, quick, settings=settings) as house:
        await house.send(invoice())
        await house.until(lambda: _retried(house))
        way.unlink()
        await house.until(lambda: list((way / "invoice").glob("*.json")))
        await house.settle()
        [file] = (way / "invoice").iterdir()
        assert json.loads(file.read_text())["body"]["invoice_number"] == "INV1"


async def _retried(house):
    for document in (await house.get("/api/v1/documents"))["items"]:
        found = await house.get(f"/api/v1/documents/{document['id']}")
        return "step.retried" in [event["type"] for event in found["timeline"]]
    return False


async def test_xml_files_follow_the_published_schema(tmp_path):
    made, _body = message("ship_notice", 5)
    assert (await FolderErp("main", tmp_path, as_xml=True).deliver(delivery(body=made))).reference == "doc-1.xml"
    schema = etree.XMLSchema(etree.fromstring(make_xsd()))
    schema.assertValid(etree.parse(tmp_path / "invoice" / "doc-1.xml"))


async def test_what_xml_cannot_carry_goes_to_a_person(tmp_path):
    body = json.dumps({"header": {"type": "invoice"}, "body": {"invoice_number": "\u0001"}}).encode()
    with pytest.raises(ErpRejected, match="control character"):
        await FolderErp("main", tmp_path, as_xml=True).deliver(delivery(body=body))
    assert list(tmp_path.iterdir()) == []
