"""Deviations from X12 that an agreement may allow, each by its name. All are off by default.

Without its tolerance each of these is a fault that rejects; with it the fault becomes a note, said but not held against the
sender. What is always fine needs no name: CR, LF and blanks behind a terminator, and a byte order mark.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.x12.faults import FaultCode


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A named deviation: the faults that it turns into notes, and a paragraph for whoever decides about it."""

    name: str
    codes: frozenset[FaultCode]
    paragraph: str


_ROWS = (
    Tolerance(
        "trailing-separators",
        frozenset({FaultCode.TRAILING_SEPARATOR}),
        "Empty elements at the end of a segment (REF*DP*038**~). Some translators always write as many separators as a"
        " segment can have. No meaning is lost.",
    ),
    Tolerance(
        "unpadded-isa",
        frozenset({FaultCode.UNPADDED}),
        "ISA elements shorter than their fixed length. The elements are still told apart by the separator; a partner who"
        " does this usually builds the ISA by hand.",
    ),
    Tolerance(
        "standards-id",
        frozenset({FaultCode.STANDARD, FaultCode.REPETITION_SEPARATOR}),
        "ISA11 other than U before version 00402. It names the standard there, and nobody sends another one than X12; some"
        " senders put the repetition separator of later versions into it. From 00402 on: ISA11 that repeats another"
        " delimiter. Nothing repeats in such an interchange.",
    ),
    Tolerance(
        "leading-zeros",
        frozenset({FaultCode.NUMBER_ZEROS, FaultCode.GROUP_NUMBER_ZEROS, FaultCode.SET_NUMBER_ZEROS}),
        "A control number whose trailer differs from its header only by leading zeros (ISA13 000000042, IEA02 42).",
    ),
    Tolerance(
        "segment-count",
        frozenset({FaultCode.SEGMENT_COUNT}),
        "A wrong SE01. The count guards against lost segments, so allow it only for a sender known to count wrongly.",
    ),
    Tolerance(
        "blank-segments",
        frozenset({FaultCode.SEGMENT_BLANK, FaultCode.ENVELOPE_BLANK}),
        "Two terminators that follow each other. Nothing stands between them, so nothing is lost.",
    ),
    Tolerance(
        "line-breaks",
        frozenset({FaultCode.LINE_BREAK, FaultCode.SEGMENT_LINE_BREAK, FaultCode.ENVELOPE_LINE_BREAK}),
        "CR or LF within a segment, where they do not end it: some systems wrap every file at 80 columns, the ISA included."
        " The break is left out and what stands around it is joined, without a blank. Binary data keep theirs.",
    ),
    Tolerance(
        "lower-case",
        frozenset({FaultCode.SEGMENT_LOWER_CASE, FaultCode.CODE_LOWER_CASE, FaultCode.ENVELOPE_LOWER_CASE}),
        "Identifiers of segments, and codes whose list knows them in capitals only, written in lower case (n1*st*...). They are"
        " read as capitals, and so does the mapping see them. In the envelope (isa, ISA05 zz, gs, GS01 po) it is the defaults of"
        " the partner that allow it.",
    ),
    Tolerance(
        "utf-8",
        frozenset({FaultCode.CHARACTER_SET}),
        "Characters beyond the extended set of X12.6, which has ASCII and the letters of the larger European languages: any"
        " other letter or sign of Unicode. Control characters stay a fault.",
    ),
    Tolerance(
        "junk",
        frozenset({FaultCode.JUNK}),
        "Bytes before the first ISA, between interchanges or behind the last IEA that are not blank: comment lines, a"
        " trailing 0x1A of an old file system. They are kept with the transmission and read by nobody.",
    ),
    Tolerance(
        "short-group-date",
        frozenset({FaultCode.GROUP_DATE_LENGTH}),
        "GS04 as YYMMDD where the version asks for CCYYMMDD, or with a century before 004010, which has none. The group can be"
        " processed either way. A day that never was stays a fault.",
    ),
    Tolerance(
        "unknown-segments",
        frozenset({FaultCode.SEGMENT_UNKNOWN, FaultCode.SEGMENT_NOT_IN_SET}),
        "Segments that the set does not have. They are not mapped; `gateway mapping coverage` lists them.",
    ),
    Tolerance(
        "unknown-codes",
        frozenset({FaultCode.CODE_UNKNOWN}),
        "Code values that the list of the version does not have. They go to the mapping as they are.",
    ),
    Tolerance(
        "out-of-order",
        frozenset({FaultCode.SEGMENT_OUT_OF_ORDER}),
        "Segments that come later than the order of the set allows. Each is taken for the place where it belongs.",
    ),
    Tolerance(
        "over-maximum",
        frozenset({FaultCode.SEGMENT_OVER_MAXIMUM, FaultCode.LOOP_OVER_MAXIMUM}),
        "Segments or loops that come more often than the set allows.",
    ),
)

TOLERANCES: dict[str, Tolerance] = {row.name: row for row in _ROWS}


def tolerated_codes(names: Iterable[str]) -> frozenset[FaultCode]:
    """Return the faults that become notes under the tolerances ``names``; KeyError for a name that does not exist."""
    return frozenset(code for name in names for code in TOLERANCES[name].codes)
