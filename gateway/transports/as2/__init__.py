"""AS2 over HTTP. `front` is the door: tolerant, on its own port, one request a connection."""
