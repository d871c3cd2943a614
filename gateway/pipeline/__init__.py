"""The two rivers a document flows through, step by step, each step one commit. Imports no package that does I/O."""
