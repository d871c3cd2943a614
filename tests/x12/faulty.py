"""A document for every fault there is: what is changed in a good one, and the place that an explanation must mark."""

from dataclasses import dataclass

from gateway.x12.faults import FaultCode
from tests.x12.samples import BODIES, document, group, interchange, replaced, transaction

F = FaultCode
GOOD = document("850")
ORDER = transaction("850", BODIES["850"])


@dataclass(frozen=True)
class Faulty:
    """A file with a fault; ``marked`` is the text above the carets, empty where nothing was sent that could be shown."""

    text: str
    marked: str


def _isa(old: str, new: str, marked: str) -> Faulty:
    head, tail = GOOD[:106], GOOD[106:]
    assert old in head
    return Faulty(head.replace(old, new, 1) + tail, marked)


def _whole(old: str, new: str, marked: str, text: str = GOOD) -> Faulty:
    assert old in text
    return Faulty(text.replace(old, new, 1), marked)


def _body(old: str, new: str, marked: str, set_id: str = "850", version: str = "004010") -> Faulty:
    return Faulty(document(set_id, replaced(set_id, old, new), version), marked)


FAULTY: dict[FaultCode, Faulty] = {
    F.JUNK: Faulty(f"remark\n{GOOD}", "remark\u00b7"),
    F.NUMBERS_DIFFER: _whole("IEA*1*000000001", "IEA*1*000000002", "000000002"),
    F.STANDARD: _isa("*U*00401", "*X*00401", "X"),
    F.CONTROL_VERSION: _isa("*00401*", "*0040-*", "0040-"),
    F.TERMINATOR: _isa("*>~", "*> ", "ISA"),
    F.SENDER_QUALIFIER: _isa("*ZZ*SUPPLIER", "*Q*SUPPLIER", "Q"),
    F.SENDER_ID: _isa("SUPPLIER  ", "          ", " " * 15),
    F.RECEIVER_QUALIFIER: _isa("*ZZ*ACME", "*!!*ACME", "!!"),
    F.RECEIVER_ID: _isa("ACMEWORKS ", "          ", " " * 15),
    F.AUTHORIZATION_QUALIFIER: _isa("ISA*00", "ISA*XX", "XX"),
    F.AUTHORIZATION: _isa("ISA*00*          ", "ISA*00*ABCDEFGHIJKL", "ABCDEFGHIJKL"),
    F.SECURITY_QUALIFIER: _isa("*00*          *ZZ", "*XX*          *ZZ", "XX"),
    F.SECURITY: _isa("*00*          *ZZ", "*00*ABCDEFGHIJKL*ZZ", "ABCDEFGHIJKL"),
    F.INTERCHANGE_DATE: _isa("*261121*", "*261341*", "261341"),
    F.INTERCHANGE_TIME: _isa("*0800*", "*2580*", "2580"),
    F.INTERCHANGE_NUMBER: Faulty(GOOD.replace("000000001", "00000000A"), "00000000A"),
    F.ACKNOWLEDGMENT_REQUEST: _isa("*0*P*", "*7*P*", "7"),
    F.USAGE: _isa("*0*P*", "*0*Q*", "Q"),
    F.GROUP_COUNT: _whole("IEA*1*", "IEA*3*", "3"),
    F.SYNTAX_EXTENSION: _whole("*>~GS", "*>~ISX*!~GS", "ISX"),
    F.STRUCTURE: _whole("GE*1*1~", "GE*1*1~REF*DP*1~", "REF"),
    F.UNPADDED: _isa("SUPPLIER       ", "SUPPLIER", "SUPPLIER"),
    F.NUMBER_ZEROS: _whole("IEA*1*000000001", "IEA*1*1", "1"),
    F.TRUNCATED: _whole("IEA*1*000000001~", "", ""),
    F.CONTENT: _whole("*X*004010", "*Q*004010", "Q"),
    F.GROUP_DATE: _whole("ACMEWORKS*20261121*0800*1", "ACMEWORKS*20261341*0800*1", "20261341"),
    F.ENVELOPE_LINE_BREAK: _whole("GE*1*1", "GE*1\n*1", "GE"),
    F.ENVELOPE_LOWER_CASE: _whole("GE*1*1", "ge*1*1", "ge"),
    F.ENVELOPE_BLANK: _whole("GE*1*1~", "GE*1*1~~", ""),
    F.REPETITION_SEPARATOR: Faulty(document("850", version="005010").replace("*^*", "*>*", 1), ">"),
    F.GROUP_DATE_LENGTH: _whole("ACMEWORKS*20261121*0800*1", "ACMEWORKS*261121*0800*1", "261121"),
    F.INTERCHANGE_REPEATED: Faulty(GOOD + GOOD, "000000001"),
    F.ELEMENT_SEPARATOR: _isa("*>~", "*>*", "ISA"),
    F.COMPONENT_SEPARATOR: _isa("*>~", "**~", "*"),
    F.GROUP_UNSUPPORTED: _whole("GS*PO*", "GS*QQ*", "QQ"),
    F.GROUP_VERSION: _whole("*X*004010~", "*X~", "~"),
    F.GROUP_UNCLOSED: _whole("GE*1*1~", "", "I"),
    F.GROUP_NUMBERS_DIFFER: _whole("GE*1*1~", "GE*1*2~", "2"),
    F.SET_COUNT: _whole("GE*1*1~", "GE*4*1~", "4"),
    F.GROUP_NUMBER: Faulty(interchange(group("PO", ORDER, number="A1")), "A1"),
    F.GROUP_NUMBER_ZEROS: _whole("GE*1*1~", "GE*1*0001~", "0001"),
    F.GROUP_REPEATED: Faulty(interchange(group("PO", ORDER), group("PO", ORDER)), "1"),
    F.SET_UNSUPPORTED: Faulty(GOOD.replace("ST*850", "ST*853"), "853"),
    F.SET_UNCLOSED: _whole("SE*12*0001~", "", "~"),
    F.SET_NUMBERS_DIFFER: _whole("SE*12*0001", "SE*12*0002", "0002"),
    F.SEGMENT_COUNT: _whole("SE*12*", "SE*99*", "99"),
    F.SET_ID: _whole("ST*850", "ST*8-0", "8-0"),
    F.SET_NUMBER: Faulty(interchange(group("PO", transaction("850", BODIES["850"], "1"))), "1"),
    F.SET_NOT_IN_GROUP: _whole("GS*PO*", "GS*IN*", "850"),
    F.SET_NUMBER_ZEROS: _whole("SE*12*0001", "SE*12*01", "01"),
    F.SET_REPEATED: Faulty(interchange(group("PO", ORDER, ORDER)), "0001"),
    F.SEGMENT_UNKNOWN: _body("CUR*BY*USD", "QQX*BY*USD", "QQX"),
    F.SEGMENT_UNEXPECTED: _body("N1*ST*North Plant*92*0042", "N3*1 Mill Road", "N3"),
    F.SEGMENT_MISSING: _body("BEG*00*SA*PO-77**20261120", "", "C"),
    F.LOOP_OVER_MAXIMUM: Faulty(document("850", BODIES["850"] + "\nCTT*2"), "CTT"),
    F.SEGMENT_OVER_MAXIMUM: _body("CUR*BY*USD", "CUR*BY*USD\nCUR*BY*CAD", "CUR"),
    F.SEGMENT_NOT_IN_SET: _body("CUR*BY*USD", "HL*1**S", "HL"),
    F.SEGMENT_OUT_OF_ORDER: _body("REF*DP*038", "DTM*002*20261220\nREF*DP*038", "REF"),
    F.SEGMENT_BLANK: _whole("CUR*BY*USD~", "CUR*BY*USD~~", "REF"),
    F.SEGMENT_LOWER_CASE: _body("CUR*BY*USD", "cur*BY*USD", "cur"),
    F.SEGMENT_LINE_BREAK: _whole("CUR*BY*USD~", "CU\nR*BY*USD~", "CUR"),
    F.ELEMENT_MISSING: _body("CUR*BY*USD", "CUR**USD", "*"),
    F.CONDITION_BROKEN: _body("REF*DP*038", "REF*DP*038**DP>1>DP", "~"),
    F.TOO_MANY_ELEMENTS: _body("CTT*2", "CTT*2*3*4*LB*5*CF*text*more", "more"),
    F.TRAILING_SEPARATOR: _body("CTT*2", "CTT*2**", "*"),
    F.TOO_SHORT: _body("*IL*", "*I*", "I"),
    F.TOO_LONG: _body("BEG*00*SA*PO-77", "BEG*00*SA*" + "9" * 30, "9" * 30),
    F.CHARACTER: _body("*40*EA*", "*4o*EA*", "4o"),
    F.CHARACTER_SET: _body("North Plant", "North \u2122 Plant", "North \u2122 Plant"),
    F.LINE_BREAK: _whole("North Plant", "North\n Plant", "North Plant"),
    F.CODE_UNKNOWN: _body("*40*EA*", "*40*QQ*", "QQ"),
    F.CODE_LOWER_CASE: _body("*40*EA*", "*40*ea*", "ea"),
    F.DATE: _body("*20261120", "*20261341", "20261341"),
    F.TIME: _body("*0915*", "*2561*", "2561", "856"),
    F.EXCLUDED: _body("PID*F****Hex bolt", "MEA*PD*WT*5*LB****03", "03"),
    F.TOO_MANY_REPETITIONS: _body("PO-77**", "PO-77^PO-78**", "PO-77^PO-78", "850", "005010"),
    F.TOO_MANY_COMPONENTS: _body("REF*DP*038", "REF*DP*038**DP>1>DP>2>DP>3>DP>4", "DP"),
    F.HL_NUMBER: _body("HL*3*2*P*1", "HL*7*2*P*1", "7", "856"),
    F.HL_PARENT: _body("HL*3*2*P*1", "HL*3*9*P*1", "9", "856"),
    F.HL_CHILDREN: _body("HL*4*3*I*0", "HL*4*3*I*1", "1", "856"),
}

