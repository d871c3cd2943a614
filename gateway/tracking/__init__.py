"""The records that the ledger keeps, and their lives as tables: which state follows which, on which event.

Tests draw from the tables, and so does the documentation. Pure: no clock, no database.
"""
