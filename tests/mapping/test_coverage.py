"""Coverage: what of a real document a profile does not read, by segment and element."""

from collections import Counter

from gateway.mapping.coverage import Coverage, coverage
from gateway.x12.hierarchy import nest
from tests.mapping.documents import base, judged, profile
from tests.support.x12 import interchange, invoice, ship_notice


def unread(mapping, text: str) -> tuple[Coverage, dict[tuple[str, str, int], int]]:
    judgment = judged(text.encode())
    transaction = judgment.transaction
    found = coverage(
        mapping.plan, nest(judgment.tree), judgment.uses, transaction.segments, transaction.marks.component
    )
    return found, dict(found.unread)


def without_discounts():
    return profile("profile: test/one\nextends: base/850\nfields:\n  discounts[]: null\n")


def test_a_document_that_the_base_profile_reads_in_full_leaves_nothing():
    for set_id, text in (("810", invoice()), ("856", ship_notice())):
        found, missed = unread(base(set_id), text)
        assert missed == {}
        assert found.read == found.elements > 20


def test_an_element_without_a_line_is_named_with_its_loop_and_an_example():
    mapping = profile("""
        profile: test/one
        extends: base/810
        fields:
          lines[]:
            fields: {unit_price: {basis: null}}
        """)
    found, missed = unread(mapping, invoice())
    assert missed == {("IT1", "IT1", 5): 2}
    assert found.examples["IT1", "IT1", 5] == "IT1*1*10*EA*12.5*PE*BP*B-1"
    assert found.elements - found.read == 2


def test_a_segment_that_nobody_reads_counts_as_a_whole():
    text = interchange("BEG*00*SA*1**20260101\nDIS*MI*UT*1*ML*2", set_id="850", group="PO")
    _found, missed = unread(without_discounts(), text)
    assert missed == {("", "DIS", 0): 1}


def test_only_the_first_of_several_segments_is_read_by_a_single_line():
    mapping = profile("""
        profile: test/one
        extends: base/850
        fields:
          custom: {contract: "REF[01=CT]/02"}
        """)
    text = "BEG*00*SA*1**20260101\nREF*CT*first\nREF*CT*second\nREF*DP*other"
    _found, missed = unread(mapping, interchange(text, set_id="850", group="PO"))
    assert missed == {("", "REF", 0): 1}


def test_a_loop_that_another_line_takes_is_not_counted_for_the_list():
    mapping = profile("""
        profile: test/one
        extends: base/850
        fields:
          custom: {plant: "N1[01=ST]/04"}
        """)
    text = "BEG*00*SA*1**20260101\nN1*ST*North*92*42\nN3*1 Quay\nN1*SE*Seller"
    _found, missed = unread(mapping, interchange(text, set_id="850", group="PO"))
    assert missed == {("N1", "N1", 2): 1, ("N1", "N1", 3): 1, ("N1", "N3", 0): 1}


def test_a_component_that_nobody_reads_leaves_its_element_unread():
    text = "BEG*00*SA*1**20260101\nPO1*1*1*EA\nMEA**WT*5*LB>1>2>KG>1>1>OZ"
    found, missed = unread(base("850"), interchange(text, set_id="850", group="PO"))
    assert missed == {("PO1", "MEA", 4): 1}
    assert found.elements - found.read == 1


def test_constants_and_conditions_count_as_read_where_they_hold():
    mapping = profile("""
        profile: test/one
        set: "850"
        version: "004010"
        message: purchase_order
        fields:
          order_number: BEG03
          custom: {rush: {read: BEG05, when: BEG02 = RO}}
        constants: {FOB01: PP}
        """)
    rush = interchange("BEG*00*RO*1**20260101\nFOB*PP", set_id="850", group="PO")
    assert unread(mapping, rush)[1] == {("", "BEG", 1): 1}
    other = interchange("BEG*00*SA*1**20260101\nFOB*CC", set_id="850", group="PO")
    assert unread(mapping, other)[1] == {("", "BEG", 1): 1, ("", "BEG", 5): 1, ("", "FOB", 0): 1}


def test_the_findings_of_several_documents_add_up():
    total = Coverage()
    for _document in range(2):
        text = interchange("BEG*00*SA*1**20260101\nDIS*MI*UT*1*ML*2", set_id="850", group="PO")
        found, _missed = unread(without_discounts(), text)
        total.add(found)
    assert total.unread == Counter({("", "DIS", 0): 2})
    assert total.elements == 2 * found.elements
