"""Whatever happens to documents, in whatever order: the ledger, the ERP and the partner's folder are as a plain model says.

The gateway is whole and real, with a SQLite ledger, its HTTP door and an ERP on loopback; only the time is passed in. After each
move every state, case, promise, message at the ERP and file of the partner is compared.
"""

import asyncio
import logging
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gateway import configuration
from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from gateway.pipeline.oversight.effects import Batch, Effect, apply, refusal
from gateway.pipeline.records import close_case
from gateway.stamps import utc_now
from gateway.tracking.document import Document
from tests.crash.clocks import JumpingClock, set_clock
from tests.pipeline.trip_model import RESENDS, VERDICTS, WITHIN, Ours, Theirs
from tests.stories.test_buyer import ORDER
from tests.support.erp import Erp
from tests.support.house import gateway, supplier, write_config
from tests.support.x12 import elements, functional, invoice

EXAMPLES, STEPS = (400, 60) if os.environ.get("GATEWAY_PROOF") else (4, 20)
PARTNER = supplier(
    channels={"rest": {}, "folder": {"outbound": "out", "name": "{id}.edi"}},
    defaults={"transport": "folder", "retry": {"first": "2m", "longest": "2m", "attempts": 3}},
    agreements=[
        {
            "document": "850",
            "direction": "outbound",
            "role": "buyer",
            "acknowledgment": {"within": f"{WITHIN.seconds // 3600}h", "resends": RESENDS},
        },
        {"document": "810", "direction": "inbound", "role": "buyer"},
    ],
)
MOODS = {"ok": 0, "refuses": 422, "away": 503}
some = st.integers(0, 1 << 16)


