"""Writes files of 850 or 856 of any size: the same document again and again, each with numbers of its own."""

from collections.abc import Iterator
from pathlib import Path

from bench.mapping import HEAD

LINES = 20
SETS = 500  # In an interchange: whoever judges keeps a verdict on each until its end.
GROUP_IDS = {"850": "PO", "856": "SH"}


def order(number: int) -> list[str]:
    """Return an 850 of 20 lines."""
    lines = [f"BEG*00*SA*PO-{number:08d}**20261102", *HEAD.splitlines()[1:]]
    for line in range(1, LINES + 1):
        ids = f"BP*B-{1000 + line}*VP*V-{line}*UP*0614141{line:05d}"
        lines += [
            f"PO1*{line}*{line * 4 + number % 7}*EA*{line}.{number % 90 + 10}*PE*{ids}",
            f"PID*F****Part number {line} of a series",
            "DTM*002*20261205",
            f"SCH*{line * 3}*EA***002*20261205",
        ]
    return [*lines, f"CTT*{LINES}"]


def shipment(number: int) -> list[str]:
    """Return an 856: a shipment, an order, five packs of four items."""
    lines = [
        f"BSN*00*SHP{number:08d}*20261121*0915*0001",
        "HL*1**S*1",
        "TD1*CTN25*5****G*120*LB",
        "TD5*B*2*UPSN*M",
        f"REF*BM*BOL{number}",
        "DTM*011*20261121*0915",
        "N1*ST*North Plant*92*0042",
        "N1*SF*Supplier Inc.*92*77",
        "HL*2*1*O*1",
        f"PRF*PO-{number:08d}",
    ]
    level = 2
    for pack in range(1, 6):
        level += 1
        above = level
        lines += [f"HL*{level}*2*P*1", f"MAN*GM*00006141{number % 10**8:08d}{pack:04d}"]
        for line in range(1, 5):
            level += 1
            lines += [
                f"HL*{level}*{above}*I*0",
                f"LIN*{line}*BP*B-{1000 + line}*VP*V-{line}",
                f"SN1*{line}*{line * 4 + number % 7}*EA",
                f"PID*F****Part number {line} of a series",
            ]
    return [*lines, f"CTT*{level}"]


def interchange(set_id: str, number: int, room: int, bad_each: int) -> Iterator[str]:
    """Yield one interchange of as many sets as there is room for; every ``bad_each``-th has a code that nobody knows."""
    yield (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'BUYER':<15}*ZZ*{'SELLER':<15}*261121*0800*U*00401*{number:09d}*0*P*>~"
        f"GS*{GROUP_IDS[set_id]}*BUYER*SELLER*20261121*0800*{number}*X*004010~"
    )
    made = {"850": order, "856": shipment}[set_id]
    size = sets = 0
    while sets < SETS and size < room:
        sets += 1
        segments = made(number * SETS + sets)
        if bad_each and sets % bad_each == 0:
            segments[2] = segments[2].replace("REF*DP", "REF*??").replace("TD1*CTN25*5****G", "TD1*CTN25*5****??")
        text = f"ST*{set_id}*{sets:04d}~{'~'.join(segments)}~SE*{len(segments) + 2}*{sets:04d}~"
        size += len(text)
        yield text
    yield f"GE*{sets}*{number}~IEA*1*{number:09d}~"


def write_file(path: Path, set_id: str, size: int, bad_each: int = 0) -> int:
    """Write a file of about ``size`` bytes; return its segments."""
    written = segments = number = 0
    with path.open("w", encoding="ascii") as file:
        while written < size:
            number += 1
            for text in interchange(set_id, number, size - written, bad_each):
                file.write(text)
                written += len(text)
                segments += text.count("~")
    return segments
