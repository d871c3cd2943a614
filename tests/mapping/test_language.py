"""The profile language: extends, lists, filters and one-way lines."""

import pytest

from gateway.errors import ConfigurationError, TranslationError
from tests.mapping.documents import base, library, profile
from tests.mapping.orders import HEAD, ORDER, order, read, write

# Extending


def test_a_profile_replaces_a_line_of_its_base_and_keeps_the_others():
    mapping = profile("profile: test/one\nextends: base/850\nfields: {contract: 'REF[01=CT]/02'}\n")
    body = read(mapping)
    assert body["contract"] == "K-77"
    assert body["order_number"] == "PO7"
    assert [line["number"] for line in body["lines"]] == ["1", "2"]


def test_null_deletes_a_line_of_the_base_in_both_directions():
    mapping = profile("""
        profile: test/one
        extends: base/850
        fields:
          references[]: null
          lines[]:
            fields:
              item_ids[]: null
        """)
    body = read(mapping)
    assert "references" not in body
    assert all("item_ids" not in line for line in body["lines"])
    kept = write(
        mapping, references=[{"kind": "contract", "value": "K"}], lines=[{"number": "1", "item_ids": [{"value": "B"}]}]
    )
    assert kept == ["BEG*00*SA*PO7", "PO1*1", "CTT*1"]


def test_a_list_is_replaced_where_a_profile_between_deletes_it():
    profiles = library(
        test__bare="""
        profile: test/bare
        extends: base/850
        fields:
          descriptions[]: null
          references[]: null
        """,
        test__one="""
        profile: test/one
        extends: test/bare
        fields:
          descriptions[]:
            each: REF
            fields: {code: REF02, text: REF03}
        """,
    )
    body = read(profiles.mapping("test/one"))
    assert body["descriptions"][0] == {"code": "K-77", "text": "until May"}
    assert "references" not in body


def test_tables_and_blocks_of_the_base_get_rows_and_lines_of_the_partner():
    mapping = profile("""
        profile: test/one
        extends: base/850
        tables: {order_type: {RO: very_urgent}}
        blocks:
          party:
            name: null
            more_names[]: null
        """)
    body = read(mapping)
    assert body["order_type"] == "very_urgent"
    assert all("name" not in party for party in body["parties"])
    assert write(mapping, order_type="very_urgent")[0] == "BEG*00*RO*PO7"
    assert read(base("850"))["order_type"] == "rush"


def test_a_profile_may_extend_several_the_later_over_the_earlier():
    profiles = library(
        test__rush="profile: test/rush\ntables: {order_type: {RO: very_urgent}, purpose: {'00': first}}\n",
        test__euro="profile: test/euro\ntables: {purpose: {'00': brand_new}}\n",
        test__one="profile: test/one\nextends: [base/850, test/rush, test/euro]\n",
    )
    body = read(profiles.mapping("test/one"))
    assert (body["order_type"], body["purpose"], body["order_number"]) == ("very_urgent", "brand_new", "PO7")


def test_fields_beside_use_change_the_block_in_that_one_place():
    mapping = profile("""
        profile: test/one
        extends: base/850
        fields:
          parties[]:
            fields: {name: null, relationship: N102}
        """)
    # relationship stood on N105 in the block; here it stands on N102.
    assert [party.get("relationship") for party in read(mapping)["parties"]] == ["North Plant", "Supplier Inc."]


# Lists and filters


def test_a_line_with_a_filter_takes_its_segments_from_the_list():
    mapping = profile("profile: test/one\nextends: base/850\nfields: {custom: {contract: 'REF[01=CT]/02'}}\n")
    body = read(mapping)
    assert body["custom"] == {"contract": "K-77"}
    assert body["references"] == [{"kind": "department", "value": "042"}, {"kind": "department", "value": "043"}]
    written = write(mapping, references=body["references"], custom=body["custom"])
    assert written[1:4] == ["REF*DP*042", "REF*DP*043", "REF*CT*K-77"]


def test_what_a_closer_line_owns_can_not_be_smuggled_through_the_list():
    mapping = profile("profile: test/one\nextends: base/850\nfields: {custom: {contract: 'REF[01=CT]/02'}}\n")
    with pytest.raises(TranslationError, match=r"REF\[01=CT\] is written by a line of its own: put the value there"):
        write(mapping, references=[{"kind": "contract", "value": "K-1"}])


ENTRIES = """
    profile: test/one
    extends: base/850
    fields:
      lines[]:
        fields:
          item_ids[]: null
          descriptions[]:
            - {form: PO106, code: PO107}
            - {form: PO108, code: PO109}
            - {form: PO110, code: PO111}
    """


def test_the_entries_of_a_list_may_be_given_one_by_one():
    mapping = profile(ENTRIES)
    entries = [{"form": "BP", "code": "B-1"}, {"form": "VP", "code": "V-1"}]
    body = read(mapping, order("BEG*00*SA*PO7**20260101\nPO1*1*1*EA***BP*B-1***VP*V-1"))
    assert body["lines"][0]["descriptions"] == entries
    # Those that are empty leave no gap.
    assert write(mapping, lines=[{"number": "1", "descriptions": entries}])[1] == "PO1*1*****BP*B-1*VP*V-1"


def test_more_entries_than_there_are_places_are_refused():
    rows = [{"code": str(number)} for number in range(4)]
    with pytest.raises(TranslationError, match="4 entries given, but there is room for 3"):
        write(profile(ENTRIES), lines=[{"number": "1", "descriptions": rows}])


