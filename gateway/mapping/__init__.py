"""Profiles: how a partner's set becomes a canonical message and back. A profile is data, and reviewable.

`loader` reads YAML into a `profile`, laid over others by `layers`; `planner` finds its paths in a set's definition and makes a
`plan`, `claims` gives each place to one line; `reading` and `writing` turn the plan into Python; `coverage` says what of a
document a profile does not read. Knows no partner and no clock.
"""