GUIDE = """
guide: acme/850
set: "850"
version: "004010"
rules:
  CUR: {forbid: true}
  BEG/08: {forbid: true}
  DTM[01=002]: {require: true, note: we plan by it}
  REF: {max_use: 1}
  BEG/07: {require: true}
  BEG/03: {pattern: "PO-9{2..6}"}
  PO1/PO103: {codes: [EA, CA]}
  N1/N102: {length: 3..12}
  BEG/06: {require: true, when: "BEG02 = BK"}
  BEG/04: {forbid: true, when: "BEG02 = SA"}
  DTM/02: {not_before: /BEG05}
  N1: {max_use: 1}
  PO1/PO101: {unique: true}
  CTT/CTT01: {total: count(PO1)}
"""

# Documents of which the guide above finds one fault each: what is changed in a document that it accepts.
GUIDED_BODY = """
    BEG*00*SA*PO-77**20261120**AC
    REF*DP*038
    DTM*002*20261205
    N1*ST*North Plant*92*0042
    PO1*1*40*EA*12.75*PE*BP*B-1007
    CTT*1"""
GUIDED: dict[FaultCode, tuple[str, str, str]] = {
    F.SEGMENT_NOT_ALLOWED: ("REF*DP", "CUR*BY*USD\nREF*DP", "CUR"),
    F.SEGMENT_REQUIRED_BY_GUIDE: ("DTM*002*20261205", "", "S"),
    F.SEGMENT_OVER_GUIDE: ("DTM*002", "REF*DP*039\nDTM*002", "REF"),
    F.ELEMENT_REQUIRED_BY_GUIDE: ("**AC", "", "~"),
    F.LOOP_OVER_GUIDE: ("PO1*1", "N1*BY*South Plant*92*0043\nPO1*1", "N1"),
    F.ELEMENT_NOT_ALLOWED: ("20261120**AC", "20261120**AC*IEL", "IEL"),
    F.CODE_NOT_IN_GUIDE: ("*40*EA*", "*40*LB*", "LB"),
    F.CONDITION_OF_GUIDE: ("*SA*", "*BK*", "*"),
    F.EXCLUDED_BY_GUIDE: ("PO-77**", "PO-77*R1*", "R1"),
    F.TOO_SHORT_FOR_GUIDE: ("North Plant", "No", "No"),
    F.TOO_LONG_FOR_GUIDE: ("North Plant", "North Plant of ours", "North Plant of ours"),
    F.PATTERN_OF_GUIDE: ("PO-77", "77", "77"),
    F.REPEATED_BY_GUIDE: ("B-1007\n    CTT*1", "B-1007\nPO1*1*5*EA*2*PE*BP*B-1008\nCTT*2", "1"),
    F.TOTAL_OF_GUIDE: ("CTT*1", "CTT*7", "7"),
    F.DATE_ORDER_OF_GUIDE: ("*20261205", "*20261105", "20261105"),
}
