"""Runs of atheris, which looks for bytes that reach code not reached before, in processes of their own."""
