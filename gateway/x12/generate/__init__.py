"""Writes conforming documents of any defined set, and breaks exactly one rule of one. Serves X12.5, X12.6 and X12.22.

The same definitions that the validator judges by are read here the other way round. Randomness is passed in (`Chance`), so
that a seed says all about a document. Knows no partner, no file and no clock.
"""

from gateway.x12.generate.chance import Chance
from gateway.x12.generate.choosing import Mode
from gateway.x12.generate.stream import Plan, generate

__all__ = ["Chance", "Mode", "Plan", "generate"]