def test_a_loop_with_a_filter_is_taken_from_the_list_of_loops():
    mapping = profile("profile: test/one\nextends: base/850\nfields: {custom: {plant: 'N1[01=ST]/04'}}\n")
    body = read(mapping)
    assert body["custom"] == {"plant": "0042"}
    assert [party["role"] for party in body["parties"]] == ["seller"]
    with pytest.raises(TranslationError, match=r"N1\[01=ST\] is written by a line of its own"):
        write(mapping, parties=[{"role": "ship_to", "name": "Elsewhere"}])


def test_the_closest_of_three_lines_wins():
    mapping = profile("""
        profile: test/one
        extends: base/850
        fields:
          custom: {contract: "REF[01=CT]/02"}
          prices[]: {each: "REF[01=CT|DP]", use: price_by_reference}
        blocks:
          price_by_reference: {kind: REF01, condition: REF02}
        """)
    body = read(mapping, order(ORDER.replace("REF*DP*043", "REF*VR*043")))
    assert body["custom"] == {"contract": "K-77"}
    assert [price["condition"] for price in body["prices"]] == ["042"]
    assert [reference["value"] for reference in body["references"]] == ["043"]


def test_a_list_runs_over_the_first_of_its_places_that_the_set_has():
    text = """profile: test/one
extends: base/850
fields:
  references[]: {each: "L11? or REF?", use: number}
blocks:
  number: {kind: "L1102? | code(reference) or REF01? | code(reference)", value: L1101? or REF02?}
"""
    assert read(profile(text))["references"][0] == {"kind": "contract", "value": "K-77"}
    assert write(profile(text), references=[{"kind": "contract", "value": "1"}])[1] == "REF*CT*1"
    with pytest.raises(ConfigurationError) as caught:
        profile(text.replace("L11? or", "L11 or"))
    assert "L11" in caught.value.problems[0].reason


def test_lists_whose_filters_exclude_each_other_stand_side_by_side():
    mapping = profile(f"""{HEAD}
  references[]: {{each: "REF[01=DP]", use: reference}}
  descriptions[]: {{each: "REF[01!=DP]", use: description}}
blocks:
  reference: {{kind: REF01, value: REF02}}
  description: {{form: REF01, text: REF02}}
""")
    body = read(mapping)
    assert [row["value"] for row in body["references"]] == ["042", "043"]
    assert [row["text"] for row in body["descriptions"]] == ["K-77"]
    with pytest.raises(TranslationError, match=r"REF01 'DP' does not stand for what \[01!=DP\] selects"):
        write(mapping, descriptions=[{"form": "DP", "text": "1"}])


def test_alternatives_are_read_in_order_and_the_first_is_written():
    mapping = profile(HEAD + "  contract: BEG06 or REF[01=CT]/02 or 'none'\n")
    assert read(mapping)["contract"] == "K-77"
    assert read(mapping, order("BEG*00*SA*1***K-1"))["contract"] == "K-1"
    assert read(mapping, order("BEG*00*SA*1"))["contract"] == "none"
    assert write(mapping, contract="K-2") == ["BEG***PO7***K-2"]


# One direction


def test_read_stands_alone_or_with_write():
    mapping = profile(
        HEAD
        + """  custom:
    first: {read: "REF[01=CT]/03 | split(' ', 1)"}
    second: {read: "REF[01=CT]/03 | split(' ', 2)", write: "REF[01=CT]/03"}
    third: {write: "REF[01=DP]/02"}
"""
    )
    assert read(mapping)["custom"] == {"first": "until", "second": "May"}
    assert write(mapping, custom={"first": "a", "second": "b", "third": "c"}) == ["BEG***PO7", "REF*CT**b", "REF*DP*c"]


@pytest.mark.parametrize(
    ("condition", "expected"), [("BEG02 = RO|SA", "PO7"), ("BEG02 != RO", None), ("BEG02 = 'RO'", "PO7")]
)
def test_when_reads_only_where_its_condition_holds(condition, expected):
    mapping = profile(HEAD + f'  custom: {{it: {{read: BEG03, when: "{condition}"}}}}\n')
    assert read(mapping).get("custom", {}).get("it") == expected


def test_a_default_is_read_when_absent_and_left_out_when_equal():
    mapping = profile(HEAD + "  currency: {role: CUR01, currency: CUR02 | default(USD)}\n")
    assert read(mapping)["currency"] == {"role": "BY", "currency": "EUR"}
    assert read(mapping, order("BEG*00*SA*1\nCUR*BY"))["currency"] == {"role": "BY", "currency": "USD"}
    # CUR02 is mandatory in the standard, so it is written even where it equals the default.
    assert write(mapping, currency={"role": "BY", "currency": "USD"})[1] == "CUR*BY*USD"
    optional = profile(HEAD + "  contract: BEG06 | default(none)\n")
    assert write(optional, contract="none") == ["BEG***PO7"]
    assert write(optional, contract="K") == ["BEG***PO7***K"]


def test_constants_are_written_and_not_read():
    mapping = profile(HEAD + "constants: {FOB01: PP, 'N1[01=SE]/02': Supplier}\n")
    assert write(mapping) == ["BEG***PO7", "FOB*PP", "N1*SE*Supplier"]
    assert set(read(mapping)) == {"order_number"}
