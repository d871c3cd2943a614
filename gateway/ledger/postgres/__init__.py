"""The ledger on PostgreSQL, for several processes on several machines. Loaded only where the ledger is there."""
