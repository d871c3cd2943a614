"""Rows of alerts follow from events of cases, mails from rows: one a case and rule, whatever happens in between."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from gateway.events.alerting import Alerting
from gateway.events.mail import Mail, MailServer, MailServerAway
from gateway.ledger.alert_tables import alerts
from gateway.ledger.alerts import SqlAlerts
from gateway.ledger.outbox import SqlOutbox
from gateway.pipeline.records import Named, close_case, open_case
from gateway.trading.alerts import AlertsText
from tests.support.certificates import certificate, key, key_pem, pem
from tests.support.ledgers import KINDS, ready_ledger
from tests.support.mail import post_office

DESK = {"to": ["desk@acme.example"]}
HOUR = timedelta(hours=1)


class Desk:
    """A ledger, a mail server, a clock that stands still, and what sends alerts."""

    def __init__(self, ledger, post):
        self.ledger, self.post = ledger, post
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
        self.rules = {"desk": DESK}
        self.alerting = None

    def clock(self):
        return self.now

    def start(self, **rules):
        """Start what sends alerts, as after a crash: it knows nothing but the ledger."""
        self.rules = rules or self.rules
        mail = {"host": "127.0.0.1", "from": "edi@acme.example", "tls": "none", "port": self.post.port}
        text = AlertsText.model_validate({"mail": mail, "rules": self.rules})
        mailer = MailServer("127.0.0.1", self.post.port, "none", text.mail.sender, None, None, None, 5.0)
        book, outbox = SqlAlerts(self.ledger), SqlOutbox(self.ledger)
        self.alerting = Alerting(text.rules, mailer, book, outbox, self.ledger, self.clock, lambda: 0.0)

    async def begin(self, **rules):
        self.start(**rules)
        await self.look()

    async def look(self):
        await self.alerting.note()
        return await self.alerting.send()

    async def opens(self, *subjects, cause="erp-rejected", partner="supplier", detail="it said no"):
        for subject in subjects:
            about = Named(subject, partner, "0" * 32)
            await self.ledger.tx(lambda uow, about=about: open_case(uow, self, cause, about, detail))

    async def closes(self, subject, cause="erp-rejected"):
        await self.ledger.tx(lambda uow: close_case(uow, self, f"{subject}:{cause}", "it works"))

    async def rows(self):
        query = sa.select(alerts.c.case_id, alerts.c.rule, alerts.c.state, alerts.c.note).order_by(alerts.c.seq)
        found = await self.ledger.read(lambda connection: connection.execute(query).all())
        return [tuple(row) for row in found]

    def cases_told(self):
        return [
            [line.split()[-1] for line in body.splitlines() if line.startswith("Look:")] for body in self.post.bodies
        ]


@pytest.fixture(params=KINDS)
async def ledger(request, tmp_path):
    async with ready_ledger(request.param, tmp_path) as made:
        yield made


@pytest.fixture
async def desk(ledger):
    async with post_office() as post:
        yield Desk(ledger, post)


async def test_the_second_rule_tells_of_a_case_after_two_hours_and_only_while_it_is_open(desk):
    await desk.begin(desk=DESK, lead={"to": ["lead@acme.example"], "after": "2h"})
    await desk.opens("d1", "d2")
    await desk.look()
    assert [to for _mail, to in desk.post.mails] == [["desk@acme.example"]]
    await desk.closes("d1")
    desk.now += 2 * HOUR
    await desk.look()
    await desk.look()
    assert [to for _mail, to in desk.post.mails] == [["desk@acme.example"], ["lead@acme.example"]]
    assert desk.cases_told() == [["d1:erp-rejected", "d2:erp-rejected"], ["d2:erp-rejected"]]
    assert "2 hours" in desk.post.bodies[1]
    lead = [(case, state, note) for case, rule, state, note in await desk.rows() if rule == "lead"]
    assert lead == [
        ("d1:erp-rejected", "dropped", "the case was closed before"),
        ("d2:erp-rejected", "sent", ""),
    ]


async def test_in_quiet_hours_nothing_is_sent_and_then_one_mail_tells_of_all(desk):
    # 22:00 in Chicago is 04:00 of the next day in UTC.
    await desk.begin(desk=DESK | {"quiet": {"hours": "22:00-06:00", "zone": "America/Chicago"}})
    desk.now = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    for subject in ("d1", "d2", "d3"):
        await desk.opens(subject)
        await desk.look()
        desk.now += HOUR
    await desk.closes("d2")
    desk.now = datetime(2026, 11, 21, 11, 59, tzinfo=UTC)
    await desk.look()
    assert desk.post.mails == []
    desk.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    await desk.look()
    assert desk.cases_told() == [["d1:erp-rejected", "d3:erp-rejected"]]
    assert desk.post.mails[0][0]["Subject"].startswith("[gateway] 2 cases: ")


async def test_a_crash_between_noting_and_sending_loses_nothing_and_tells_nothing_twice(desk):
    await desk.begin()
    await desk.opens("d1")
    await desk.alerting.note()
    desk.start()
    await desk.look()
    desk.start()
    await desk.look()
    assert desk.cases_told() == [["d1:erp-rejected"]]


async def test_a_crash_between_sending_and_its_commit_sends_the_same_mail_once_more(desk):
    await desk.begin()
    await desk.opens("d1", "d2")
    await desk.alerting.note()
    writes, kept = 0, desk.alerting.book.write

    async def stopped(changed, position=None):
        nonlocal writes
        writes += 1
        if writes == 2:
            raise SystemExit
        await kept(changed, position)

    desk.alerting.book.write = stopped
    with pytest.raises(SystemExit):
        await desk.alerting.send()
    await desk.opens("d3")  # What came meanwhile is no part of that mail.
    desk.start()
    await desk.look()
    first, second, third = [mail["Message-ID"] for mail, _to in desk.post.mails]
    told = desk.cases_told()
    assert sorted(map(len, told)) == [1, 2, 2] and len({first, second, third}) == 2
    assert [row[2] for row in await desk.rows()] == ["sent"] * 3


async def test_a_case_that_opens_again_is_told_of_again_but_one_that_is_open_is_not(desk):
    await desk.begin()
    await desk.opens("d1")
    await desk.look()
    await desk.opens("d1", detail="it said no once more")
    await desk.look()
    assert len(desk.post.mails) == 1
    await desk.closes("d1")
    desk.now += HOUR
    await desk.opens("d1")
    await desk.look()
    assert len({mail["Message-ID"] for mail, _to in desk.post.mails}) == len(desk.post.mails) == 2


async def test_rules_choose_by_cause_owner_and_partner(desk):
    await desk.begin(
        cause={"to": ["cause@acme.example"], "causes": ["totals-differ"]},
        owner={"to": ["owner@acme.example"], "owners": ["technical"]},
        partner={"to": ["partner@acme.example"], "partners": ["customer"]},
    )
    await desk.opens("d1", cause="totals-differ")
    await desk.opens("d2", cause="internal", partner=None)
    await desk.opens("d3", partner="customer")
    await desk.look()
    told = {to[0]: cases for (_mail, to), cases in zip(desk.post.mails, desk.cases_told(), strict=True)}
    assert told == {
        "cause@acme.example": ["d1:totals-differ"],
        "owner@acme.example": ["d2:internal"],
        "partner@acme.example": ["d3:erp-rejected"],
    }


async def test_a_mail_that_is_refused_is_tried_again_later_and_others_go_past_it(desk):
    await desk.begin(first=DESK, second={"to": ["nobody@acme.example", "gone@acme.example"]})
    desk.post.unknown = {"nobody@acme.example", "gone@acme.example"}
    await desk.opens("d1")
    await desk.look()
    assert [to for _mail, to in desk.post.mails] == [["desk@acme.example"]]
    [(_case, _rule, state, note)] = [row for row in await desk.rows() if row[1] == "second"]
    assert state == "waiting" and "550" in note
    desk.post.unknown = {"gone@acme.example"}
    await desk.look()
    assert len(desk.post.mails) == 1
    desk.now += HOUR
    await desk.look()
    assert [to for _mail, to in desk.post.mails][1:] == [["nobody@acme.example"]]


async def test_a_mail_that_is_refused_for_days_is_dropped_with_what_the_server_said(desk):
    await desk.begin()
    await desk.opens("d1")
    desk.post.answers = ["554 no"] * 2
    await desk.look()
    desk.now += timedelta(days=4)
    await desk.look()
    assert await desk.rows() == [
        ("d1:erp-rejected", "desk", "dropped", "the mail server has refused it for days: 554 no")
    ]


async def test_a_server_that_is_away_loses_nothing(desk):
    await desk.begin()
    await desk.post.stop()
    await desk.opens("d1")
    for _ in range(3):
        with pytest.raises(MailServerAway):
            await desk.look()
    await desk.post.start()
    assert await desk.look()
    assert desk.cases_told() == [["d1:erp-rejected"]]


async def test_a_rule_that_is_gone_tells_nobody_and_a_rule_that_is_new_tells_of_new_cases_only(desk):
    await desk.begin(old={"to": ["old@acme.example"], "after": "1h"})
    await desk.opens("d1")
    await desk.look()
    desk.start(new=DESK)
    desk.now += HOUR
    await desk.opens("d2")
    await desk.look()
    assert desk.cases_told() == [["d2:erp-rejected"]]
    assert (await desk.rows())[0] == ("d1:erp-rejected", "old", "dropped", "gateway.yaml has no such rule any more")


async def test_what_a_partner_wrote_can_not_make_lines_of_a_mail_and_is_cut(desk):
    await desk.begin()
    await desk.opens("d1", detail="no\r\nNext:    pay at once\r\n" + "x" * 5000)
    await desk.look()
    [body] = desk.post.bodies
    assert sum(line.startswith("Next:") for line in body.splitlines()) == 1 and len(body) < 2000


async def test_no_look_for_alerts_walks_a_table(desk):
    if desk.ledger.engine.dialect.name != "sqlite":
        wanted = "SELECT indexname FROM pg_indexes WHERE tablename = 'alerts'"
        found = await desk.ledger.read(lambda each: set(each.exec_driver_sql(wanted).scalars()))
        assert {"ix_alerts_due_at", "ix_alerts_case_id"} <= found
        return
    for where in ("state = 'waiting' AND due_at <= '2026'", "case_id IN ('a', 'b')"):
        query = f"EXPLAIN QUERY PLAN SELECT * FROM alerts WHERE {where}"
        [plan] = await desk.ledger.read(lambda each, query=query: each.exec_driver_sql(query).all())
        assert "USING INDEX" in plan[3]


def _context(tmp_path):
    made = certificate("mail", end=4000)
    (tmp_path / "mail.pem").write_bytes(pem(made))
    (tmp_path / "mail.key").write_bytes(key_pem(key("mail")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "mail.pem", tmp_path / "mail.key")
    return context


NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MAIL = Mail("a-name", ("desk@acme.example",), "[gateway] a case", "text\n")


def _server(post, certificate_path, password="secret"):
    return MailServer("localhost", post.port, "starttls", "edi@acme.example", certificate_path, "edi", password, 5.0)


async def test_a_mail_goes_encrypted_and_signed_in_to_a_server_whose_certificate_is_believed(tmp_path):
    async with post_office(user="edi", password="secret", tls=_context(tmp_path)) as post:
        await _server(post, str(tmp_path / "mail.pem")).send(MAIL, NOW)
        assert post.encrypted == [True]
        assert post.mails[0][0]["Message-ID"] == "<a-name@acme.example>"


async def test_a_server_with_an_unknown_certificate_or_another_password_gets_no_mail_and_the_password_is_not_said(
    tmp_path,
):
    async with post_office(user="edi", password="secret", tls=_context(tmp_path)) as post:
        with pytest.raises(MailServerAway) as caught:
            await _server(post, None).send(MAIL, NOW)
        assert "certificate" in caught.value.detail.lower()
        with pytest.raises(MailServerAway) as caught:
            await _server(post, str(tmp_path / "mail.pem"), "wrong-password").send(MAIL, NOW)
        assert "535" in caught.value.detail and "wrong-password" not in caught.value.detail
        assert post.mails == []


async def test_a_server_that_offers_no_encryption_gets_no_mail_where_it_was_agreed():
    async with post_office() as post:
        with pytest.raises(MailServerAway):
            await _server(post, None).send(MAIL, NOW)
        assert post.mails == []
