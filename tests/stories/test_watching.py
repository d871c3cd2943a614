"""Operations: is it alive, is it ready, how much is there; lists with filters and cursors."""

from prometheus_client.parser import text_string_to_metric_families

from tests.support.house import CUSTOMER_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import acknowledgment, invoice, purchase_order


async def _text(house, path, key=OPERATOR_KEY):
    async with house.session.get(house.address + path, headers={"Authorization": f"Bearer {key}"}) as response:
        response.raise_for_status()
        return await response.text()


async def test_health_needs_no_key_and_tells_nothing(tmp_path):
    async with gateway(tmp_path) as house:
        for path in ("/healthz", "/readyz"):
            async with house.session.get(house.address + path) as response:
                assert response.status == 200
                assert set(await response.json()) <= {
                    *("status", "ready", "configuration", "problems", "events", "circuits_open")
                }


async def test_metrics_count_what_there_is(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.send(invoice(2).replace("*EA*12.5*", "*QQ*12.5*"))
        await house.send(purchase_order(), CUSTOMER_KEY)
        await house.settle()
        families = {family.name: family for family in text_string_to_metric_families(await _text(house, "/metrics"))}
        counts = {s.labels["state"]: s.value for s in families["gateway_documents"].samples}
        assert counts == {"delivered": 2, "rejected": 1}
        assert {s.labels["cause"]: s.value for s in families["gateway_cases"].samples} == {"document-rejected": 1}
        assert families["gateway_configuration_refused"].samples[0].value == 0


async def test_lists_are_filtered_and_paged(tmp_path):
    async with gateway(tmp_path) as house:
        for number in range(1, 8):
            await house.send(invoice(number, f"PO{number}"))
        await house.send(acknowledgment(8, "PO3"))
        await house.settle()

        async def listed(query):
            return await house.get(f"/api/v1/documents?{query}", SUPPLIER_KEY)

        seen, after = [], 0
        while after is not None:
            page = await listed(f"limit=3&after={after}")
            assert len(page["items"]) <= 3
            seen += [item["document_number"] or item["order_number"] for item in page["items"]]
            after = page["after"]
        assert seen == [f"INV{n}" for n in range(1, 8)] + ["PO3"]
        assert [d["set"] for d in (await listed("set=855"))["items"]] == ["855"]
        assert [d["document_number"] for d in (await listed("document_number=INV4"))["items"]] == ["INV4"]
        assert {d["set"] for d in (await listed("order_number=PO3"))["items"]} == {"810", "855"}
        assert (await listed("state=rejected"))["items"] == []
        assert len((await listed("since=2020-01-01T00:00:00Z"))["items"]) == 8
        assert (await listed("until=2020-01-01T00:00:00Z"))["items"] == []
        for query in ("limit=0", "limit=501", "after=-1", "after=x", "since=yesterday"):
            async with house.session.get(
                f"{house.address}/api/v1/documents?{query}", headers={"Authorization": f"Bearer {SUPPLIER_KEY}"}
            ) as response:
                assert response.status == 400, query
                assert (await response.json())["detail"]


async def test_every_request_says_its_tracking_id_also_when_it_fails(tmp_path):
    async with gateway(tmp_path) as house, house.session.get(house.address + "/nowhere") as response:
        assert response.status == 404
        problem = await response.json()
        assert response.content_type == "application/problem+json"
        assert response.headers["X-Correlation-Id"] in problem["instance"]
        assert "/api/v1/openapi.json" in problem["detail"]
