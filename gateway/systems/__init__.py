"""The doors of the systems around the orders: warehouse, quality, production, transport, and events of any machine.

Each module knows one system's words and what they mean for orders. What becomes of them is the pipeline's business (`intake`).
"""
