"""Whatever an invoice charges too much: the 812 about it debits exactly that, and with it the invoice matches."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.canonical.credit_debit_adjustment import CreditDebitAdjustment
from gateway.pipeline.thread.debiting import debit, debited_lines
from gateway.pipeline.thread.saying.payment import of_adjustment
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.fold import fold
from gateway.tracking.thread.statement import Kind, LineSaid, Statement

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
ITEM = (("buyer_part", "B-1"),)
PRICE, ORDERED = Decimal("12.5"), Decimal(10)
cents = st.integers(0, 500).map(lambda n: Decimal(n) / 100)
prices = st.sampled_from([Decimal("12.5"), Decimal("12.505"), Decimal(13), Decimal("14.333")])
parts = st.lists(st.tuples(st.integers(1, 8), prices), min_size=1, max_size=3)


def say(kind, number, *lines, **head):
    made = [line.to_data() for line in lines]
    return Statement(f"{kind}:{number}", "o", kind, number, "original", AT, AT, "document", number, "t", head, made)


def told():
    def line(**more):
        return LineSaid(line="1", items=ITEM, quantity=ORDERED, unit="each", **more)

    return [
        say(Kind.ORDERED, "PO1", line(price=PRICE)),
        say(Kind.SHIPPED, "S1", line()),
        say(Kind.RECEIVED, "R1", line(reference="S1")),
    ]


def judged(invoice, *credits):
    thread = fold([*told(), invoice, *credits])
    findings = [each.as_dict() for each in thread.judged[invoice.id]]
    line = thread.lines["1"]
    row = OrderLine("o:1", "o", "p", "buyer", "1", line.state, AT, items=[list(each) for each in ITEM], unit="each",
                    ordered=line.ordered, price=line.price)  # fmt: skip
    verdict = thread.verdict(invoice.id).word
    return Match(invoice.id, "o", "p", Kind.INVOICED, "I1", "doc", verdict, AT, AT, findings), row


@given(parts, cents, cents)
@example(
    [(1, Decimal(13)), (5, Decimal(13)), (5, Decimal("12.5"))], Decimal(0), Decimal(0)
)  # One part is taken back whole.
def test_the_debit_of_what_an_invoice_charges_too_much_makes_it_match(parts, charges, wrong):
    lines = [LineSaid(line="1", items=ITEM, quantity=Decimal(n), unit="each", price=price) for n, price in parts]
    due = sum(line.quantity * line.price for line in lines)
    head = {"total": f"{due + charges + wrong:f}"} | ({"charges": f"{charges:f}"} if charges else {})
    invoice = say(Kind.INVOICED, "I1", *lines, **head)
    match, row = judged(invoice)
    debits = debited_lines(match, invoice, [row])
    if match.verdict != "outside":
        assert debits == []
        return
    order = Order("o", "p", "buyer", "PO1", "", "disputed", AT, AT, "t", currency="USD")
    body = CreditDebitAdjustment.model_validate(debit(order, match, debits, "D1", AT.date()))
    assert body.amount == sum(line.amount for line in body.lines)
    owed = min(sum(line.quantity for line in lines), ORDERED) * PRICE
    assert abs(due + charges + wrong - body.amount - owed) <= Decimal("0.01") * (len(debits) + 1)

    [said] = of_adjustment(body)
    said = said.negated()  # We are the buyer.
    credit = say(Kind.ADJUSTED, "D1", *said.lines, **said.head)
    after, row = judged(invoice, credit)
    assert after.verdict != "outside", after.findings
    assert debited_lines(after, invoice, [row]) == []
