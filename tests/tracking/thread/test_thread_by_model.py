"""The thread of an order against a plain model of it: piles of goods and papers, counted by hand."""

import os
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.fold import fold
from gateway.tracking.thread.statement import Kind, LineSaid, Purpose, Reply
from gateway.tracking.thread.states import LINE_LIFE, LineState, order_state
from tests.tracking.thread.saying import DUE, START, Saying, line

PRICE = 10
TENS = st.integers(1, 12).map(lambda tens: tens * 10)
S = LineState


class Pile:
    """One line as somebody would keep it on paper."""

    def __init__(self, ordered):
        self.ordered = ordered
        self.reply = None
        self.rejected = 0
        self.shipments = {}  # Number -> pieces, in the order of the ship notices.
        self.receipts = {}  # Shipment -> pieces.
        self.held = False
        self.billed = {}  # Invoice -> (pieces, price), in the order of the invoices.
        self.cancelled = False

    def may_be_billed(self, until):
        """How many pieces may have been billed with an invoice: None while goods are missing that it may be about."""
        billed = 0
        for number, (pieces, _price) in self.billed.items():
            billed += pieces
            if number == until:
                break
        goods, came = 0, 0
        for shipment, pieces in self.shipments.items():
            if goods >= billed:
                return came
            if shipment not in self.receipts:
                return None
            goods, came = goods + pieces, came + self.receipts[shipment]
        if billed <= goods or goods >= self.ordered - self.rejected or came >= billed:
            return came
        return None if billed <= self.ordered - self.rejected else self.ordered - self.rejected


