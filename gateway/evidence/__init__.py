"""Proof for others: bundles of what was kept about a case, and whether they, and the ledger itself, are whole."""
