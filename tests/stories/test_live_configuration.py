"""Partners are files: a change is live within seconds without a restart, and a broken change changes nothing."""

from tests.support.house import SUPPLIER_KEY, dump, gateway, supplier
from tests.support.x12 import invoice

NEW_KEY = "key-of-the-newcomer"


async def _live(house, partners):
    await house.until(lambda: len(house.house.configuration().directory.partners) == partners)


async def test_a_new_partner_can_send_within_seconds(tmp_path):
    from gateway.web.keys import key_hash

    async with gateway(tmp_path, supplier()) as house:
        assert (await house.send(invoice(sender=("ZZ", "NEWCOMER")), NEW_KEY)).status == 401
        newcomer = supplier(
            partner="newcomer",
            identities=[{"qualifier": "ZZ", "id": "NEWCOMER"}],
            api_keys=[{"name": "main", "sha256": key_hash(NEW_KEY)}],
        )
        dump(tmp_path / "config" / "partners" / "newcomer.yaml", newcomer)
        await _live(house, 2)
        assert (await house.send(invoice(sender=("ZZ", "NEWCOMER")), NEW_KEY)).status == 202
        await house.settle()
        assert len(house.erp.bodies("invoice")) == 1


async def readiness(house):
    """Whether the gateway is ready, and how its configuration is."""
    said = await house.get("/readyz")
    return said["ready"], said["configuration"], said["problems"]


async def test_a_broken_change_is_kept_out_and_said(tmp_path):
    path = tmp_path / "config" / "partners" / "supplier.yaml"
    async with gateway(tmp_path) as house:
        assert await readiness(house) == (True, "ok", 0)
        good = path.read_text()
        path.write_text(good.replace("document: '810'", "document: '999810'").replace("role: buyer", "role: byer", 1))
        await house.until(lambda: house.house.configuration.broken is not None)
        assert await readiness(house) == (True, "refused", 2)
        shown = [str(problem) for problem in house.house.configuration.broken.problems]
        assert all(line.startswith("partners/supplier.yaml:") for line in shown)
        # What was in force stays in force.
        assert (await house.send(invoice())).status == 202
        await house.settle()
        assert len(house.erp.messages) == 1
        path.write_text(good)
        await house.until(lambda: house.house.configuration.broken is None)
        assert (await house.get("/readyz"))["configuration"] == "ok"


async def test_a_case_for_a_missing_agreement_ends_with_the_agreement_and_a_replay(tmp_path):
    from tests.stories.test_delivery import _replay

    path = tmp_path / "config" / "partners" / "supplier.yaml"
    async with gateway(tmp_path, supplier(agreements=[])) as house:
        await house.send(invoice())
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "no-agreement"
        assert case["next_action"].startswith("add an agreement to the partner's file, then: gateway replay ")
        dump(path, supplier())
        await house.until(lambda: house.house.configuration().directory.partners["supplier"].agreements)
        await _replay(house, case["subject"])
        await house.until(lambda: len(house.erp.messages) == 1)
        await house.settle()
        assert (await house.get("/api/v1/cases"))["items"] == []


async def test_a_profile_of_the_partner_is_used_from_its_next_document_on(tmp_path):
    """The partner sends its own reference number in REF*ZZ; a profile that extends the base one carries it over."""
    agreements = [{"document": "810", "direction": "inbound", "role": "buyer", "profile": "supplier/810"}]
    profile = {
        "profile": "supplier/810",
        "extends": "base/810",
        "fields": {"custom": {"contract": "REF[01=CT]/02"}},
    }
    folder = tmp_path / "config" / "mappings" / "supplier"
    dump(folder / "810.yaml", profile)
    text = invoice().replace("N1*RE*", "REF*CT*K-77~N1*RE*").replace("SE*9*", "SE*10*")
    async with gateway(tmp_path, supplier(agreements=agreements)) as house:
        await house.send(text)
        await house.settle()
        [body] = house.erp.bodies("invoice")
        assert body["custom"] == {"contract": "K-77"}


async def test_our_own_delimiters_and_numbers_are_those_of_the_agreement(tmp_path):
    terms = {
        "delimiters": {"element": "|", "component": ":", "segment": "LF"},
        "control_numbers": {"first": 700, "last": 799},
        "acknowledgment": {"send": "999", "ta1": "always"},
        "version": "005010",
    }
    async with gateway(tmp_path, supplier(defaults=terms)) as house:
        await house.send(invoice(version="005010"))
        await house.settle()
        [answer] = await house.outbox(SUPPLIER_KEY)
        lines = [line.split("|") for line in answer.strip().split("\n")]
        assert lines[0][0] == "ISA"
        assert int(lines[0][13]) == 700
        assert [line[0] for line in lines if line[0] in ("TA1", "IK5", "AK9")] == ["TA1", "IK5", "AK9"]
