"""What X12 says: elements, segments, loops, sets and code lists per version, as data files and their reader.

``data/`` is the program: a person who knows X12 reads it without Python. `set_definition` finds the definition of a set.
"""

from gateway.x12.standards.library import Choice, available, codes, group_kinds, segment_known, set_definition
from gateway.x12.standards.versions import VERSIONS, nearest_version

__all__ = [
    "VERSIONS",
    "Choice",
    "available",
    "codes",
    "group_kinds",
    "nearest_version",
    "segment_known",
    "set_definition",
]
