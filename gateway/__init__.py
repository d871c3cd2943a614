"""A B2B/EDI gateway: X12 from and to trading partners, canonical messages from and to the ERP."""

__version__ = "0.1.0"
