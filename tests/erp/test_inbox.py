"""The door for messages of the ERP: its own key, every problem at once, the same message once; by HTTP and by files."""

import asyncio
import json
import os

import pytest

from gateway.erp.inbox import ErpInboxFolder
from gateway.erp.xml import NAMESPACE
from gateway.web.keys import key_hash
from tests.stories.test_buyer import ORDER
from tests.support.house import ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, dump, gateway, supplier
from tests.support.x12 import elements

FOLDER = {"erp_inboxes": [{"path": "erp-in"}]}


async def post(house, data, kind="application/json", key=ERP_KEY, query="", **headers):
    made = {"Authorization": f"Bearer {key}", "Content-Type": kind} | {
        n.replace("_", "-"): v for n, v in headers.items()
    }
    url = f"{house.address}/api/v1/erp/messages{query}"
    async with house.session.post(url, data=data, headers=made) as answer:
        return answer.status, await answer.json()


async def _outbound(house):
    return (await house.get("/api/v1/documents?direction=outbound"))["items"]


async def test_only_the_key_of_an_erp_opens_the_door(tmp_path):
    async with gateway(tmp_path) as house:
        for key in (SUPPLIER_KEY, OPERATOR_KEY, "wrong", "", ERP_KEY + " ", ERP_KEY.upper(), key_hash(ERP_KEY)):
            status, problem = await post(house, json.dumps(ORDER), key=key)
            if key == ERP_KEY + " ":
                assert status == 202, "blanks around a header value are no part of it"
            else:
                assert (status, problem["type"]) == (401, "urn:gateway:problem:not-allowed")
        await house.settle()
        assert len(await _outbound(house)) == 1


async def test_every_problem_of_a_message_is_told_at_once_with_its_path(tmp_path):
    body = {
        "order_numbr": "PO1",
        "ordered_on": "2026-13-45",
        "lines": [{"quantity": {"value": "many"}}, {"number": ""}, "none"],
        "parties": {"role": "ship_to"},
    }
    async with gateway(tmp_path) as house:
        status, problem = await post(house, json.dumps(ORDER | {"body": body}))
        assert (status, problem["type"]) == (422, "urn:gateway:problem:message-invalid")
        where = {fault["where"] for fault in problem["faults"]}
        assert where >= {
            "/body/order_number",
            "/body/order_numbr",
            "/body/ordered_on",
            "/body/lines/0/quantity/value",
            "/body/lines/1/number",
            "/body/lines/2",
            "/body/parties",
        }
        assert all(fault["message"] and fault["code"] for fault in problem["faults"])
        assert problem["detail"].endswith("Correct it and send it again.")
        assert await _outbound(house) == []


@pytest.mark.parametrize("kind", ["application/json", "application/xml"])
async def test_the_same_key_gets_the_first_answer_and_another_message_under_it_is_refused(tmp_path, kind):
    def made(number):
        if kind == "application/json":
            return json.dumps(ORDER | {"body": ORDER["body"] | {"order_number": number}})
        return _xml(number)

    async with gateway(tmp_path) as house:
        query = "?partner=supplier" if kind.endswith("xml") else ""
        first = await post(house, made("PO1"), kind, query=query, Idempotency_Key="k-1")
        again = await post(house, made("PO1"), kind, query=query, Idempotency_Key="k-1")
        other = await post(house, made("PO2"), kind, query=query, Idempotency_Key="k-1")
        new = await post(house, made("PO2"), kind, query=query, Idempotency_Key="k-2")
        assert [first[0], again[0], other[0], new[0]] == [202, 202, 409, 202]
        assert (again[1]["id"], first[1]["duplicate"], again[1]["duplicate"]) == (first[1]["id"], False, True)
        assert other[1]["type"] == "urn:gateway:problem:conflict"
        assert new[1]["id"] != first[1]["id"]
        await house.settle()
        assert [each["document_number"] for each in await _outbound(house)] == ["PO1", "PO2"]


async def test_many_copies_at_once_are_one_message(tmp_path):
    async with gateway(tmp_path) as house:
        answers = await asyncio.gather(*(post(house, json.dumps(ORDER), Idempotency_Key="k") for _ in range(20)))
        assert {status for status, _said in answers} == {202}
        assert len({said["id"] for _status, said in answers}) == 1
        assert [said["duplicate"] for _status, said in answers].count(False) == 1
        await house.settle()
        assert len(await house.outbox(SUPPLIER_KEY)) == 1


