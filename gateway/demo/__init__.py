"""The demonstration: a reference ERP and a simulated supplier, each a process of its own, and the play that joins them."""
