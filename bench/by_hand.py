"""The yardstick of `bench.mapping`: what a programmer would write by hand for one partner's 850, in both directions.

It knows what this partner's documents hold and nothing else: no loader, no checks, no lines to name when a value is wrong. It
works on the same tree and makes the same canonical message. Code tables are plain dicts of the same rows.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from gateway.canonical.lines import ScheduleLine
from gateway.canonical.parties import Contact, Party
from gateway.canonical.purchase_order import PurchaseOrder, PurchaseOrderLine
from gateway.canonical.values import Description, Identifier, Moment, Reference

Segment = list[str]
Node = dict[str, list[Any]]
Table = dict[str, str]


def at(segment: Segment, number: int) -> str:
    return segment[number] if len(segment) > number else ""


def iso(value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:]}"


def ccyymmdd(day: date) -> str:
    return day.isoformat().replace("-", "")


def plain(number: Decimal) -> str:
    return f"{number:f}"


class OrderByHand:
    """One partner's 850 as a purchase order, and back."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self.words = tables
        self.codes = {name: {word: code for code, word in reversed(rows.items())} for name, rows in tables.items()}

    # Reading

    def read(self, tree: Node) -> PurchaseOrder:
        return PurchaseOrder.model_validate(self.read_as_dict(tree))

    def read_as_dict(self, tree: Node) -> dict[str, Any]:
        beg = tree["BEG"][0]
        order: dict[str, Any] = {
            "purpose": self.word("purpose", beg[1]),
            "order_type": self.word("order_type", beg[2]),
            "order_number": beg[3],
            "ordered_on": iso(beg[5]),
        }
        if "CUR" in tree:
            cur = tree["CUR"][0]
            order["currency"] = {"role": self.word("party_role", cur[1]), "currency": cur[2]}
        if "REF" in tree:
            order["references"] = [self.reference(ref) for ref in tree["REF"]]
        if "PER" in tree:
            order["contacts"] = [self.contact(per) for per in tree["PER"]]
        if "FOB" in tree:
            order["freight_terms"] = [{"payment": self.word("freight_payment", fob[1])} for fob in tree["FOB"]]
        if "ITD" in tree:
            order["terms"] = [self.terms(itd) for itd in tree["ITD"]]
        if "DTM" in tree:
            order["dates"] = [self.moment(dtm) for dtm in tree["DTM"]]
        if "N9" in tree:
            order["notes"] = [self.note(node) for node in tree["N9"]]
        if "N1" in tree:
            order["parties"] = [self.party(node) for node in tree["N1"]]
        order["lines"] = [self.line(node) for node in tree["PO1"]]
        return order

    def word(self, table: str, code: str) -> str:
        return self.words[table].get(code, code)

    def reference(self, ref: Segment) -> dict[str, str]:
        found = {"kind": self.word("reference", ref[1])}
        if at(ref, 2):
            found["value"] = ref[2]
        if at(ref, 3):
            found["description"] = ref[3]
        return found

    def moment(self, dtm: Segment) -> dict[str, str]:
        return {"kind": self.word("date_kind", dtm[1]), "date": iso(dtm[2])}

    def contact(self, per: Segment) -> dict[str, Any]:
        found: dict[str, Any] = {"function": self.word("contact_function", per[1]), "name": per[2]}
        if len(per) > 3:
            found["numbers"] = self.pairs(per, 3, "contact_number")
        return found

    def terms(self, itd: Segment) -> dict[str, Any]:
        return {
            "type": self.word("terms_type", itd[1]),
            "basis": self.word("terms_basis", itd[2]),
            "discount_percent": itd[3],
            "discount_days": itd[5],
            "net_days": itd[7],
        }

    def note(self, node: Node) -> dict[str, Any]:
        n9 = node["N9"][0]
        return {"kind": self.word("reference", n9[1]), "value": n9[2], "text": [msg[1] for msg in node["MSG"]]}

    def party(self, node: Node) -> dict[str, Any]:
        n1 = node["N1"][0]
        found: dict[str, Any] = {"role": self.word("party_role", n1[1]), "name": n1[2]}
        if len(n1) > 4:
            found["ids"] = self.pairs(n1, 3, "id_kind")
        if "N3" in node:
            n4 = node["N4"][0]
            found["address"] = {
                "lines": [value for n3 in node["N3"] for value in n3[1:] if value],
                "city": n4[1],
                "region": n4[2],
                "postal_code": n4[3],
                "country": n4[4],
            }
        return found

    def line(self, node: Node) -> dict[str, Any]:
        po1 = node["PO1"][0]
        line: dict[str, Any] = {
            "number": po1[1],
            "quantity": {"value": po1[2], "unit": self.word("unit", po1[3])},
            "unit_price": {"amount": po1[4], "basis": self.word("price_basis", po1[5])},
            "item_ids": self.pairs(po1, 6, "item_id"),
        }
        if "PID" in node:
            line["descriptions"] = [self.description(below["PID"][0]) for below in node["PID"]]
        if "REF" in node:
            line["references"] = [self.reference(ref) for ref in node["REF"]]
        if "DTM" in node:
            line["dates"] = [self.moment(dtm) for dtm in node["DTM"]]
        if "SCH" in node:
            line["schedules"] = [self.schedule(below["SCH"][0]) for below in node["SCH"]]
        return line

    def description(self, pid: Segment) -> dict[str, str]:
        return {"form": self.word("description_form", pid[1]), "text": pid[5]}

    def schedule(self, sch: Segment) -> dict[str, str]:
        return {
            "quantity": sch[1],
            "unit": self.word("unit", sch[2]),
            "date_kind": self.word("date_kind", sch[5]),
            "date": iso(sch[6]),
        }

    def pairs(self, segment: Segment, first: int, table: str) -> list[dict[str, str]]:
        words = self.words[table]
        return [
            {"kind": words.get(segment[number], segment[number]), "value": segment[number + 1]}
            for number in range(first, len(segment) - 1, 2)
            if segment[number + 1]
        ]

    # Writing

    def write(self, order: PurchaseOrder) -> list[Segment]:
        assert order.ordered_on is not None
        head = ["BEG", self.code("purpose", order.purpose), self.code("order_type", order.order_type)]
        out = [[*head, order.order_number, "", ccyymmdd(order.ordered_on)]]
        if order.currency is not None:
            out.append(["CUR", self.code("party_role", order.currency.role), order.currency.currency])
        out += [self.write_reference(reference) for reference in order.references]
        out += [self.write_contact(contact) for contact in order.contacts]
        out += [["FOB", self.code("freight_payment", terms.payment)] for terms in order.freight_terms]
        for terms in order.terms:
            assert terms.discount_percent is not None
            kind, basis = self.code("terms_type", terms.type), self.code("terms_basis", terms.basis)
            days = ["", str(terms.discount_days), "", str(terms.net_days)]
            out.append(["ITD", kind, basis, plain(terms.discount_percent), *days])
        out += [self.write_moment(moment) for moment in order.dates]
        for note in order.notes:
            out.append(["N9", self.code("reference", note.kind), note.value or ""])
            out += [["MSG", text] for text in note.text]
        for party in order.parties:
            self.write_party(party, out)
        for line in order.lines:
            self.write_line(line, out)
        out.append(["CTT", str(len(order.lines))])
        return out

    def code(self, table: str, word: str | None) -> str:
        return self.codes[table].get(word, word) if word else ""

    def write_reference(self, reference: Reference) -> Segment:
        return ["REF", self.code("reference", reference.kind), reference.value or "", reference.description or ""]

    def write_moment(self, moment: Moment) -> Segment:
        return ["DTM", self.code("date_kind", moment.kind), ccyymmdd(moment.date) if moment.date else ""]

    def write_contact(self, contact: Contact) -> Segment:
        head = ["PER", self.code("contact_function", contact.function), contact.name or ""]
        return [*head, *self.write_pairs(contact.numbers, "contact_number")]

    def write_pairs(self, pairs: tuple[Identifier, ...], table: str) -> list[str]:
        return [text for pair in pairs for text in (self.code(table, pair.kind), pair.value)]

    def write_party(self, party: Party, out: list[Segment]) -> None:
        n1 = ["N1", self.code("party_role", party.role), party.name or ""]
        out.append([*n1, *self.write_pairs(party.ids, "id_kind")])
        address = party.address
        if address is not None:
            out += [["N3", *address.lines[first : first + 2]] for first in range(0, len(address.lines), 2)]
            out.append(
                ["N4", address.city or "", address.region or "", address.postal_code or "", address.country or ""]
            )

    def write_line(self, line: PurchaseOrderLine, out: list[Segment]) -> None:
        quantity, price = line.quantity, line.unit_price
        assert quantity is not None and price is not None and price.amount is not None
        po1 = ["PO1", line.number or "", plain(quantity.value), self.code("unit", quantity.unit), plain(price.amount)]
        out.append([*po1, self.code("price_basis", price.basis), *self.write_pairs(line.item_ids, "item_id")])
        out += [self.write_description(description) for description in line.descriptions]
        out += [self.write_reference(reference) for reference in line.references]
        out += [self.write_moment(moment) for moment in line.dates]
        out += [self.write_schedule(schedule) for schedule in line.schedules]

    def write_description(self, description: Description) -> Segment:
        return ["PID", self.code("description_form", description.form), "", "", "", description.text or ""]

    def write_schedule(self, schedule: ScheduleLine) -> Segment:
        assert schedule.quantity is not None and schedule.date is not None
        head = ["SCH", plain(schedule.quantity), self.code("unit", schedule.unit), "", ""]
        return [*head, self.code("date_kind", schedule.date_kind), ccyymmdd(schedule.date)]
