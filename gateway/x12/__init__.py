"""The X12 engine: bytes in, faults and segments out; segments in, bytes out. No clock, no socket, no file of a user."""
