"""Whatever was sent, its faults can be explained, the page can be written, and an example of the standard is right itself."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.elements import SegmentJudge
from gateway.x12.explanation import Explanation, explain_set
from gateway.x12.faults import Level
from gateway.x12.html import to_html
from gateway.x12.standards import library
from gateway.x12.validator import Judgment
from tests.x12.samples import BODIES, checked, document

CHANGES = st.lists(
    st.tuples(st.integers(0, 700), st.text(st.sampled_from("A1*>~^ZQ- \n\x07é"), max_size=4)), max_size=6
)


@given(st.sampled_from(sorted(BODIES)), CHANGES)
def test_whatever_is_wrong_can_be_explained(set_id, changes):
    text = document(set_id)
    for at, garbled in changes:
        text = text[:at] + garbled + text[at + 1 :]
    found = checked(text.encode())
    told = found.explained()
    for each in found.interchanges:
        told += each.explained()
        for judgment in each.documents:
            explained = explain_set(judgment)
            told += explained
            for one in explained:
                _check_example(one, judgment)
    for one in told:
        assert one.fault.message and one.expected and one.rule and one.fix and one.example
        if one.shown is not None:
            assert one.shown.length > 0 and one.shown.start + one.shown.length <= len(one.shown.text) + 1
            assert "\n" not in one.shown.text
    assert "".join(to_html([found])).endswith("</html>\n")


def _check_example(one: Explanation, judgment: Judgment) -> None:
    """Judge the example of a fault below the level of the set, where it is written between the usual marks."""
    definition, example = judgment.definition, one.example
    plain = judgment.transaction.marks.all()[:3] == ("*", ">", "~") and example.endswith("~")
    if definition is None or not plain or one.fault.code.level not in (Level.SEGMENT, Level.ELEMENT):
        return
    for text in example.removesuffix("~").split("~"):
        fields = text.split("*")
        segment = library.segment(fields[0], definition.version, definition.short_dates)
        assert SegmentJudge(segment).findings(fields, judgment.transaction.marks) == []


def test_between_marks_that_are_letters_an_example_is_written_between_the_usual_ones():
    text = document("850").replace("*>~", "*E~").replace("*40*", "*4o*")
    told = [one for judgment in checked(text).interchanges[0].documents for one in explain_set(judgment)]
    assert told and all(one.example.endswith("~") and ">" not in one.example for one in told)


def test_two_segments_of_an_example_stand_apart_where_lines_end_segments():
    text = document("850").replace("CUR*BY*USD~", "QQX*1~").replace("~", "\n")
    [one] = [one for judgment in checked(text).interchanges[0].documents for one in explain_set(judgment)]
    assert one.example == "BEG*00*SA*PO-77**20261120  REF*DP*038"
    assert one.shown is not None and one.shown.text == "QQX*1"
