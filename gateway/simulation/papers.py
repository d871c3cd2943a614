"""What suppliers write, put together by hand as a small supplier's script would do it, and what our own ERP and warehouse say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gateway.simulation.plan import PlannedLine, PlannedOrder
from gateway.simulation.scenarios import Move

BUYER = "SIMBUYER"
GROUPS = {"997": "FA", "855": "PR", "856": "SH", "810": "IN", "812": "CD", "865": "CA"}
SETS = {"understand": "997", "acknowledge": "855", "ship": "856", "bill": "810", "credit": "812", "answer": "865"}


def interchange(supplier: str, set_id: str, number: int, bodies: Sequence[list[str]]) -> bytes:
    """Put sets into an interchange. Its dates are those of the plan, so that it is the same at each run."""
    sets = [
        f"ST*{set_id}*{place:04d}~" + "~".join(body) + f"~SE*{len(body) + 2}*{place:04d}~"
        for place, body in enumerate(bodies, start=1)
    ]
    sender = supplier.upper()
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:<15}*ZZ*{BUYER:<15}*261121*0900*U*00401*{number:09d}*0*P*>~"
        f"GS*{GROUPS[set_id]}*{sender}*{BUYER}*20261121*0900*{number}*X*004010~"
        f"{''.join(sets)}GE*{len(sets)}*{number}~IEA*1*{number:09d}~"
    ).encode()


def body_of(order: PlannedOrder, move: Move, group: str = "") -> list[str]:
    """Return the segments of what a supplier sends."""
    if move.what == "understand":
        return [f"AK1*PO*{group}", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"]
    return _WRITERS[move.what](order, move)


def _acknowledge(order: PlannedOrder, move: Move) -> list[str]:
    status, unit = move.said.get("status", "IA"), move.said.get("unit", "EA")
    day = order.wanted_on + timedelta(days=int(move.said.get("days", 0)))
    segments = [f"BAK*00*AC*{order.number}*20261121"]
    for line in order.lines:
        quantity = plain(line.quantity * move.factor("quantity"))
        segments += [
            f"PO1*{line.number}*{quantity}*{unit}*{plain(line.price)}*PE*BP*{line.item}",
            f"ACK*{status}*{quantity}*{unit}*068*{day:%Y%m%d}",
        ]
    return [*segments, f"CTT*{len(order.lines)}"]


def _answer(order: PlannedOrder, move: Move) -> list[str]:
    segments = [f"BCA*00*AT*{order.number}**1*20261121"]
    for line in order.lines:
        quantity = plain(line.quantity * move.factor("quantity"))
        segments += [
            f"POC*{line.number}*CA*{quantity}*{quantity}*EA*{plain(line.price)}*PE*BP*{line.item}",
            f"ACK*IA*{quantity}*EA",
        ]
    return [*segments, f"CTT*{len(order.lines)}"]


def _ship(order: PlannedOrder, move: Move) -> list[str]:
    segments = [
        f"BSN*00*{paper_number(order, move)}*20261121*0915*0001",
        "HL*1**S*1",
        f"HL*2*1*O*1~PRF*{order.number}",
    ]
    stranger = move.said.get("item")
    for place, line in enumerate(order.lines, start=3):
        item = f"{stranger}-{line.item}" if stranger else line.item
        number = "" if stranger else line.number
        quantity = plain(line.quantity * move.factor("quantity"))
        segments.append(f"HL*{place}*2*I*0~LIN*{number}*BP*{item}~SN1**{quantity}*EA")
    return "~".join([*segments, f"CTT*{len(order.lines) + 2}"]).split("~")


def _bill(order: PlannedOrder, move: Move) -> list[str]:
    segments = [f"BIG*20261121*{paper_number(order, move)}**{order.number}"]
    total = Decimal(0)
    for line in order.lines:
        quantity, price = line.quantity * move.factor("quantity"), line.price * move.factor("price")
        segments.append(f"IT1*{line.number}*{plain(quantity)}*EA*{plain(price)}*PE*BP*{line.item}")
        total += quantity * price
    return [*segments, f"TDS*{cents(total)}", f"CTT*{len(order.lines)}"]


def _credit(order: PlannedOrder, move: Move) -> list[str]:
    amount = sum((line.quantity * line.price * move.factor("price") for line in order.lines), Decimal(0))
    return [
        f"BCD*20261121*{paper_number(order, move)}*I*{cents(amount)}*C*20261121*I{order.index}-1***{order.number}",
        "N1*SE*Simulated Supplier",
        f"CDD*01*C*1*{cents(amount)}",
    ]


_WRITERS = {"acknowledge": _acknowledge, "answer": _answer, "ship": _ship, "bill": _bill, "credit": _credit}
_LETTERS = {"ship": "S", "bill": "I", "credit": "C", "receive": "R", "hold": "H", "release": "L"}


def paper_number(order: PlannedOrder, move: Move) -> str:
    """Return the number of a paper in the books of its sender."""
    return f"{_LETTERS[move.what]}{order.index}-{move.said.get('n', 1)}"


def order_message(order: PlannedOrder, move: Move) -> dict[str, Any]:
    """Return what the ERP says: an order, a change of it, or that it is taken back."""
    if move.what == "change":
        lines = [_changed(line, move) for line in order.lines]
        return _message("order_change", order, {"change_sequence": "1", "ordered_on": "2026-11-21", "lines": lines})
    purpose = "cancellation" if move.what == "cancel" else "original"
    dates = [{"kind": "delivery_requested", "date": order.wanted_on.isoformat()}]
    body = {
        "purpose": purpose,
        "ordered_on": "2026-11-21",
        "dates": dates,
        "lines": [_line(each, move) for each in order.lines],
    }
    return _message("purchase_order", order, body)


def _message(kind: str, order: PlannedOrder, body: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "partner": order.partner, "body": {"order_number": order.number, **body}}


def _line(line: PlannedLine, move: Move) -> dict[str, Any]:
    return {
        "number": line.number,
        "quantity": {"value": plain(line.quantity * move.factor("quantity")), "unit": "each"},
        "unit_price": {"amount": plain(line.price)},
        "item_ids": [{"kind": "buyer_part", "value": line.item}],
    }


def _changed(line: PlannedLine, move: Move) -> dict[str, Any]:
    said = _line(line, move)
    return said | {
        "change": "quantity_increased",
        "quantity": said["quantity"] | {"left_to_receive": said["quantity"]["value"]},
    }


def plain(value: Decimal) -> str:
    """Return a figure without zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents(amount: Decimal) -> str:
    """Return an amount as X12 writes it, with two places that are not marked."""
    return str(int((amount * 100).to_integral_value()))