class Trips(RuleBasedStateMachine):
    """A gateway, and beside it what must be true."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="gateway-model-"))
        (self.folder / "data").mkdir()
        shutil.copy(self.empty, self.folder / "data" / "ledger.db")
        # It stands still but where a move says so; ahead of the time of the machine, so that a start by that one does nothing.
        ahead = utc_now() + timedelta(days=1)
        self.clock = JumpingClock(lambda: ahead)
        self.erp, self.mood = Erp(), "ok"
        self.erp.judge = lambda _body: MOODS[self.mood]
        self.theirs: list[Theirs] = []
        self.ours: list[Ours] = []
        self.copies: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.orphans: dict[tuple[str, str], None] = {}
        self.files: dict[str, str] = {}
        self.count = 0
        self.do(self.erp.start())
        self.begin()

    def do(self, work):
        return self.loop.run_until_complete(work)

    def begin(self) -> None:
        self.stack = AsyncExitStack()
        self.house = self.do(self.stack.enter_async_context(gateway(self.folder, PARTNER, erp=self.erp)))
        set_clock(self.house, self.clock)
        self.settle()

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.do(self.erp.stop())
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)

    def settle(self) -> None:
        self.house.house.worker._queue.look()
        self.do(self.house.settle())

    def next(self) -> int:
        self.count += 1
        return self.count

    def send(self, text: str) -> dict:
        response = self.do(self.house.send(text))
        assert response.status == 202
        receipt = self.do(response.json())
        self.settle()
        return receipt

    # What happens

    @rule(mood=st.sampled_from(sorted(MOODS)))
    def the_erp_changes_its_mood(self, mood):
        self.mood = mood

    @rule(good=st.sampled_from((True, True, True, False)))
    def an_invoice_comes(self, good):
        number = self.next()
        text = invoice(number) if good else invoice(number).replace("*EA*12.5*", "*QQ*12.5*")
        name = f"{self.send(text)['id']}-1"
        self.theirs.append(Theirs(name, f"INV{number}", text, good, key=name))
        self.theirs[-1].arrive(self.mood)

    @precondition(lambda self: self.theirs)
    @rule(which=some)
    def the_same_bytes_come_again(self, which):
        known = self.theirs[which % len(self.theirs)]
        receipt = self.send(known.text)
        assert (f"{receipt['id']}-1", receipt["duplicate"]) == (known.id, True)

    @precondition(lambda self: any(each.good for each in self.theirs))
    @rule(which=some, ends=st.integers(1, 5))
    def the_same_document_comes_in_other_bytes(self, which, ends):
        good = [each for each in self.theirs if each.good]
        known = good[which % len(good)]
        receipt = self.send(known.text.replace("~", "~" + "\n" * ends))
        self.copies[f"{receipt['id']}-1"] = "duplicate"

    @precondition(lambda self: self.theirs)
    @rule(which=some, effect=st.sampled_from(sorted(Effect)))
    def a_person_replays_an_invoice(self, which, effect):
        known = self.theirs[which % len(self.theirs)]
        batch = f"b{self.next()}"
        assert self.replayed(known.id, effect, batch) == known.replay(effect, batch, self.mood), (effect, known)

    @rule()
    def the_erp_orders(self):
        number = f"PO{self.next()}"
        order = ORDER | {"body": ORDER["body"] | {"order_number": number}}
        response = self.do(self.house.order(order, Idempotency_Key=number))
        name = self.do(response.json())["id"]
        again = self.do(self.house.order(order, Idempotency_Key=number))
        assert self.do(again.json())["id"] == name, "the same key is the same order"
        self.settle()
        [text] = [text for text in self.out().values() if f"*{number}*" in text]
        self.ours.append(Ours(name, number, elements(text, "GS")[0][6], self.clock() + WITHIN))

    @precondition(lambda self: self.ours)
    @rule(which=some, verdict=st.sampled_from(sorted(VERDICTS)))
    def the_partner_acknowledges(self, which, verdict):
        known = self.ours[which % len(self.ours)]
        text = functional("PO", known.group, "850", "0001", verdict, number=900_000 + self.next())
        self.answers[f"{self.send(text)['id']}-1"] = known.answered(verdict)

    @rule()
    def the_partner_acknowledges_what_was_never_sent(self):
        receipt = self.send(functional("PO", "4711", "850", "0001", number=900_000 + self.next()))
        self.answers[f"{receipt['id']}-1"] = "orphan"
        self.orphans[f"{receipt['id']}-1", "acknowledgment-orphan"] = None

    @precondition(lambda self: self.ours)
    @rule(which=some)
    def a_person_sends_an_order_again(self, which):
        known = self.ours[which % len(self.ours)]
        assert self.replayed(known.id, Effect.PARTNER, f"b{self.next()}")
        known.send_again(self.clock())

    @precondition(lambda self: self.open_cases())
    @rule(which=some)
    def a_person_closes_a_case(self, which):
        subject, cause = self.open_cases()[which % len(self.open_cases())]
        world = self.house.house.world
        assert self.do(world.ledger.tx(lambda uow: close_case(uow, world, f"{subject}:{cause}", "settled by phone")))
        self.orphans.pop((subject, cause), None)
        for each in [*self.theirs, *self.ours]:
            if each.id == subject:
                each.cases.discard(cause)

    @rule(minutes=st.sampled_from((5, 50, 130)))
    def time_passes(self, minutes):
        self.clock.wrong_by += timedelta(minutes=minutes)
        self.settle()
        self.look()
        for _probe in range(6):  # An open circuit lets one try, and the others after it.
            self.clock.wrong_by += timedelta(seconds=10)
            self.settle()
            self.look()
        states = self.read("select id, state from documents")
        tried = {name for (name,) in self.read("select subject from steps where step = 'deliver'")}
        for each in self.theirs:
            if not each.under_way:
                continue
            if self.mood != "away":
                each.knock(self.mood)
            elif each.id not in tried:
                assert dict(states)[each.id] == "parked", "nobody tries any more, and no person knows"
                each.give_up()

    @rule()
    def the_gateway_is_started_again(self):
        self.do(self.stack.aclose())
        self.begin()

    # What must be true

    @invariant()
    def the_ledger_is_as_the_model_says(self):
        states = {
            name: (state, said) for name, state, said in self.read("select id, state, acknowledgment from documents")
        }
        assert {each.id: states[each.id][0] for each in self.theirs} == {each.id: each.state for each in self.theirs}
        assert {each.id: states[each.id] for each in self.ours} == {
            each.id: ("sent", each.acknowledgment) for each in self.ours
        }
        assert {name: states[name][0] for name in self.copies} == self.copies
        assert {name: states[name][1] for name in self.answers} == self.answers
        assert len(states) == len(self.theirs) + len(self.ours) + len(self.copies) + len(self.answers)

    @invariant()
    def a_person_is_told_what_a_person_must_decide_and_nothing_else(self):
        rows = self.read("select subject, cause from cases where closed_at is null")
        assert {tuple(row) for row in rows} == set(self.open_cases())

    @invariant()
    def what_is_owed_is_as_the_model_says(self):
        promises = {tuple(row) for row in self.read("select subject, what, state from promises")}
        assert promises == {(each.id, "acknowledgment", each.promise) for each in self.ours}
        steps = self.read("select step, subject from steps where held = 0")
        left = {subject for step, subject in steps if step == "deliver"}
        assert left == {each.id for each in self.theirs if each.under_way}, (
            "somebody tries what is done, or nobody what is not"
        )
        assert {step for step, _subject in steps} <= {"deliver", "chase"}
        chased = {subject for step, subject in steps if step == "chase"}
        assert chased >= {each.id for each in self.ours if each.promise == "waiting"}, "nobody looks after a promise"

    @invariant()
    def the_erp_has_each_invoice_once_under_each_key_that_was_declared(self):
        assert set(self.erp.messages) == {key for each in self.theirs for key in each.at_erp}
        for each in self.theirs:
            held = {key for key, body in self.erp.messages.items() if f'"{each.number}"'.encode() in body}
            assert held == each.at_erp

    @invariant()
    def the_partner_has_one_file_of_everything_under_numbers_without_a_gap(self):
        found = self.out()
        assert {name: found.get(name) for name in self.files} == self.files, "what was sent was changed"
        self.files = found
        texts = list(found.values())
        sent = sorted(elements(text, "BEG")[0][3] for text in texts if "~ST*850*" in text)
        assert sent == sorted(each.number for each in self.ours)
        answered = sorted(elements(text, "AK1")[0][2] for text in texts if "~ST*997*" in text)
        assert answered == sorted(each.number.removeprefix("INV") for each in self.theirs)
        numbers = sorted(int(elements(text, "ISA")[0][13]) for text in texts)
        assert numbers == list(range(1, len(texts) + 1))

    # Looking

    def open_cases(self) -> list[tuple[str, str]]:
        """In the order of what was done, which is the same when the moves are played again; ids are not."""
        told = [(each.id, cause) for each in [*self.theirs, *self.ours] for cause in sorted(each.cases)]
        return [*told, *self.orphans]

    def look(self) -> None:
        for each in self.ours:
            each.look(self.clock())

    def out(self) -> dict[str, str]:
        folder = self.folder / "data" / "out"
        return {path.name: path.read_text() for path in folder.iterdir()} if folder.exists() else {}

    def read(self, sql: str) -> list:
        return self.do(self.house.house.database.read(lambda connection: connection.exec_driver_sql(sql).fetchall()))

    def replayed(self, subject: str, effect: Effect, batch: str) -> bool:
        """Replay as the command line does: refused as a whole, or done in a transaction."""
        world = self.house.house.world

        def run(uow) -> bool:
            if refusal(uow, uow.find(Document, subject), effect):
                return False
            world.wake(apply(uow, world, Batch(batch, effect, "a test"), subject))
            return True

        done = self.do(world.ledger.tx(run))
        self.settle()
        return done


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Configuration and empty ledger are the same in all of them, so they are made once."""
    write_config(tmp_path, "http://127.0.0.1:9", PARTNER)
    loaded = configuration.load_configuration(tmp_path, frozenset(("main",)))
    monkeypatch.setattr(configuration, "load_configuration", lambda *_args, **_more: loaded)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    upgrade(make_engine(f"sqlite:///{tmp_path / 'ledger.db'}"))
    monkeypatch.setattr(Trips, "empty", tmp_path / "ledger.db", raising=False)


def test_whatever_happens_all_is_as_the_model_says(configured):
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run = partial(settings, deadline=None, suppress_health_check=checks, print_blob=True)
    run_state_machine_as_test(Trips, settings=run(max_examples=EXAMPLES, stateful_step_count=STEPS))
