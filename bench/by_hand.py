"""The yardstick of `bench.mapping`: what a programmer would write by hand for one partner's 850 and 856.

It reads and writes what the documents of the benchmark hold and nothing else, on the same tree and into the same dicts as the
compiled profiles. Code tables are plain dicts of the same rows.
"""

from __future__ import annotations

from typing import Any

from gateway.x12.hierarchy import CHILDREN

Segment = list[str]
Node = dict[str, list[Any]]


class Codes:
    """Tables of the base profiles, as dicts from code to word and back."""

    def __init__(self, tables: dict[str, dict[str, str]]) -> None:
        for name, rows in tables.items():
            setattr(self, name, rows)
            setattr(self, f"{name}_back", {word: code for code, word in reversed(rows.items())})

    def __getattr__(self, name: str) -> dict[str, str]:
        raise AttributeError(name)


def date(value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:]}"


def pairs(segment: Segment, first: int, table: dict[str, str]) -> list[dict[str, str]]:
    found = []
    for at in range(first, len(segment) - 1, 2):
        if segment[at + 1]:
            found.append({"kind": table.get(segment[at], segment[at]), "value": segment[at + 1]})
    return found


def put(target: dict[str, Any], segment: Segment, *names: str) -> dict[str, Any]:
    """Put elements 01, 02, ... under ``names``, where present; an empty name skips one."""
    for name, value in zip(names, segment[1:], strict=False):
        if value and name:
            target[name] = value
    return target


def recode(target: dict[str, Any], name: str, table: dict[str, str]) -> None:
    if name in target:
        target[name] = table.get(target[name], target[name])


