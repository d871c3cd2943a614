"""A compiled profile beside Python written by hand, on the same 850 of 100 lines, in both directions.

    .venv/bin/python -m bench.mapping [--rounds N]

Both read the same judged tree into the same canonical message and write it as the same segments; that is checked before
anything is measured. CPU time of one document: the best of five turns, taken by turns so that both meet the same machine.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

from bench.by_hand import OrderByHand
from bench.machine import machine
from gateway.canonical.purchase_order import PurchaseOrder
from gateway.configuration import Files, profile_library
from gateway.server import settle_memory
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import validate

LINES = 100
TARGET = 2.0
TURNS = 5

HEAD = """BEG*00*SA*PO-2026-0457**20261102
CUR*BY*USD
REF*DP*042*Pumps and valves
REF*CT*K-88
PER*BD*Dana Whitfield*TE*555-0142*EM*dana@buyer.example
FOB*PP
ITD*01*3*2**10**30
DTM*002*20261205
N9*L1*GENERAL
MSG*Deliver to gate 4 between 8 and 12.
MSG*Call the night desk when later.
N1*BY*Buyer Works Ltd.*92*B-001
N3*400 Mill Road
N4*Duluth*MN*55802*US
N1*ST*North Plant*9*0719883430042
N3*1 Quay*Gate 4
N4*Duluth*MN*55805*US
N1*SE*Supplier Inc.*1*071988343"""


def order() -> bytes:
    """Make an 850 of 100 lines, as a buyer's system would send it."""
    lines = []
    for number in range(1, LINES + 1):
        ids = f"BP*B-{1000 + number}*VP*V-{number}*UP*0614141{number:05d}"
        lines.append(f"PO1*{number}*{number * 4}*EA*{number}.25*PE*{ids}")
        lines.append(f"PID*F****Part number {number} of a series")
        lines.append(f"REF*DG*D-{number}")
        lines.append("DTM*002*20261205")
        lines.append(f"SCH*{number * 3}*EA***002*20261205")
        lines.append(f"SCH*{number}*EA***002*20261219")
    segments = [*HEAD.splitlines(), *lines, f"CTT*{LINES}"]
    head = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'BUYER':<15}*ZZ*{'SELLER':<15}*261121*0800*U*00401*000000001*0*P*>~"
    return (
        f"{head}GS*PO*BUYER*SELLER*20261121*0800*1*X*004010~ST*850*0001~{'~'.join(segments)}~SE*{len(segments) + 2}*0001~"
        "GE*1*1~IEA*1*000000001~"
    ).encode()


def cost(work: Callable[[], Any], rounds: int) -> float:
    """Return the CPU microseconds of one call."""
    begun = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - begun) / rounds * 1e6


def bare(segments: Any) -> list[list[str]]:
    """Return segments without the empty elements at their ends, which the X12 writer leaves out."""
    found = []
    for segment in segments:
        values = list(segment)
        while not values[-1]:
            values.pop()
        found.append(values)
    return found


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    transaction = next(part for part in read(order()) if isinstance(part, TransactionSet))
    judgment = validate(transaction)
    tree = judgment.tree
    assert judgment.accepted and tree is not None, judgment.faults
    mapping = profile_library(Files()).mapping("base/850")
    by_hand = OrderByHand({name: dict(table) for name, table in mapping.profile.tables.items()})

    message, _notes = mapping.to_canonical(tree, ">")
    assert isinstance(message, PurchaseOrder)
    assert message == by_hand.read(tree)
    assert mapping.read(tree, ">") == by_hand.read_as_dict(tree)
    sent = transaction.segments[1:-1]
    assert bare(mapping.from_canonical(message)) == bare(by_hand.write(message)) == bare(sent)

    settle_memory()  # As the gateway does when it has started: what stays is not looked at again by the garbage collector.
    rows = {
        "read: tree to message": (lambda: mapping.to_canonical(tree, ">"), lambda: by_hand.read(tree)),
        "read: tree to dict only": (lambda: mapping.read(tree, ">"), lambda: by_hand.read_as_dict(tree)),
        "write: message to segments": (lambda: mapping.from_canonical(message), lambda: by_hand.write(message)),
    }
    print(f"850 of {LINES} lines, {len(transaction.segments)} segments; {machine()}")
    print(f"{'CPU per document':<30}{'profile':>12}{'by hand':>12}{'ratio':>8}")
    worst = 0.0
    for title, (ours, theirs) in rows.items():
        turns = [(cost(ours, rounds), cost(theirs, rounds)) for _ in range(TURNS)]
        profile, hand = (min(column) for column in zip(*turns, strict=True))
        worst = max(worst, profile / hand)
        print(f"{title:<30}{profile:>9.0f} us{hand:>9.0f} us{profile / hand:>8.2f}")
    print(f"worst ratio {worst:.2f}, target at most {TARGET:.0f}: {'met' if worst <= TARGET else 'missed'}")


if __name__ == "__main__":
    main()