class OrderThread(RuleBasedStateMachine):
    """Everybody says what they like, in any order."""

    def __init__(self):
        super().__init__()
        self.say = Saying()
        self.told = []
        self.number = 0

    @initialize(first=TENS, second=TENS)
    def order(self, first, second):
        self.piles = {"1": Pile(first), "2": Pile(second)}
        lines = [line(each, pile.ordered, price=PRICE, on=DUE) for each, pile in self.piles.items()]
        self.told += self.say.order(*lines)

    def tell(self, kind, *lines, **said):
        statement = self.say(kind, *lines, **said)
        self.told.append(statement)
        return statement

    def new_number(self, letter):
        self.number += 1
        return f"{letter}{self.number}"

    @rule(which=st.sampled_from("12"), reply=st.sampled_from([Reply.ACCEPTED, Reply.REJECTED, Reply.BACKORDERED]))
    def answer(self, which, reply):
        pile = self.piles[which]
        if pile.cancelled or pile.shipments:
            return  # Who answers after the goods have left says nothing new here.
        self.tell(Kind.ACKNOWLEDGED, line(which, pile.ordered, reply=reply, on=DUE), number=self.new_number("K"))
        pile.reply, pile.rejected = reply, pile.ordered if reply == Reply.REJECTED else 0

    @rule(which=st.sampled_from("12"), pieces=TENS)
    def ship(self, which, pieces):
        pile = self.piles[which]
        if pile.cancelled or pile.reply == Reply.REJECTED:
            return
        number = self.new_number("A")
        self.tell(Kind.SHIPPED, line(which, pieces), number=number)
        pile.shipments[number] = pieces

    @rule(which=st.sampled_from("12"), twice=st.booleans(), missing=st.sampled_from([0, 0, 0, 10]))
    def receive(self, which, twice, missing):
        pile = self.piles[which]
        open_now = [number for number in pile.shipments if number not in pile.receipts]
        if not open_now:
            return
        shipment = open_now[0]
        came = pile.shipments[shipment] - (missing if pile.shipments[shipment] > 10 else 0)
        number = self.new_number("R")
        for _time in range(2 if twice else 1):
            self.tell(Kind.RECEIVED, line(which, came, reference=shipment), number=number, source="wms")
        pile.receipts[shipment] = came

    @rule(which=st.sampled_from("12"), pieces=TENS, dearer=st.sampled_from([0, 0, 0, 1]))
    def bill(self, which, pieces, dearer):
        number = self.new_number("I")
        self.tell(Kind.INVOICED, line(which, pieces, price=PRICE + dearer), number=number)
        self.piles[which].billed[number] = (pieces, PRICE + dearer)

    @precondition(lambda self: any(pile.billed for pile in self.piles.values()))
    @rule(data=st.data())
    def take_an_invoice_back(self, data):
        which = data.draw(st.sampled_from([name for name, pile in self.piles.items() if pile.billed]))
        number = data.draw(st.sampled_from(list(self.piles[which].billed)))
        self.tell(Kind.INVOICED, number=number, purpose=Purpose.CANCELLATION)
        del self.piles[which].billed[number]

    @rule(which=st.sampled_from("12"))
    def hold(self, which):
        if self.piles[which].receipts and not self.piles[which].held:
            self.tell(Kind.HELD, LineSaid(line=which), source="qms")
            self.piles[which].held = True

    @rule(which=st.sampled_from("12"))
    def release(self, which):
        if self.piles[which].held:
            self.tell(Kind.RELEASED, LineSaid(line=which), source="qms")
            self.piles[which].held = False

    @rule(which=st.sampled_from("12"))
    def cancel(self, which):
        pile = self.piles[which]
        if not pile.shipments and not pile.cancelled:
            self.tell(Kind.CANCELLED, LineSaid(line=which))
            pile.cancelled = True

    @invariant()
    def goods_are_counted_as_on_paper(self):
        thread = fold(self.told)
        for which, pile in self.piles.items():
            found = thread.lines[which]
            assert found.shipped == sum(pile.shipments.values())
            assert found.received == sum(pile.receipts.values())
            assert found.invoiced == sum(pieces for pieces, _price in pile.billed.values())
            assert (found.held_quantity > 0) == pile.held

    @invariant()
    def every_invoice_is_judged_as_on_paper(self):
        thread = fold(self.told)
        for statement in self.told:
            which = next((name for name, pile in self.piles.items() if statement.number in pile.billed), None)
            if statement.kind != Kind.INVOICED or which is None:
                continue
            pile = self.piles[which]
            pieces, price = pile.billed[statement.number]
            may, billed = pile.may_be_billed(statement.number), 0
            for number, (each, _price) in pile.billed.items():
                billed += each
                if number == statement.number:
                    break
            outside = price != PRICE or (may is not None and billed > may)
            waits = may is None or (pile.held and pieces)
            expected = Verdict.OUTSIDE if outside else Verdict.WAITING if waits else Verdict.CLEAN
            assert thread.verdict(statement.id) == expected, (
                statement.number,
                thread.judged[statement.id],
                may,
                billed,
            )

    @invariant()
    def more_goods_than_were_ordered_are_found(self):
        thread = fold(self.told)
        for statement in (each for each in self.told if each.kind == Kind.SHIPPED):
            which = next(name for name, pile in self.piles.items() if statement.number in pile.shipments)
            pile, so_far = self.piles[which], 0
            for number, pieces in pile.shipments.items():
                so_far += pieces
                if number == statement.number:
                    break
            over = any(finding.check == Check.QUANTITY for finding in thread.judged[statement.id])
            assert over == (so_far > pile.ordered)

    @invariant()
    def states_are_those_of_the_table_and_say_what_is_there(self):
        thread = fold(self.told)
        reachable = {row.to for row in LINE_LIFE.rows}
        for which, pile in self.piles.items():
            state = thread.lines[which].state
            assert state in reachable
            if pile.cancelled:
                assert state == S.CANCELLED or pile.billed
            if pile.held:
                assert state in (S.ON_HOLD, S.DISPUTED)
            if state == S.MATCHED:
                assert sum(pile.receipts.values()) >= pile.ordered - pile.rejected
                assert sum(pieces for pieces, _price in pile.billed.values()) <= sum(pile.receipts.values())
        assert thread.state == order_state(each.state for each in thread.lines.values())

    @invariant()
    def the_order_of_arrival_plays_no_part(self):
        """What is said about goods and money may come before anything else; who commits to what keeps its order."""
        late = [
            each
            for each in self.told
            if each.kind not in (Kind.SHIPPED, Kind.RECEIVED, Kind.INVOICED, Kind.HELD, Kind.RELEASED)
        ]
        early = [each for each in self.told if each not in late]
        before = {each.id: each.came_at for each in self.told}
        plain = fold(self.told)
        for hours, each in enumerate([*early, *late]):
            each.came_at = START + timedelta(hours=hours)
        other = fold(self.told)
        for each in self.told:
            each.came_at = before[each.id]
        assert {name: each.state for name, each in other.lines.items()} == {
            name: each.state for name, each in plain.lines.items()
        }
        assert all(other.verdict(each.id) == plain.verdict(each.id) for each in self.told)


TestOrderThread = OrderThread.TestCase
TestOrderThread.settings = settings(
    max_examples=2000 if os.environ.get("GATEWAY_PROOF") else 40, stateful_step_count=25, deadline=None
)
