"""How bytes come and go. To add a transport is to add a folder with ``receiver`` and ``sender``."""
