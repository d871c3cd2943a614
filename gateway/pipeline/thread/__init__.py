"""The thread of an order in the pipeline: what messages say about orders (`saying`), and what is done about it (`judge`)."""
