"""Says in a sentence what each class of disagreement is about. Serves `gateway.x12.second_opinion.reasons`, which finds them."""

from __future__ import annotations

_WORDS = {
    "guide-of-health-care": "pyx12 judges by its guide of health care, this gateway by the standard or not at all",
    "envelope-of-the-set": "counts and numbers of ST and SE: pyx12 looks at them in its reader, which is not asked",
    "written": "how the text is cut into segments: our reader has settled that before pyx12 sees them",
    "cut-short": "the data end within this segment, so this gateway says only that",
    "levels": "the numbers of HL levels: the walker of pyx12 does not look at them",
    "trailing-separator": "separators behind the last value: pyx12 lets them pass until there are more of them than elements",
    "too-many-repetitions": "pyx12 does not count repetitions; this gateway says no more of an element that has too many",
    "note-of-a-composite": "pyx12 knows no syntax notes between the components of a composite",
    "first-component": "pyx12 lets the mandatory first component of an optional composite be empty",
    "binary-data": "binary data: any byte may be in them, and another element says how many there are; pyx12 knows neither",
    "blank-value": "a value of nothing but blanks: pyx12 takes it where it is as short as it may be",
    "length-of-a-moment": "a date or time of a wrong length: here it is none (8, 9), to pyx12 a value of a wrong length (4, 5)",
    "format-of-its-own": "a date is not in the format that the element before it names: pyx12 looks at that in DTP only",
    "several-things-of-one-value": "pyx12 says several things of one value, this gateway the one that matters",
    "early-year": "a day before the year 1800: pyx12 takes none, the standard has no such rule",
    "trailing-blank": "a value ends with a blank that its least length does not need: pyx12 refuses that",
    "separator-in-a-simple-element": "the component separator stands in an element that is no composite: pyx12 refuses that",
    "nothing-but-separators": "an element holds separators and nothing between them: whether it is there is read either way",
    "decimal-form": "a number that ends with its point, has an exponent or no digit: pyx12 reads such forms otherwise than X12.6",
    "letters-beyond-ascii": "a letter of the extended character set beyond ASCII: pyx12 knows none",
    "lower-case": "a segment in lower case: this gateway says so and reads it as the capitals mean, to pyx12 it is unknown",
    "not-judged-out-of-place": "the segment has no place where it stands, so pyx12 does not look into it",
    "next-place": "the place of the segment is full: this gateway takes the next place of that name, pyx12 has it once too often",
    "late": "a mandatory segment comes late: one fault here, to pyx12 it is missing, and has no place where it comes",
    "loop-begins-again": "a loop begins again at once: pyx12 does not look for what the repetition before lacks",
    "cascade": "it follows from a fault before: pyx12 does not go on where a segment out of place belongs",
    "walked-on": "pyx12 stands elsewhere in the set since a fault before, and does not see this one",
    "other-reading": "both find the order wrong, and each takes another segment for the one out of place",
    "more-than-kept": "there are more faults than this gateway keeps of one set",
}


def words_for(reason: str) -> str:
    """Say what a class is about."""
    return _WORDS.get(reason, "nobody has looked into this one yet; please report it with the segment")
