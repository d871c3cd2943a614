"""One partner never sees, fetches, receipts or answers for another, whatever id it guesses."""

import pytest

from tests.stories.test_buyer import ORDER
from tests.support.house import CUSTOMER_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import functional, invoice, purchase_order


async def _status(house, method, path, key):
    async with house.session.request(
        method, house.address + path, headers={"Authorization": f"Bearer {key}"}
    ) as answer:
        await answer.read()
        return answer.status


async def test_documents_of_another_partner_do_not_exist(tmp_path):
    async with gateway(tmp_path) as house:
        mine = await (await house.send(invoice())).json()
        theirs = await (await house.send(purchase_order(), CUSTOMER_KEY)).json()
        await house.settle()
        seen = (await house.get("/api/v1/documents", SUPPLIER_KEY))["items"]
        assert {d["partner"] for d in seen} == {"supplier"}
        asked_for = (await house.get("/api/v1/documents?partner=customer", SUPPLIER_KEY))["items"]
        assert {d["partner"] for d in asked_for} == {"supplier"}, "a filter widens nothing"
        assert {d["partner"] for d in (await house.get("/api/v1/documents"))["items"]} == {"supplier", "customer"}
        for wanted in (theirs["id"], f"{theirs['id']}-1"):
            for path in (f"/api/v1/documents/{wanted}", f"/api/v1/documents/{wanted}/content"):
                assert await _status(house, "GET", path, SUPPLIER_KEY) == 404
                assert await _status(house, "GET", path, OPERATOR_KEY) == 200
                assert await _status(house, "GET", path, CUSTOMER_KEY) == 200
        assert await _status(house, "GET", f"/api/v1/documents/{mine['id']}", CUSTOMER_KEY) == 404


async def test_the_outbox_of_another_partner_is_out_of_reach(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice())
        await house.settle()
        [item] = (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]
        assert (await house.get("/api/v1/outbox", CUSTOMER_KEY))["items"] == []
        assert await _status(house, "GET", item["content"], CUSTOMER_KEY) == 404
        assert await _status(house, "POST", item["receipt"], CUSTOMER_KEY) == 404
        assert await _status(house, "POST", item["receipt"], OPERATOR_KEY) == 403
        assert (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"] == [item], "nothing was taken out"


async def test_a_partner_cannot_fetch_the_messages_of_our_erp(tmp_path):
    async with gateway(tmp_path) as house:
        made = await (await house.order(ORDER)).json()
        await house.settle()
        brought = made["id"].rpartition("-")[0]
        assert await _status(house, "GET", f"/api/v1/documents/{brought}/content", SUPPLIER_KEY) == 404
        assert await _status(house, "GET", f"/api/v1/outbox/{brought}", SUPPLIER_KEY) == 404
        assert await _status(house, "GET", f"/api/v1/erp/messages/{made['id']}", SUPPLIER_KEY) == 401


async def test_a_partner_cannot_acknowledge_what_went_to_another(tmp_path):
    async with gateway(tmp_path) as house:
        await house.order(ORDER)
        await house.settle()
        answer = functional("PO", "1", "850", "0001", sender=("01", "123456789"))
        await house.send(answer, CUSTOMER_KEY)
        await house.settle()
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert document["acknowledgment"] == "none"
        assert [c["cause"] for c in (await house.get("/api/v1/cases"))["items"]] == ["acknowledgment-orphan"]


async def test_inner_details_are_for_those_inside(tmp_path):
    async with gateway(tmp_path) as house:
        house.erp.answers.append(422)
        made = await (await house.send(invoice())).json()
        await house.settle()
        inside = await house.get(made["location"])
        assert inside["cases"]
        assert inside["detail"]
        outside = await house.get(made["location"], SUPPLIER_KEY)
        assert (outside["cases"], outside["detail"]) == ([], None)
        assert all(event["data"] == {} for event in outside["timeline"])


@pytest.mark.parametrize(
    "path", ["/api/v1/documents", "/api/v1/outbox", "/api/v1/cases", "/metrics", "/api/v1/documents/x"]
)
async def test_no_door_opens_without_a_key(tmp_path, path):
    async with gateway(tmp_path) as house, house.session.get(house.address + path) as answer:
        assert answer.status == 401
        assert (await answer.json())["type"] == "urn:gateway:problem:not-allowed"


async def test_an_expired_key_is_none(tmp_path):
    from gateway.web.keys import key_hash
    from tests.support.house import supplier

    keys = [{"name": "old", "sha256": key_hash(SUPPLIER_KEY), "expires": "2020-01-01"}]
    async with gateway(tmp_path, supplier(api_keys=keys)) as house:
        assert (await house.send(invoice())).status == 401
