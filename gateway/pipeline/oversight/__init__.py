"""Looks after what was promised and did not come."""
