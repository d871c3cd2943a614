"""Master data: keeping it with its versions, judging again what waited for it, proposals of catalogs. No I/O of its own."""
