"""REST: partners post documents, look at what became of them, and fetch what waits for them."""
