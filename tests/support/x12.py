"""X12 for tests, put together by hand so that our own writer is not its own witness."""


def interchange(
    body: str,
    *,
    set_id: str,
    group: str,
    number: int = 1,
    sender: tuple[str, str] = ("ZZ", "SUPPLIER"),
    receiver: tuple[str, str] = ("ZZ", "ACMEWORKS"),
    usage: str = "P",
    version: str = "004010",
    asks_ta1: str = "0",
) -> str:
    """One interchange with one group and one set; ``body`` is one segment a line."""
    segments = [line.strip() for line in body.strip().splitlines()]
    return (
        f"ISA*00*{'':10}*00*{'':10}*{sender[0]}*{sender[1]:<15}*{receiver[0]}*{receiver[1]:<15}*261121*0800*U*00401"
        f"*{number:09d}*{asks_ta1}*{usage}*>~GS*{group}*{sender[1]}*{receiver[1]}*20261121*0800*{number}*X*{version}~"
        f"ST*{set_id}*0001~{'~'.join(segments)}~SE*{len(segments) + 2}*0001~GE*1*{number}~IEA*1*{number:09d}~"
    )


def invoice(number: int = 1, order: str = "PO1", **more) -> str:
    """An 810 with two lines."""
    body = f"""BIG*20261121*INV{number}*20261101*{order}
    N1*RE*Supplier Inc.*92*77
    IT1*1*10*EA*12.5*PE*BP*B-1
    PID*F****First part
    IT1*2*4*CA*3.25*PE*BP*B-2
    TDS*13800
    CTT*2"""
    return interchange(body, set_id="810", group="IN", number=number, **more)


def acknowledgment(number: int = 1, order: str = "PO1", kind: str = "AD", **more) -> str:
    """An 855 with one line."""
    body = f"""BAK*00*{kind}*{order}*20261121
    PO1*1*10*EA*12.5*PE*BP*B-1
    ACK*IA*10*EA*068*20261205
    CTT*1"""
    return interchange(body, set_id="855", group="PR", number=number, **more)


def ship_notice(number: int = 1, order: str = "PO1", **more) -> str:
    """An 856: shipment, order, pack, item."""
    body = f"""BSN*00*SHP{number}*20261121*0915*0001
    HL*1**S*1
    REF*BM*BOL1
    HL*2*1*O*1
    PRF*{order}
    HL*3*2*P*1
    MAN*GM*00006141410000000018
    HL*4*3*I*0
    LIN*1*BP*B-1
    SN1*1*10*EA
    CTT*4"""
    return interchange(body, set_id="856", group="SH", number=number, **more)


def purchase_order(number: int = 1, order: str = "CPO1", **more) -> str:
    """An 850 of the customer."""
    body = f"""BEG*00*SA*{order}**20261120
    DTM*002*20261205
    N1*ST*North Plant*92*0042
    PO1*1*40*EA*12.75*PE*BP*B-1007
    CTT*1"""
    sender = more.pop("sender", ("01", "123456789"))
    return interchange(body, set_id="850", group="PO", number=number, sender=sender, **more)


def functional(
    group: str, group_number: str, set_id: str, control: str, verdict: str = "A", number: int = 90, **more
) -> str:
    """A 997 that answers one set of ours."""
    notes = "\nAK3*PO1*5**8\nAK4*3*355*7*XX" if verdict == "R" else ""
    accepted = 0 if verdict == "R" else 1
    body = f"AK1*{group}*{group_number}\nAK2*{set_id}*{control}{notes}\nAK5*{verdict}\nAK9*{verdict}*1*1*{accepted}"
    return interchange(body, set_id="997", group="FA", number=number, **more)


def elements(text: str, name: str) -> list[list[str]]:
    """Return all segments of a name, split."""
    return [segment.split("*") for segment in text.replace("\n", "").split("~") if segment.split("*")[0] == name]
