"""A simulated supplier with an EDI desk of its own: it knows nothing of the gateway but its AS2 door.

    python -m gateway.demo.supplier GATEWAY KEYS       prints its address; KEYS is a folder with its key and both certificates

It takes in what comes over AS2, answers each 830 with a 997 and each 850 with a 997, an 855, an 856 and an 810, and takes
acknowledgments in. Its X12 is put together by hand, as a small supplier's script would do it.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.demo.as2_desk import AS2Desk, Pair

US, THEM = "DEMOSUPPLIER", "DEMOBUYER"


class Desk:
    """The supplier's EDI desk."""

    def __init__(self) -> None:
        self._number = 0

    def answers(self, text: str) -> list[str]:
        """Return what answers an interchange: nothing, unless it is a forecast or an order."""
        if "~ST*850*" in text:
            return [self._accepted(text, "850"), *self._answers(text)]
        return [self._accepted(text, "830")] if "~ST*830*" in text else []

    def _accepted(self, text: str, set_id: str) -> str:
        """Write the 997 for the only group of an interchange, which holds one set."""
        first = {segment[0]: segment for segment in (each.split("*") for each in text.split("~"))}
        group, control = first["GS"], first["ST"][2]
        body = [f"AK1*{group[1]}*{group[6]}", f"AK2*{set_id}*{control}", "AK5*A", "AK9*A*1*1*1"]
        return self._interchange("FA", "997", body)

    def _answers(self, text: str) -> list[str]:
        """Read an 850 as far as needed, and write what the business answers to it."""
        segments = [segment.split("*") for segment in text.split("~")]
        first = {segment[0]: segment for segment in reversed(segments)}
        order = first["BEG"][3]
        lines = [segment for segment in segments if segment[0] == "PO1"]
        today = f"{datetime.now(UTC):%Y%m%d}"
        promised = [f"BAK*00*AD*{order}*{today}****SO-{order}*{today}", f"N1*SE*Demo Supplier*92*{US}"]
        shipped = [
            f"BSN*00*ASN-{order}*{today}*0915*0001",
            "HL*1**S*1",
            "TD1*CTN*1****G*18.5*LB",
            "TD5*B*2*RDWY*M*Roadway",
            f"REF*BM*BOL-{order}",
            f"DTM*011*{today}",
            f"HL*2*1*O*1~PRF*{order}",
            "HL*3*2*P*1~MAN*GM*00006141410000000018",
        ]
        billed = [f"BIG*{today}*INV-{order}*{today}*{order}", f"N1*RE*Demo Supplier*92*{US}", "ITD*01*3*2**10**30"]
        total = 0
        for number, line in enumerate(lines, start=1):
            quantity, unit, price, ids = line[2], line[3], line[4], "*".join(line[6:])
            promised += [f"PO1*{line[1]}*{quantity}*{unit}*{price}*PE*{ids}", f"ACK*IA*{quantity}*{unit}*068*{today}"]
            shipped.append(f"HL*{number + 3}*3*I*0~LIN*{line[1]}*{ids}~SN1*{line[1]}*{quantity}*{unit}")
            billed.append(f"IT1*{line[1]}*{quantity}*{unit}*{price}*PE*{ids}")
            total += round(float(quantity) * float(price) * 100)
        promised.append(f"CTT*{len(lines)}")
        shipped.append(f"CTT*{len(lines) + 3}")
        billed += [f"TDS*{total}", f"CTT*{len(lines)}"]
        return [
            self._interchange("PR", "855", promised),
            self._interchange("SH", "856", shipped),
            self._interchange("IN", "810", billed),
        ]

    def _interchange(self, group: str, set_id: str, body: list[str]) -> str:
        self._number += 1
        number, now = self._number, datetime.now(UTC)
        segments = "~".join(body).split("~")
        return (
            f"ISA*00*{'':10}*00*{'':10}*ZZ*{US:<15}*ZZ*{THEM:<15}*{now:%y%m%d}*{now:%H%M}*U*00401*{number:09d}*0*P*>~"
            f"GS*{group}*{US}*{THEM}*{now:%Y%m%d}*{now:%H%M}*{number}*X*004010~"
            f"ST*{set_id}*0001~{'~'.join(segments)}~SE*{len(segments) + 2}*0001~"
            f"GE*1*{number}~IEA*1*{number:09d}~"
        )


if __name__ == "__main__":
    asyncio.run(AS2Desk(sys.argv[1], Pair.read(Path(sys.argv[2])), Desk().answers).run())
