"""The thread of a purchase order: what everybody said about it, line by line, and what follows from that.

An order is never moved by hand. It is *folded*: whatever documents and systems said (`statement`) is put into the order in
which it counts, and the state of each line, what does not match and what still waits come out of it (`fold`). So documents may
arrive in any order, be replaced or taken back, and the answer is always the one that the right order would have given.
"""
