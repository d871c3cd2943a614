"""What the gateway costs beside the bare limit of its database, and when its ledger is full: see `bench.scale.__main__`."""
