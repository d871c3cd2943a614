"""The ERP's side: connectors that hand messages over, and the inbox that takes its messages in.

To add a connector is to add one file here and one line in `gateway.bootstrap`.
"""
