"""Documents for these tests, written by hand, and the few lines that every test of the engine needs."""

from gateway.x12.faults import Fault
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.report import FileReport, report
from gateway.x12.validator import Judgment, look_closely, validate

GROUPS = {"832": "SC", "850": "PO", "855": "PR", "856": "SH", "810": "IN", "997": "FA", "999": "FA"}

# One good body a set, a segment a line, without ST and SE.
BODIES = {
    "850": """
        BEG*00*SA*PO-77**20261120
        CUR*BY*USD
        REF*DP*038
        N1*ST*North Plant*92*0042
        N3*1 Mill Road
        N4*Springfield*IL*62701*US
        PO1*1*40*EA*12.75*PE*BP*B-1007*VP*S-9
        PID*F****Hex bolt
        PO1*2*5*CA*3*PE*BP*B-1008
        CTT*2""",
    "855": """
        BAK*00*AD*PO-77*20261121
        PO1*1*40*EA*12.75*PE*BP*B-1007
        ACK*IA*40*EA*068*20261205
        CTT*1""",
    "856": """
        BSN*00*SHP1*20261121*0915*0001
        HL*1**S*1
        TD1*CTN25*4****G*120*LB
        REF*BM*BOL1
        HL*2*1*O*1
        PRF*PO-77
        HL*3*2*P*1
        MAN*GM*00006141410000000018
        HL*4*3*I*0
        LIN*1*BP*B-1007
        SN1*1*40*EA
        CTT*4""",
    "810": """
        BIG*20261121*INV1*20261120*PO-77
        N1*RE*Supplier Inc.*92*77
        IT1*1*40*EA*12.75*PE*BP*B-1007
        TDS*51000
        CTT*1""",
    "997": """
        AK1*PO*1
        AK2*850*0001
        AK3*PO1*5**8
        AK4*3*355*7*XX
        AK5*R*5
        AK9*R*1*1*0""",
}


def isa(
    number: int = 1, *, version: str = "00401", eleventh: str = "U", asks_ta1: str = "0", receiver: str = "ACMEWORKS"
) -> str:
    """One ISA with the delimiters ``* > ~`` and ``eleventh`` in ISA11."""
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SUPPLIER':<15}*ZZ*{receiver:<15}*261121*0800"
        f"*{eleventh}*{version}*{number:09d}*{asks_ta1}*P*>~"
    )


def transaction(set_id: str, body: str, control: str = "0001") -> str:
    """ST, the lines of ``body`` and SE."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    return f"ST*{set_id}*{control}~" + "".join(f"{line}~" for line in lines) + f"SE*{len(lines) + 2}*{control}~"


def group(functional_id: str, *sets: str, number: int | str = 1, version: str = "004010") -> str:
    """GS, the sets and GE."""
    start = f"GS*{functional_id}*SUPPLIER*ACMEWORKS*20261121*0800*{number}*X*{version}~"
    return f"{start}{''.join(sets)}GE*{len(sets)}*{number}~"


def interchange(*groups: str, number: int = 1, **more) -> str:
    """ISA, the groups and IEA."""
    return f"{isa(number, **more)}{''.join(groups)}IEA*{len(groups)}*{number:09d}~"


def document(set_id: str, body: str | None = None, version: str = "004010") -> str:
    """A whole interchange around one set; in 005010 with ``^`` between repetitions."""
    made = transaction(set_id, BODIES[set_id] if body is None else body)
    newer = {"version": "00501", "eleventh": "^"} if version >= "005010" else {}
    return interchange(group(GROUPS[set_id], made, version=version), **newer)


def checked(text: str | bytes, **more) -> FileReport:
    """The report on a whole file."""
    return report("sample", text.encode() if isinstance(text, str) else text, validate, **more)


def set_of(text: str | bytes) -> TransactionSet:
    """The only set of a file."""
    data = text.encode() if isinstance(text, str) else text
    [found] = [part for part in read(data) if isinstance(part, TransactionSet)]
    return found


def judged(set_id: str, body: str | None = None, version: str = "004010") -> Judgment:
    """The verdict of the readable validator on one set."""
    return look_closely(set_of(document(set_id, body, version)))


def places(faults: list[Fault]) -> list[tuple[int, str, int, str]]:
    """Position, segment, element and wire code of each fault: all that an acknowledgment says."""
    return [(fault.position, fault.segment, fault.element, fault.code.ack_code) for fault in faults]


def faults_in(set_id: str, body: str, version: str = "004010") -> list[tuple[int, str, int, str]]:
    """The places of the faults of one set."""
    return places(judged(set_id, body, version).faults)


def replaced(set_id: str, old: str, new: str) -> str:
    """The good body of a set with one thing changed; the thing must be there."""
    assert old in BODIES[set_id]
    return BODIES[set_id].replace(old, new, 1)
