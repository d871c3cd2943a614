"""Documents for the demonstration: those of strangers where a corpus is at hand, else some that we wrote ourselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import X12Error
from gateway.x12.model import InterchangeStart, TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import validate

WANTED = ("850", "855", "856", "810")


@dataclass(frozen=True, slots=True)
class Stranger:
    """A file of somebody we never met: its name, bytes, who sends it to whom, and which sets are in it."""

    name: str
    data: bytes
    sender: tuple[str, str]
    receiver: tuple[str, str]
    sets: tuple[str, ...]


def strangers(corpus: Path | None) -> tuple[list[Stranger], Stranger]:
    """Return a readable file for each wanted set, and one that must be refused."""
    if corpus is not None and (corpus / "x12").is_dir():
        good = [found for set_id in WANTED if (found := _pick(corpus / "x12" / set_id, faulty=False))]
        bad = _pick(corpus / "x12" / "855", faulty=True) or _pick(corpus / "x12" / "850", faulty=True)
        if len(good) == len(WANTED) and bad is not None:
            return good, bad
    own = [stranger for name, text in _OWN.items() if (stranger := _stranger(name, text.encode())) is not None]
    return own[:-1], own[-1]


def _pick(folder: Path, *, faulty: bool) -> Stranger | None:
    """Return the first file of a folder of which every document is accepted, or (``faulty``) none is."""
    for path in sorted(folder.glob("*")):
        data = path.read_bytes()
        stranger = _stranger(path.name, data)
        if stranger is not None and set(_verdicts(data)) == {not faulty}:
            return stranger
    return None


def _verdicts(data: bytes) -> Iterator[bool]:
    for part in read(data):
        if isinstance(part, TransactionSet):
            yield validate(part).accepted


def _stranger(name: str, data: bytes) -> Stranger | None:
    """Read who sends to whom; None for what has several senders or is no X12."""
    try:
        parts = list(read(data))
    except X12Error:
        return None
    starts = [part for part in parts if isinstance(part, InterchangeStart)]
    if len({(start.sender, start.receiver) for start in starts}) != 1:
        return None
    sets = tuple(dict.fromkeys(part.id for part in parts if isinstance(part, TransactionSet)))
    sender, receiver = starts[0].sender, starts[0].receiver
    if not sender[1].strip() or not receiver[1].strip() or sender == receiver or not set(sets) <= set(WANTED):
        return None
    return Stranger(name, data, sender, receiver, sets)


def _made(group: str, set_id: str, number: int, body: str) -> str:
    segments = [line.strip() for line in body.strip().splitlines()]
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'STRANGER' + set_id:<15}*ZZ*{'DEMOHOUSE':<15}*261121*0800*U*00401*{number:09d}*0*P*>~"
        f"GS*{group}*STRANGER*DEMOHOUSE*20261121*0800*{number}*X*004010~ST*{set_id}*0001~"
        + "~".join(segments)
        + f"~SE*{len(segments) + 2}*0001~GE*1*{number}~IEA*1*{number:09d}~"
    )


_OWN = {
    "own-850.edi": _made(
        "PO",
        "850",
        1,
        """BEG*00*SA*4500017**20261120
        DTM*002*20261205
        N1*ST*North Plant*92*0042
        N3*12 Harbor Road
        N4*Duluth*MN*55802*US
        PO1*1*40*EA*12.75*PE*BP*B-1007*VP*V-88
        PID*F****Bearing housing
        CTT*1""",
    ),
    "own-855.edi": _made(
        "PR",
        "855",
        2,
        """BAK*00*AC*4500018*20261120****SO-77*20261121
        PO1*1*40*EA*12.75*PE*BP*B-1007
        ACK*IB*10*EA*068*20261212
        ACK*IA*30*EA*068*20261205
        CTT*1""",
    ),
    "own-856.edi": _made(
        "SH",
        "856",
        3,
        """BSN*00*SHP-501*20261121*0930*0001
        HL*1**S*1
        TD5*B*2*RDWY*M
        HL*2*1*O*1
        PRF*4500018
        HL*3*2*P*1
        MAN*GM*00006141410000000025
        HL*4*3*I*0
        LIN*1*BP*B-1007
        SN1*1*30*EA
        CTT*4""",
    ),
    "own-810.edi": _made(
        "IN",
        "810",
        4,
        """BIG*20261121*R-9001*20261120*4500018
        N1*RE*Stranger Works*92*77
        IT1*1*30*EA*12.75*PE*BP*B-1007
        TDS*38250
        CTT*1""",
    ),
    "own-broken-855.edi": _made(
        "PR",
        "855",
        5,
        """BAK*00*AC*4500019*20261340
        PO1*1*40*EA*12.75*PE*BP*B-1007
        ACK*XX*40*EA
        CTT*1""",
    ),
}
