"""A profile is data: whatever its texts hold, nothing of it becomes code."""

import builtins
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConfigurationError
from gateway.x12.hierarchy import nest
from tests.mapping.documents import judged, library
from tests.support.x12 import interchange

HOSTILE = [
    "__import__('os').system('false')",
    "'); boom(); ('",
    '"); boom(); ("',
    "\n    boom()\n#",
    "'''\nboom()\n'''",
    "{boom()}",
    "\\' + boom() + \\'",
    "a\u2028boom()",
    "x\\",
]


def profile_of(text: str) -> str:
    """A profile in which a hostile text stands wherever a text may stand."""
    quoted = text.replace("'", "") or "x"
    in_filter = re.sub(r"[^\w\" .;#%$\\{}]", "", text) or "x"
    data = {
        "profile": "test/one",
        "title": text,
        "set": "850",
        "version": "004010",
        "message": "purchase_order",
        "fields": {
            "order_number": "BEG03",
            "contract": f"BEG06 | default('{quoted}')",
            "release": "BEG04 | code(hostile)",
            "custom": {
                text: {"read": f"'{quoted}'"},
                "padded": {"read": f"REF[01=CT]/02 | replace('{quoted}', '-')"},
                "chosen": {"read": f"REF[03={in_filter}]/02"},
                "conditional": {"read": "BEG03", "when": f"BEG04 != '{quoted}'"},
            },
        },
        "constants": {"FOB09": text},
        "tables": {"hostile": {text: "word", "K": text}},
    }
    return yaml.safe_dump(data, allow_unicode=True)


def boom(*_arguments: object) -> None:
    raise AssertionError("a text of the profile was run as code")


@pytest.fixture(autouse=True)
def mined(monkeypatch):
    """Any code that got through would find this name and fail."""
    monkeypatch.setattr(builtins, "boom", boom, raising=False)


def play(text: str) -> None:
    mapping = library(test__one=profile_of(text)).mapping("test/one")
    body = "BEG*00*SA*PO1*K*20260101\nREF*CT*c\nFOB*PP"
    judgment = judged(interchange(body, set_id="850", group="PO").encode())
    found = mapping.read(nest(judgment.tree), ">")
    assert found["custom"][text] == (text.replace("'", "") or "x")
    assert found["release"] == text
    model = mapping.message_type.model.model_validate({"order_number": "1", "release": text})
    segments = mapping.from_canonical(model)
    assert ["FOB", *[""] * 8, text] in [list(segment) for segment in segments]
    [beg] = [segment for segment in segments if segment[0] == "BEG"]
    assert beg[4] == "K"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(text):
    play(text)


@given(st.text("abc'\"\\\n{}()#;%$ \u2028", min_size=1, max_size=30))
def test_no_text_at_all_becomes_code(text):
    play(text)


def test_a_hostile_name_is_refused_or_stays_a_name():
    for name in ("a]; boom()", "x'] = boom() or o['y", "a\nboom()"):
        data = {
            "profile": "test/one",
            "set": "850",
            "version": "004010",
            "message": "purchase_order",
            "fields": {"order_number": "BEG03", "custom": {name: "REF[01=CT]/02"}},
        }
        mapping = library(test__one=yaml.safe_dump(data)).mapping("test/one")
        text = interchange("BEG*00*SA*1\nREF*CT*c", set_id="850", group="PO")
        assert mapping.read(nest(judged(text.encode()).tree), ">")["custom"] == {name: "c"}


def test_the_call_of_a_function_can_not_reach_anything_but_the_registry():
    for call in ("__import__('os')", "read.__globals__", "eval(1)", "open('/etc/passwd')", "Code(unit)"):
        text = f"""
        profile: test/one
        extends: base/850
        fields:
          custom:
            it: {{read: "REF[01=CT]/02 | {call}"}}
        """
        with pytest.raises(ConfigurationError) as caught:
            library(test__one=text).mapping("test/one")
        assert "function" in str(caught.value)
