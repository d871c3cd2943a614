"""What a guide can ask, how that is checked, how it is shown to a partner, and how one is drafted from samples.

`gateway.x12.guide` loads a guide and applies it; the rooms here hold its parts. None of them opens a file.
"""
