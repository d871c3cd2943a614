"""The manners that all HTTP rooms share: a table of routes, keys, problem details, OpenAPI. Knows no business.

It stands below the rooms that talk to the outside, so that they need not know one another.
"""
