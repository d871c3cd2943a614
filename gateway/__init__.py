"""A B2B/EDI gateway: X12 from and to trading partners, canonical messages from and to the ERP."""
