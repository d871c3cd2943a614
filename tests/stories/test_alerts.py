"""A case is told of by mail: once to each who is to hear of it, later to the next one, not at night, and never lost."""

import asyncio

from aiohttp import ClientSession

from tests.support.house import OPERATOR_KEY, gateway
from tests.support.mail import post_office
from tests.support.x12 import invoice


def alerts(post, **rules):
    mail = {"host": "127.0.0.1", "port": post.port, "tls": "none", "from": "edi@acme.example"}
    return {"alerts": {"mail": mail, "rules": rules}}


DESK = {"to": ["desk@acme.example", "night@acme.example"]}


async def metrics(house):
    headers = {"Authorization": f"Bearer {OPERATOR_KEY}"}
    async with ClientSession() as session, session.get(f"{house.address}/metrics", headers=headers) as response:
        return await response.text()


async def open_case(house):
    """A document of nobody whom we know."""

    async def is_there():
        return 'sink="mail"' in await metrics(house)

    await house.until(is_there)  # A gateway that never sent mail tells of what comes from now on.
    await house.send(invoice(sender=("ZZ", "STRANGER")))
    await house.settle()
    return (await house.get("/api/v1/cases"))["items"]


async def test_a_case_is_one_mail_that_says_what_to_do_and_the_next_step_comes_while_it_stays_open(tmp_path):
    lead = {"to": ["lead@acme.example"], "after": "2s"}
    never = {"to": ["others@acme.example"], "partners": ["customer"]}
    async with (
        post_office() as post,
        gateway(tmp_path, settings=alerts(post, desk=DESK, lead=lead, never=never)) as house,
    ):
        [case] = await open_case(house)
        await house.until(lambda: len(post.mails) == 2)
        (first, to), (second, to_lead) = post.mails
        assert (to, to_lead) == (DESK["to"], ["lead@acme.example"])
        assert case["title"] in first["Subject"] and first["From"] == "edi@acme.example"
        assert first["Auto-Submitted"] == "auto-generated"
        assert first["Message-ID"] != second["Message-ID"]
        body = first.get_content()
        assert case["next_action"] in body and f"gateway case show {case['id']}" in body
        await asyncio.sleep(2.5)  # Several looks: nothing comes twice.
        assert len(post.mails) == 2


async def test_a_mail_server_that_is_away_is_said_and_what_waited_comes_once_it_is_back(tmp_path):
    async with post_office() as post:
        await post.stop()
        async with gateway(tmp_path, settings=alerts(post, desk=DESK)) as house:

            async def is_said():
                return (await house.get("/readyz"))["events"] == "waiting"

            await open_case(house)
            await house.until(is_said)
            assert 'gateway_events_away{sink="mail"} 1.0' in await metrics(house)
            assert 'gateway_events_retried{sink="mail"} 1.0' in await metrics(house)
            await post.start()
            await house.until(lambda: len(post.mails) == 1)

            async def is_well():
                return (await house.get("/readyz"))["events"] == "ok"

            await house.until(is_well)
            assert 'gateway_events_retried{sink="mail"} 0.0' in await metrics(house)


async def test_a_gateway_that_was_stopped_tells_what_it_had_not_told_and_nothing_else(tmp_path):
    later = {"to": ["lead@acme.example"], "after": "3s"}
    async with post_office() as post:
        settings = alerts(post, desk=DESK, lead=later)
        async with gateway(tmp_path, settings=settings) as house:
            await open_case(house)
            await house.until(lambda: len(post.mails) == 1)
        async with gateway(tmp_path, settings=settings) as house:
            await house.until(lambda: len(post.mails) == 2)
            assert [to for _mail, to in post.mails] == [DESK["to"], ["lead@acme.example"]]
