"""All that we must never forget: records, bytes, numbers, what is due and what happened. SQLAlchemy Core on
SQLite in one process, or on PostgreSQL in as many as are wanted (`postgres`).

Everything is written through `Database.tx`: one transaction for the fact, the next step, the number and the event.
"""
