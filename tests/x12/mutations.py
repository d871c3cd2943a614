"""Ways to damage a document, for hypothesis: whole segments, single elements, single characters, a cut."""

from hypothesis import strategies as st

VALUES = st.one_of(
    st.sampled_from(["", " ", "0", "1", "-1", "1.5", ".5", ".", "1E3", "QQ", "ZZ", "EA", "ST", "20260229", "20240229"])
    | st.sampled_from(
        ["20261231", "0800", "2460", "A>B", ">", "1>2>3", "A^B", "A>B^C", "^", "x" * 90, "9" * 12, "é", "\x07"]
    )
    | st.sampled_from(
        [
            "ea",
            "zz",
            "st",
            "E\nA",
            "\r\nEA",
            "20261\n120",
            "260228",
            "™",
            "日本",
            "-0",
            "1E+3",
            "235960",
            "dp>1",
            "dp^ia",
        ]
    ),
    st.text(st.characters(codec="ascii", exclude_characters="*~"), max_size=4),
)
NAMES = st.sampled_from(
    [
        "ST",
        "SE",
        "HL",
        "N1",
        "N3",
        "REF",
        "PO1",
        "PID",
        "ACK",
        "LIN",
        "SLN",
        "CTT",
        "DTM",
        "ZZZ",
        "B",
        "AK3",
        "",
        "n1",
        "po1",
        "P\nO1",
        "se",
        "BHT",
    ]
)


@st.composite
def _one(draw: st.DrawFn, segments: list[list[str]]) -> list[list[str]]:
    """The document with one thing changed; its first segment stays, so that it is a set."""
    at = draw(st.integers(1, len(segments) - 1))
    other = draw(st.integers(1, len(segments) - 1))
    kind = draw(st.sampled_from(["delete", "repeat", "swap", "rename", "change", "add", "blank", "insert", "count"]))
    changed = [list(segment) for segment in segments]
    if kind == "delete":
        del changed[at]
    elif kind == "repeat":
        changed[at:at] = [list(changed[at])] * draw(st.sampled_from([1, 2, 30]))
    elif kind == "swap":
        changed[at], changed[other] = changed[other], changed[at]
    elif kind == "rename":
        changed[at][0] = draw(NAMES)
    elif kind == "change":
        number = draw(st.integers(0, len(changed[at]) - 1))
        changed[at][number] = draw(VALUES)
    elif kind == "add":
        changed[at] += draw(st.lists(VALUES, min_size=1, max_size=3))
    elif kind == "blank":
        changed.insert(at, [""])
    elif kind == "insert":
        changed.insert(at, [draw(NAMES), *draw(st.lists(VALUES, max_size=3))])
    else:
        changed[-1] = ["SE", str(len(changed)), changed[0][2]] if len(changed[0]) > 2 else changed[-1]
    return changed if len(changed) > 1 else segments


@st.composite
def damaged(draw: st.DrawFn, segments: list[list[str]], most: int = 3) -> list[list[str]]:
    """The document with up to ``most`` things changed; mostly with SE01 put right again, so that the rest is seen."""
    changed = [list(segment) for segment in segments]
    for _ in range(draw(st.integers(0, most))):
        changed = draw(_one(changed))
    if draw(st.booleans()) or draw(st.booleans()):
        changed[-1] = ["SE", str(len(changed)), "0001"]
    return changed