class Reader:
    """Trees in, dicts out."""

    def __init__(self, codes: Codes) -> None:
        self.codes = codes

    def read_850(self, tree: Node) -> dict[str, Any]:
        codes = self.codes
        beg = tree["BEG"][0]
        order: dict[str, Any] = {
            "purpose": codes.purpose.get(beg[1], beg[1]),
            "order_type": codes.order_type.get(beg[2], beg[2]),
            "order_number": beg[3],
            "ordered_on": date(beg[5]),
        }
        if "CUR" in tree:
            cur = tree["CUR"][0]
            order["currency"] = {"role": codes.party_role.get(cur[1], cur[1]), "currency": cur[2]}
        self.references(tree, order)
        if "PER" in tree:
            order["contacts"] = [self.contact(per) for per in tree["PER"]]
        if "FOB" in tree:
            order["freight_terms"] = [
                {"payment": codes.freight_payment.get(fob[1], fob[1])} for fob in tree["FOB"]
            ]
        if "ITD" in tree:
            order["terms"] = [self.terms(itd) for itd in tree["ITD"]]
        self.dates(tree, order)
        if "TD5" in tree:
            order["routings"] = [self.routing(td5) for td5 in tree["TD5"]]
        if "N9" in tree:
            order["notes"] = [self.note(node) for node in tree["N9"]]
        self.parties(tree, order)
        if "PO1" in tree:
            order["lines"] = [self.order_line(node) for node in tree["PO1"]]
        return order

    def order_line(self, node: Node) -> dict[str, Any]:
        codes = self.codes
        po1 = node["PO1"][0]
        line: dict[str, Any] = {
            "number": po1[1],
            "quantity": {"value": po1[2], "unit": codes.unit.get(po1[3], po1[3])},
        }
        if po1[4]:
            line["unit_price"] = price = {"amount": po1[4]}
            if po1[5]:
                price["basis"] = codes.price_basis.get(po1[5], po1[5])
        line["item_ids"] = pairs(po1, 6, codes.item_id)
        if "PID" in node:
            line["descriptions"] = [self.description(below["PID"][0]) for below in node["PID"]]
        self.references(node, line)
        self.dates(node, line)
        if "SCH" in node:
            line["schedules"] = [self.schedule(below["SCH"][0]) for below in node["SCH"]]
        return line

    def schedule(self, sch: Segment) -> dict[str, Any]:
        return {
            "quantity": sch[1],
            "unit": self.codes.unit.get(sch[2], sch[2]),
            "date_kind": self.codes.date_kind.get(sch[5], sch[5]),
            "date": date(sch[6]),
        }

    def description(self, pid: Segment) -> dict[str, Any]:
        found = put({}, pid, "form", "characteristic", "agency", "code", "text")
        recode(found, "form", self.codes.description_form)
        return found

    def references(self, node: Node, target: dict[str, Any]) -> None:
        if "REF" in node:
            table = self.codes.reference
            target["references"] = found = []
            for ref in node["REF"]:
                row = put({}, ref, "kind", "value", "description")
                recode(row, "kind", table)
                found.append(row)

    def dates(self, node: Node, target: dict[str, Any]) -> None:
        if "DTM" in node:
            table = self.codes.date_kind
            target["dates"] = [{"kind": table.get(dtm[1], dtm[1]), "date": date(dtm[2])} for dtm in node["DTM"]]

    def contact(self, per: Segment) -> dict[str, Any]:
        found = put({}, per, "function", "name")
        recode(found, "function", self.codes.contact_function)
        if len(per) > 3:
            found["numbers"] = pairs(per, 3, self.codes.contact_number)
        return found

    def terms(self, itd: Segment) -> dict[str, Any]:
        found = put({}, itd, "type", "basis", "discount_percent", "", "discount_days", "", "net_days")
        recode(found, "type", self.codes.terms_type)
        recode(found, "basis", self.codes.terms_basis)
        return found

    def routing(self, td5: Segment) -> dict[str, Any]:
        found = put({}, td5, "sequence", "", "", "mode", "text")
        recode(found, "sequence", self.codes.route_sequence)
        recode(found, "mode", self.codes.transport_mode)
        if len(td5) > 3:
            found["carrier"] = {"kind": self.codes.id_kind.get(td5[2], td5[2]), "value": td5[3]}
        return found

    def note(self, node: Node) -> dict[str, Any]:
        found = put({}, node["N9"][0], "kind", "value")
        recode(found, "kind", self.codes.reference)
        if "MSG" in node:
            found["text"] = [msg[1] for msg in node["MSG"]]
        return found

    def parties(self, node: Node, target: dict[str, Any]) -> None:
        if "N1" in node:
            target["parties"] = [self.party(below) for below in node["N1"]]

    def party(self, node: Node) -> dict[str, Any]:
        n1 = node["N1"][0]
        found = put({}, n1, "role", "name")
        recode(found, "role", self.codes.party_role)
        if len(n1) > 4:
            found["ids"] = [{"kind": self.codes.id_kind.get(n1[3], n1[3]), "value": n1[4]}]
        address: dict[str, Any] = {}
        if "N3" in node:
            address["lines"] = [value for n3 in node["N3"] for value in n3[1:] if value]
        if "N4" in node:
            put(address, node["N4"][0], "city", "region", "postal_code", "country")
        if address:
            found["address"] = address
        return found

    def read_856(self, tree: Node) -> dict[str, Any]:
        bsn = tree["BSN"][0]
        notice: dict[str, Any] = {
            "purpose": self.codes.purpose.get(bsn[1], bsn[1]),
            "shipment_number": bsn[2],
            "shipped_on": date(bsn[3]),
            "shipped_at": f"{bsn[4][:2]}:{bsn[4][2:4]}",
            "structure": bsn[5],
        }
        self.levels(tree.get("HL", ()), notice)
        return notice

    def levels(self, nodes: Any, target: dict[str, Any]) -> None:
        for node in nodes:
            level: dict[str, Any] = {}
            code = node["HL"][0][3]
            if code == "I":
                self.item(node, level)
            elif code == "O":
                prf = node["PRF"][0]
                level["order_number"] = prf[1]
                if len(prf) > 4:
                    level["ordered_on"] = date(prf[4])
                self.references(node, level)
            elif code == "S":
                self.shipment(node, level)
            else:
                level["kind"] = self.codes.package_kind.get(code, code)
                level["marks"] = [
                    {"kind": self.codes.mark_kind.get(man[1], man[1]), "value": man[2]} for man in node["MAN"]
                ]
            if CHILDREN in node:
                self.levels(node[CHILDREN], level)
            name = {"I": "items", "O": "orders", "S": "shipments"}.get(code, "packages")
            target.setdefault(name, []).append(level)

    def item(self, node: Node, level: dict[str, Any]) -> None:
        codes = self.codes
        lin, sn1 = node["LIN"][0], node["SN1"][0]
        if lin[1]:
            level["number"] = lin[1]
        level["item_ids"] = pairs(lin, 2, codes.item_id)
        level["shipped"] = {"value": sn1[2], "unit": codes.unit.get(sn1[3], sn1[3])}
        if "PID" in node:
            level["descriptions"] = [self.description(pid) for pid in node["PID"]]

    def shipment(self, node: Node, level: dict[str, Any]) -> None:
        codes = self.codes
        level["packages_counted"] = []
        for td1 in node.get("TD1", ()):
            row = put({}, td1, "packaging", "quantity", "", "", "", "weight_kind", "weight", "weight_unit")
            recode(row, "weight_kind", codes.weight_kind)
            recode(row, "weight_unit", codes.unit)
            level["packages_counted"].append(row)
        if "TD5" in node:
            level["routings"] = [self.routing(td5) for td5 in node["TD5"]]
        if "TD3" in node:
            level["equipment"] = [put({}, td3, "type", "initials", "number") for td3 in node["TD3"]]
        self.references(node, level)
        self.dates(node, level)
        if "FOB" in node:
            fob = node["FOB"][0]
            level["freight_terms"] = {"payment": codes.freight_payment.get(fob[1], fob[1])}
        self.parties(node, level)
