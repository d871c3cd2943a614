"""Who we trade with, and under which agreement. Partner files are YAML without secrets; nothing here opens a file."""
