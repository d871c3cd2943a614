"""The ``traceparent`` header: what is one is adopted and passed on, what is none is replaced. W3C Trace Context."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import trace

ID, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("header", [f"00-{ID}-{SPAN}-01", f"00-{ID}-{SPAN}-00", f"  00-{ID}-{SPAN}-01 "])
def test_the_id_of_the_caller_is_adopted(header):
    assert trace.adopt(header, lambda: "new") == ID


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{ID}-{'0' * 16}-01",
        f"ff-{ID}-{SPAN}-01",
        f"00-{ID[:-1]}-{SPAN}-01",
        f"00-{ID}-{SPAN}",
        f"00-{ID}-{SPAN}-01-more",
        f"00-{ID}g-{SPAN}-01",
        f"00-{ID}-{SPAN}-01\n00-{ID}-{SPAN}-01",
    ],
)
def test_what_is_no_header_gets_a_new_id(header):
    assert trace.adopt(header, lambda: "new") == "new"


@given(st.text(max_size=80))
def test_whatever_stands_there_gives_an_id(header):
    assert len(trace.adopt(header, lambda: ID)) == 32


def test_what_is_passed_on_reads_back():
    parent = trace.read_traceparent(trace.traceparent(ID, SPAN))
    assert parent == trace.TraceParent(ID, SPAN)


def test_the_id_is_bound_within_and_not_after():
    assert trace.current() == ""
    with trace.tracking(ID):
        assert trace.stamp(None, "", {"event": "x"}) == {"event": "x", "tracking_id": ID}
        with trace.tracking("inner"):
            assert trace.current() == "inner"
        assert trace.current() == ID
        assert trace.stamp(None, "", {"tracking_id": "its own"}) == {"tracking_id": "its own"}
    assert trace.stamp(None, "", {"event": "x"}) == {"event": "x"}