async def test_the_keys_of_two_erps_are_two_spaces(tmp_path):
    """One ERP neither collides with the Idempotency-Key of another nor sees what became of its messages."""
    keys = [
        {"name": "one", "role": "erp", "erp": "main", "sha256": key_hash("key-one")},
        {"name": "two", "role": "erp", "erp": "other", "sha256": key_hash("key-two")},
    ]
    other = json.dumps(ORDER | {"body": ORDER["body"] | {"order_number": "PO2"}})
    erps = {name: {"kind": "folder", "path": name} for name in ("main", "other")}
    async with gateway(tmp_path, settings={"erps": erps, "keys": [*keys, _operator()]}) as house:
        first = await post(house, json.dumps(ORDER), key="key-one", Idempotency_Key="same")
        second = await post(house, other, key="key-two", Idempotency_Key="same")
        assert [first[0], second[0]] == [202, 202]
        assert first[1]["id"] != second[1]["id"]
        assert (await house.get(first[1]["location"], "key-one"))["document_number"] == "PO1"
        url = house.address + first[1]["location"]
        async with house.session.get(url, headers={"Authorization": "Bearer key-two"}) as answer:
            assert answer.status == 404


def _operator():
    return {"name": "operator", "role": "operator", "sha256": key_hash(OPERATOR_KEY)}


def _xml(number="PO1", more=""):
    lines = "<lines><number>1</number><quantity><value>3</value><unit>each</unit></quantity></lines>"
    return (
        f'<purchase_order xmlns="{NAMESPACE}"><body><order_number>{number}</order_number>'
        f"<ordered_on>2026-11-21</ordered_on>{lines}{more}</body></purchase_order>"
    )


async def test_an_order_in_xml_goes_out_as_an_850(tmp_path):
    async with gateway(tmp_path) as house:
        status, said = await post(house, _xml(), "application/xml", query="?partner=supplier")
        assert status == 202
        await house.settle()
        assert (await house.get(said["location"], ERP_KEY))["set"] == "850"
        [text] = await house.outbox(SUPPLIER_KEY)
        assert elements(text, "BEG")[0][3] == "PO1"
        assert elements(text, "PO1")[0][1:4] == ["1", "3", "EA"]


_BAD_XML = [
    (_xml(more="<order_numbr>1</order_numbr>"), "?partner=supplier", "/body", "has no element order_numbr"),
    (_xml(more="<ordered_on>x</ordered_on>"), "?partner=supplier", "/body/ordered_on", "more than once"),
    (_xml(number=""), "?partner=supplier", "/body/order_number", "at least 1 character"),
    (_xml(), "", "/partner", "there is no partner ''"),
    (_xml(), "?partner=nobody", "/partner", "there is no partner 'nobody'"),
    ("<!DOCTYPE x>" + _xml(), "?partner=supplier", "", "Send it without DOCTYPE."),
    ("<a", "?partner=supplier", "", "no well-formed XML"),
    ("", "?partner=supplier", "", "no well-formed XML"),
]


async def test_xml_that_cannot_be_sent_is_refused_in_words(tmp_path):
    async with gateway(tmp_path) as house:
        for data, query, where, words in _BAD_XML:
            status, problem = await post(house, data, "application/xml", query=query)
            assert status == 422
            assert words in problem["detail"]
            assert not where or where in {fault["where"] for fault in problem["faults"]}, data


# Files


async def _taken(house, inbox):
    await house.until(lambda: not [path for path in inbox.iterdir() if path.is_file()])
    await house.settle()


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "data" / "erp-in"
    folder.mkdir(parents=True)
    return folder


async def test_a_file_that_is_still_written_is_left_alone_until_it_is_whole(tmp_path, inbox):
    whole = json.dumps(ORDER)
    async with gateway(tmp_path) as house:
        watcher = ErpInboxFolder(house.house.world, "main", inbox)  # Nobody looks but when the test says so.
        path = inbox / "order.json"
        for end in range(10, len(whole), 40):
            path.write_text(whole[:end])
            await watcher.look()
            assert path.exists()
            assert not (inbox / "rejected").exists()
        path.write_text(whole)
        await watcher.look()
        assert path.exists(), "a second look finds it as it was"
        await watcher.look()
        await _taken(house, inbox)
        assert [each["document_number"] for each in await _outbound(house)] == ["PO1"]


async def test_what_is_no_message_file_is_passed_over(tmp_path, inbox):
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(ORDER))
    (inbox / "link.json").symlink_to(secret)
    (inbox / ".hidden.json").write_text(json.dumps(ORDER))
    (inbox / "order.json.part").write_text(json.dumps(ORDER))
    (inbox / "folder.json").mkdir()
    os.mkfifo(inbox / "pipe.json")
    async with gateway(tmp_path, settings=FOLDER) as house:
        (inbox / "good.JSON").write_text(json.dumps(ORDER))
        await house.until(lambda: not (inbox / "good.JSON").exists())
        await house.settle()
        assert len(await _outbound(house)) == 1
        left = sorted(path.name for path in inbox.iterdir())
        assert left == [".hidden.json", "archive", "folder.json", "link.json", "order.json.part", "pipe.json"]


