"""Laws of the whole engine: whatever the bytes, there is a verdict in words, an exact place, and no error but ours."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.faults import FaultCode
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import look_closely
from tests.x12.laws import both_paths_agree, verdict_is_in_words
from tests.x12.mutations import damaged
from tests.x12.samples import BODIES, document, set_of
from tests.x12.test_reader_laws import WILD

DOCUMENTS = st.sampled_from(
    [document(set_id, version=version).encode() for set_id in BODIES for version in ("004010", "005010")]
)


@st.composite
def _scratched(draw: st.DrawFn) -> bytes:
    """A good document with a few bytes changed, cut out or put in."""
    data = draw(DOCUMENTS)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at + draw(st.integers(0, 3)) :]
    return data


@given(st.one_of(WILD, _scratched()))
def test_any_bytes_get_a_verdict_in_words(data):
    verdict_is_in_words(data)


@given(st.one_of(WILD, _scratched()))
def test_the_readable_validator_and_the_quick_one_say_the_same(data):
    both_paths_agree(data)


SEGMENTS = {set_id: set_of(document(set_id)).segments for set_id in BODIES}


@given(st.sampled_from(sorted(BODIES)), st.data())
def test_a_fault_points_at_the_value_that_it_names(set_id, data):
    body = data.draw(damaged(SEGMENTS[set_id]))
    lines = ["*".join(segment) for segment in body]
    text = document(set_id).split("ST*")[0] + "~".join(lines) + "~GE*1*1~IEA*1*000000001~"
    sets = [part for part in read(text.encode()) if isinstance(part, TransactionSet)]
    for transaction in sets:
        for fault in look_closely(transaction).faults:
            if fault.code is FaultCode.SEGMENT_BLANK:
                continue  # It stands between two segments.
            assert 1 <= fault.position <= len(transaction.segments)
            segment = transaction.segments[fault.position - 1]
            assert fault.value in "*".join(segment[fault.element :])
            sent = text.encode()[fault.offset :].replace(b"\r", b"").replace(b"\n", b"")
            assert sent.startswith(segment[0].encode())


@given(st.sampled_from(sorted(BODIES)), st.data())
def test_no_two_faults_say_the_same_of_one_place(set_id, data):
    body = data.draw(damaged(SEGMENTS[set_id], most=1))
    lines = ["*".join(segment) for segment in body]
    text = document(set_id).split("ST*")[0] + "~".join(lines) + "~GE*1*1~IEA*1*000000001~"
    for transaction in (part for part in read(text.encode()) if isinstance(part, TransactionSet)):
        faults = look_closely(transaction).faults
        places = [
            (fault.position, fault.segment, fault.loop, fault.element, fault.component, fault.repetition, fault.code)
            for fault in faults
        ]
        assert len(places) == len(set(places)), [fault.message for fault in faults]
