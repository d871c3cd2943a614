"""One acknowledgment, ship notice and invoice as CSV, with the columns that were agreed for them."""

from typing import Any

ACKNOWLEDGMENT_LAYOUT: dict[str, Any] = {
    "delimiter": ";",
    "decimal": ",",
    "dates": "DD.MM.YYYY",
    "columns": {
        "Order": "order_number",
        "Ordered on": "ordered_on",
        "Answer": {"to": "acknowledgment_type", "codes": {"all": "with_detail_no_change"}},
        "Line": "lines[].number",
        "Quantity": "lines[].quantity.value",
        "Price": "lines[].unit_price.amount",
        "Part": "lines[].item_ids[0].value",
        "Our part": {"to": "lines[].item_ids[1].value", "optional": True},
        "Status": {"to": "lines[].statuses[].status", "codes": {"OK": "accepted", "LATE": "accepted_changed"}},
        "Promised": "lines[].statuses[].quantity",
        "Ship on": "lines[].statuses[].date",
    },
    "constants": {
        "purpose": "original",
        "lines[].quantity.unit": "each",
        "lines[].unit_price.basis": "per_each",
        "lines[].item_ids[0].kind": "buyer_part",
        "lines[].item_ids[1].kind": "supplier_part",
        "lines[].statuses[].unit": "each",
        "lines[].statuses[].date_kind": "current_schedule_ship",
    },
    "ignore": ["Remark"],
}
ACKNOWLEDGMENT = """\
Order;Ordered on;Answer;Line;Quantity;Price;Part;Our part;Status;Promised;Ship on;Remark
PO1;21.11.2026;all;1;10;12,5;B-1;V-1;OK;10;05.12.2026;"as usual; by truck"
PO1;21.11.2026;all;2;40;3,25;B-2;;OK;25;05.12.2026;
PO1;21.11.2026;all;2;40;3,25;B-2;;OK;15;12.12.2026;the rest
"""
ACKNOWLEDGMENT_X12 = """BAK*00*AD*PO1*20261121
PO1*1*10*EA*12.5*PE*BP*B-1*VP*V-1
ACK*IA*10*EA*068*20261205
PO1*2*40*EA*3.25*PE*BP*B-2
ACK*IA*25*EA*068*20261205
ACK*IA*15*EA*068*20261212
CTT*2"""

SHIP_NOTICE_LAYOUT: dict[str, Any] = {
    "columns": {
        "shipment": "shipment_number",
        "date": "shipped_on",
        "time": "shipped_at",
        "bill of lading": "shipments[0].references[0].value",
        "order": "shipments[0].orders[].order_number",
        "carton": "shipments[0].orders[].packages[].marks[0].value",
        "part": "shipments[0].orders[].packages[].items[].item_ids[0].value",
        "shipped": "shipments[0].orders[].packages[].items[].shipped.value",
        "line": "shipments[0].orders[].packages[].items[].number",
    },
    "constants": {
        "purpose": "original",
        "structure": "0001",
        "shipments[0].references[0].kind": "bill_of_lading",
        "shipments[0].orders[].packages[].kind": "pack",
        "shipments[0].orders[].packages[].marks[0].kind": "sscc_18_with_ai",
        "shipments[0].orders[].packages[].items[].item_ids[0].kind": "buyer_part",
        "shipments[0].orders[].packages[].items[].shipped.unit": "each",
    },
}
SHIP_NOTICE = """\
shipment,date,time,bill of lading,order,carton,line,part,shipped
SHP1,2026-11-21,09:15,BOL1,PO1,00006141410000000018,1,B-1,10
SHP1,2026-11-21,09:15,BOL1,PO1,00006141410000000018,2,B-2,4
SHP1,2026-11-21,09:15,BOL1,PO2,00006141410000000025,1,B-1,6
"""
SHIP_NOTICE_X12 = """BSN*00*SHP1*20261121*0915*0001
HL*1**S*1
REF*BM*BOL1
HL*2*1*O*1
PRF*PO1
HL*3*2*P*1
MAN*GM*00006141410000000018
HL*4*3*I*0
LIN*1*BP*B-1
SN1**10*EA
HL*5*3*I*0
LIN*2*BP*B-2
SN1**4*EA
HL*6*1*O*1
PRF*PO2
HL*7*6*P*1
MAN*GM*00006141410000000025
HL*8*7*I*0
LIN*1*BP*B-1
SN1**6*EA
CTT*8"""

INVOICE_LAYOUT: dict[str, Any] = {
    "delimiter": "tab",
    "dates": "MM/DD/YYYY",
    "columns": {
        "Invoice": "invoice_number",
        "Date": "invoiced_on",
        "Ordered": "ordered_on",
        "PO": "order_number",
        "Total": "totals.total",
        "Seller": "parties[0].ids[0].value",
        "Line": "lines[].number",
        "Qty": "lines[].quantity.value",
        "Unit": {"to": "lines[].quantity.unit", "codes": {"EA": "each", "CA": "case"}},
        "Price": "lines[].unit_price.amount",
        "Part": "lines[].item_ids[0].value",
        "Text": "lines[].descriptions[0].text",
    },
    "constants": {
        "parties[0].role": "remit_to",
        "parties[0].ids[0].kind": "assigned_by_buyer",
        "lines[].unit_price.basis": "per_each",
        "lines[].item_ids[0].kind": "buyer_part",
        "lines[].descriptions[0].form": "free_text",
    },
}
INVOICE = (
    "Invoice\tDate\tOrdered\tPO\tTotal\tSeller\tLine\tQty\tUnit\tPrice\tPart\tText\n"
    "INV1\t11/21/2026\t11/01/2026\tPO1\t138.00\t77\t1\t10\tEA\t12.5\tB-1\tFirst part\n"
    "INV1\t11/21/2026\t11/01/2026\tPO1\t138.00\t77\t2\t4\tCA\t3.25\tB-2\t\n"
)
INVOICE_X12 = """BIG*20261121*INV1*20261101*PO1
N1*RI**92*77
IT1*1*10*EA*12.5*PE*BP*B-1
PID*F****First part
IT1*2*4*CA*3.25*PE*BP*B-2
TDS*13800
CTT*2"""