async def test_a_bad_file_is_set_aside_with_the_reason_and_holds_up_nothing(tmp_path, inbox):
    (inbox / "a.json").write_text("{")
    (inbox / "b.json").write_text(json.dumps(ORDER | {"body": {"order_number": "", "lines": [{"nr": 1}]}}))
    (inbox / "c.json").write_bytes(b"")
    (inbox / "d.json").write_text(json.dumps(ORDER))
    async with gateway(tmp_path, settings=FOLDER) as house:
        await _taken(house, inbox)
        rejected = sorted(path.name for path in (inbox / "rejected").iterdir())
        assert rejected == [f"{name}.json{more}" for name in "abc" for more in ("", ".problem.txt")]
        reason = (inbox / "rejected" / "b.json.problem.txt").read_text()
        assert "/body/order_number: " in reason
        assert "/body/lines/0/nr: " in reason
        assert reason.endswith("Correct it and send it again.\n")
        assert (inbox / "rejected" / "a.json").read_text() == "{", "as it came"
        assert [each["document_number"] for each in await _outbound(house)] == ["PO1"]
        # Corrected and put there again, it goes.
        (inbox / "b.json").write_text(json.dumps(ORDER | {"body": ORDER["body"] | {"order_number": "PO2"}}))
        await _taken(house, inbox)
        assert [each["document_number"] for each in await _outbound(house)] == ["PO1", "PO2"]


async def test_the_same_file_twice_is_one_message_whatever_its_name_and_time(tmp_path, inbox):
    async with gateway(tmp_path, settings=FOLDER) as house:
        for name in ("order.json", "order.json", "copy of order.json"):
            (inbox / name).write_text(json.dumps(ORDER))
            await _taken(house, inbox)
        assert len(await _outbound(house)) == 1
        assert len(await house.outbox(SUPPLIER_KEY)) == 1
        assert len(list((inbox / "archive").iterdir())) == 2


async def test_a_file_over_the_bound_is_set_aside_unread(tmp_path, inbox):
    with (inbox / "huge.json").open("wb") as file:
        file.truncate(3 << 20)
    async with gateway(tmp_path, settings=FOLDER | {"limits": {"transmission_mb": 1}}) as house:
        await _taken(house, inbox)
        assert "larger than the bound of 1048576 bytes" in (inbox / "rejected" / "huge.json.problem.txt").read_text()


_STRANGE = ["x" * 250 + ".json", "b\udcff\udcfe.json", "with\nline.json", "漢" * 80 + ".json"]


async def test_a_strange_name_stops_nobody(tmp_path, inbox):
    for number, name in enumerate(_STRANGE):
        with open(os.fsencode(inbox / name), "w") as file:
            json.dump(ORDER | {"body": ORDER["body"] | {"order_number": f"PO{number}"}}, file)
        with open(os.fsencode(inbox / ("1" + name[1:])), "w") as file:
            file.write("{" + "{" * number)
    async with gateway(tmp_path, settings=FOLDER) as house:
        await _taken(house, inbox)
        assert len(await _outbound(house)) == 4
        assert len(list((inbox / "archive").iterdir())) == 4
        assert len(list((inbox / "rejected").iterdir())) == 8


async def test_a_file_that_cannot_be_read_or_moved_stops_nobody_and_is_never_sent_twice(tmp_path, inbox):
    (inbox / "archive").write_text("in the way")
    (inbox / "a.json").write_text(json.dumps(ORDER))
    async with gateway(tmp_path, settings=FOLDER) as house:
        await house.until(lambda: _sent(house))
        (inbox / "b.json").write_text("{")
        await house.until(lambda: not (inbox / "b.json").exists())
        (inbox / "archive").unlink()
        await house.until(lambda: not (inbox / "a.json").exists())
        await house.settle()
        assert len(await _outbound(house)) == 1


async def _sent(house):
    return len(await _outbound(house)) == 1


async def test_an_agreement_that_is_missing_is_named_beside_the_file(tmp_path, inbox):
    (inbox / "order.json").write_text(json.dumps(ORDER))
    async with gateway(tmp_path, supplier(agreements=[]), settings=FOLDER) as house:
        await _taken(house, inbox)
        reason = (inbox / "rejected" / "order.json.problem.txt").read_text()
        assert "There is no agreement to send a 850" in reason
        # Once it is there, the same file goes.
        dump(tmp_path / "config" / "partners" / "supplier.yaml", supplier())
        await house.until(lambda: house.house.configuration().directory.partners["supplier"].agreements)
        (inbox / "rejected" / "order.json").rename(inbox / "order.json")
        await _taken(house, inbox)
        assert len(await _outbound(house)) == 1
