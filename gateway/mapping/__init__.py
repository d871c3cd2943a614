"""Profiles: how a partner's set becomes a canonical message and back. A profile is data, and reviewable.

`loader` reads YAML into a `profile`, `plan` finds its paths in a set's definition, `reading` and `writing` turn the plan into
Python, `coverage` says what of a document a profile does not read. Knows no partner and no clock.
"""
