"""Gateway against ERP against warehouse, line by line: runs are kept with their reports, and what differs gets a repair."""
