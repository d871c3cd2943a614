"""A year of trading in an hour: many orders with many suppliers, some of whom are late, partial, wrong, silent or say it twice.

What must come of each order is written down beside what is done to it (`scenarios`), without the gateway's own reckoning. The
run (`play`) sends everything through the real pipeline and compares.
"""
