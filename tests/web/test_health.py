"""What those who watch are told: alive, ready, how much; and what strangers are not."""

from prometheus_client.parser import text_string_to_metric_families

from tests.support.house import ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, dump, gateway, supplier
from tests.support.x12 import invoice


async def _samples(house):
    headers = {"Authorization": f"Bearer {OPERATOR_KEY}"}
    async with house.session.get(house.address + "/metrics", headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        families = list(text_string_to_metric_families(await answer.text()))
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


async def test_the_metrics_are_what_prometheus_reads_and_count_what_is_there(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await _samples(house))[("gateway_configuration_refused",)] == 0
        for number in (1, 2, 3):
            await house.send(invoice(number))
        await house.send(invoice(4).replace("*EA*12.5*", "*QQ*12.5*"))
        house.erp.answers.append(422)
        await house.send(invoice(5))
        await house.settle()
        found = await _samples(house)
        assert found[("gateway_documents", "delivered")] == 3
        assert found[("gateway_documents", "rejected")] == 1
        assert found[("gateway_documents", "parked")] == 1
        assert found[("gateway_transmissions", "read")] == 5
        assert found[("gateway_cases", "erp-rejected")] == 1


async def test_a_broken_change_raises_the_flag_and_its_repair_lowers_it(tmp_path):
    async with gateway(tmp_path) as house:
        assert await house.get("/readyz") == {
            "ready": True,
            "configuration": "ok",
            "problems": 0,
            "events": "ok",
            "circuits_open": 0,
        }
        path = tmp_path / "config" / "partners" / "supplier.yaml"
        dump(path, supplier(channels={"fax": {}}, identities=[{"qualifier": "ZZ"}]))
        await house.until(lambda: _flag(house, "refused"))
        said = await house.get("/readyz")
        assert said["ready"] is True, "the old configuration is in force"
        assert said["problems"] >= 2
        assert (await _samples(house))[("gateway_configuration_refused",)] == 1
        dump(path, supplier())
        await house.until(lambda: _flag(house, "ok"))
        assert (await house.get("/readyz"))["problems"] == 0


async def _flag(house, wanted):
    return (await house.get("/readyz"))["configuration"] == wanted


async def test_health_needs_no_key_and_tells_a_stranger_nothing_of_the_business(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice())
        await house.settle()
        for path in ("/healthz", "/readyz"):
            async with house.session.get(house.address + path) as answer:
                assert answer.status == 200
                said = await answer.text()
                assert "supplier" not in said.lower()
                assert str(tmp_path) not in said
        async with house.session.get(house.address + "/metrics") as answer:
            assert answer.status == 401


async def test_the_metrics_are_for_operators(tmp_path):
    async with gateway(tmp_path) as house:
        for key, status in ((SUPPLIER_KEY, 403), (ERP_KEY, 401), ("", 401)):
            headers = {"Authorization": f"Bearer {key}"}
            async with house.session.get(house.address + "/metrics", headers=headers) as answer:
                assert answer.status == status
