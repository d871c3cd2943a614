"""Lists with filters and cursors: each row exactly once, also while new ones arrive; and nobody sees those of others."""

import asyncio

from tests.stories.test_buyer import ORDER
from tests.support.house import CUSTOMER_KEY, ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import acknowledgment, invoice, purchase_order, ship_notice


async def _pages(house, path, key, limit, between=None):
    """Fetch page after page until there is no further cursor."""
    pages, after = [], 0
    while after is not None:
        page = await house.get(f"{path}{'&' if '?' in path else '?'}limit={limit}&after={after}", key)
        pages.append(page["items"])
        after = page["after"]
        if between is not None and after is not None:
            await between(len(pages))
    return pages


async def _fill(house, count, first=1):
    for number in range(first, first + count):
        await house.send(invoice(number, f"PO{number % 3}"))
        if number % 5 == 0:
            await house.send(purchase_order(number, f"CPO{number}"), CUSTOMER_KEY)
    await house.settle()


async def test_paging_gives_each_document_exactly_once_and_in_order(tmp_path):
    async with gateway(tmp_path) as house:
        await _fill(house, 50)
        for limit in (1, 7, 25, 50, 60):
            pages = await _pages(house, "/api/v1/documents", SUPPLIER_KEY, limit)
            assert [len(page) for page in pages] == [limit] * (50 // limit) + ([50 % limit] if 50 % limit else [])
            numbers = [each["document_number"] for page in pages for each in page]
            assert sorted(numbers) == sorted(f"INV{number}" for number in range(1, 51))
            moments = [each["created_at"] for page in pages for each in page]
            assert moments == sorted(moments)


async def test_documents_that_arrive_meanwhile_come_at_the_end_and_push_none_aside(tmp_path):
    async with gateway(tmp_path) as house:
        await _fill(house, 20)

        async def more(page):
            if page <= 4:
                await _fill(house, 3, first=100 * page)

        pages = await _pages(house, "/api/v1/documents?direction=inbound", SUPPLIER_KEY, 4, more)
        numbers = [each["document_number"] for page in pages for each in page]
        assert len(numbers) == len(set(numbers)) == 32
        assert numbers[:20] == [f"INV{number}" for number in range(1, 21)]


async def test_a_reader_that_follows_the_stream_misses_none_and_doubles_none(tmp_path):
    async with gateway(tmp_path) as house:
        arriving = asyncio.create_task(_fill(house, 50))
        numbers, after = [], 0
        while len(numbers) < 50:
            page = await house.get(f"/api/v1/documents?limit=3&after={after}", SUPPLIER_KEY)
            if page["after"] is None and not arriving.done():
                await asyncio.sleep(0)  # Less than a page is there: ask again from where it stood.
                continue
            numbers += [each["document_number"] for each in page["items"]]
            if page["after"] is None:
                break
            after = page["after"]
        await arriving
        assert sorted(numbers) == sorted(f"INV{number}" for number in range(1, 51))


_FILTERS = [
    ("set=855", [1]),
    ("set=810", [3, 4]),
    ("order_number=POB", [2]),
    ("document_number=INV3", [3]),
    ("state=rejected", [4]),
    ("state=delivered&set=810", [3]),
    ("direction=inbound", [1, 2, 3, 4]),
    ("direction=outbound&document_number=PO1", [5]),
    ("acknowledgment=rejected", [4]),
    ("acknowledgment=overdue", []),
    ("partner=customer", []),
    ("since=2020-01-01T00:00:00Z&set=856", [2]),
    ("since=2020-01-01T00:00:00+00:00&set=855", [1]),
    ("until=2020-01-01T00:00:00Z", []),
    ("since=2999-01-01T00:00:00Z", []),
]


async def test_filters_narrow_and_combine(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(acknowledgment(1, "POA"))
        await house.settle()
        await house.send(ship_notice(2, "POB"))
        await house.settle()
        await house.send(invoice(3, "POA"))
        await house.settle()
        await house.send(invoice(4, "POB").replace("*EA*12.5*", "*QQ*12.5*"))
        await house.settle()
        await house.order(ORDER)
        await house.settle()
        for query, expected in _FILTERS:
            found = (await house.get(f"/api/v1/documents?{query}", OPERATOR_KEY))["items"]
            assert [int(each["interchange_number"]) for each in found] == expected, query


async def test_the_outbox_is_paged_and_shrinks_with_each_receipt(tmp_path):
    async with gateway(tmp_path) as house:
        await _fill(house, 12)
        pages = await _pages(house, "/api/v1/outbox", SUPPLIER_KEY, 5)
        assert [len(page) for page in pages] == [5, 5, 2]
        items = [item for page in pages for item in page]
        assert len({item["id"] for item in items}) == 12
        headers = {"Authorization": f"Bearer {SUPPLIER_KEY}"}
        for item in items[:4]:
            async with house.session.get(house.address + item["content"], headers=headers) as answer:
                body = await answer.read()
                assert (answer.content_type, len(body)) == (item["content_type"], item["size"])
            for _twice in range(2):
                async with house.session.post(house.address + item["receipt"], headers=headers) as answer:
                    assert (answer.status, (await answer.json())["state"]) == (200, "sent"), "a receipt may come twice"
        left = [item["id"] for page in await _pages(house, "/api/v1/outbox", SUPPLIER_KEY, 500) for item in page]
        assert left == [item["id"] for item in items[4:]]
        # Who lost its copy may fetch it again.
        async with house.session.get(house.address + items[0]["content"], headers=headers) as answer:
            assert answer.status == 200


async def test_the_cursor_of_somebody_else_shows_only_ones_own(tmp_path):
    async with gateway(tmp_path) as house:
        await _fill(house, 30)
        for cursor in range(80):
            for path in ("documents", "outbox"):
                page = await house.get(f"/api/v1/{path}?after={cursor}&limit=2", CUSTOMER_KEY)
                if path == "documents":
                    assert {each["partner"] for each in page["items"]} <= {"customer"}
                assert len(page["items"]) <= 2
        theirs = {item["id"] for item in (await house.get("/api/v1/outbox?limit=500", SUPPLIER_KEY))["items"]}
        mine = {item["id"] for item in (await house.get("/api/v1/outbox?limit=500", CUSTOMER_KEY))["items"]}
        assert theirs
        assert mine
        assert not theirs & mine


async def test_no_id_of_another_partner_opens_any_door(tmp_path):
    """Every id that the ledger holds, at every door that takes an id, with the keys of those to whom it does not belong."""
    async with gateway(tmp_path) as house:
        await house.send(invoice())
        await house.order(ORDER)
        made = await (await house.send(purchase_order(), CUSTOMER_KEY)).json()
        await house.settle()
        documents = (await house.get("/api/v1/documents"))["items"]
        outbox = (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]
        of_supplier = {each["id"] for each in documents if each["partner"] == "supplier"} | {
            each["transmission"] for each in documents if each["partner"] == "supplier"
        }
        of_supplier |= {item["id"] for item in outbox}
        assert len(of_supplier) >= 6
        doors = [("GET", f"/api/v1/{path}") for path in ("documents/{}", "documents/{}/content", "outbox/{}")]
        doors += [("POST", "/api/v1/outbox/{}/receipt"), ("GET", "/api/v1/erp/messages/{}")]
        for found in of_supplier:
            for method, door in doors:
                for guess in (found, found.upper(), f"{found}-1", f"{found}-2", found.rpartition("-")[0] or found):
                    url = house.address + door.format(guess)
                    async with house.session.request(method, url, headers=_key(CUSTOMER_KEY)) as answer:
                        assert answer.status == (401 if "erp" in door else 404), url
        # The same doors open for their owner, so that the test does not knock at a wall.
        async with house.session.get(f"{house.address}{made['location']}", headers=_key(CUSTOMER_KEY)) as answer:
            assert answer.status == 200
        assert (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"] == outbox, "and nothing was taken away"


async def test_an_erp_sees_only_what_it_sent(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice())
        made = await (await house.order(ORDER)).json()
        await house.settle()
        inbound = (await house.get("/api/v1/documents?direction=inbound"))["items"]
        seen = await house.get(made["location"], ERP_KEY)
        assert (seen["partner"], seen["set"], seen["document_number"]) == ("supplier", "850", "PO1")
        assert inbound
        for each in inbound:
            async with house.session.get(
                f"{house.address}/api/v1/erp/messages/{each['id']}", headers=_key(ERP_KEY)
            ) as answer:
                assert answer.status == 404


def _key(key):
    return {"Authorization": f"Bearer {key}"}
