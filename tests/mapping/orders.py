"""An 850 for the tests of the language, and short ways to read and write one."""

from gateway.x12.hierarchy import nest
from tests.mapping.documents import judged
from tests.support.x12 import interchange

ORDER = """BEG*00*RO*PO7**20261121
CUR*BY*EUR
REF*CT*K-77*until May
REF*DP*042
REF*DP*043
DTM*002*20261205
N1*ST*North Plant*92*0042
N3*1 Quay*Gate 4
N4*Duluth*MN*55802*US
N1*SE*Supplier Inc.
PO1*1*10*EA*12.50*PE*BP*B-1*VP*V-1
PID*F****First part
REF*DG*drawing 9
PO1*2*4*CA*3.25*PE*BP*B-2
CTT*2"""
HEAD = 'profile: test/one\nset: "850"\nversion: "004010"\nmessage: purchase_order\nfields:\n  order_number: BEG03\n'


def order(text=ORDER):
    return judged(interchange(text, set_id="850", group="PO").encode())


def read(mapping, judgment=None):
    judgment = judgment or order()
    return mapping.read(nest(judgment.tree), ">")


def write(mapping, **body):
    model = mapping.message_type.model.model_validate({"order_number": "PO7", **body})
    return ["*".join(map(str, segment)).rstrip("*") for segment in mapping.from_canonical(model)]
