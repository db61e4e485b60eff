"""Hostile input: what every reader of the package is fed, and how (``python -m tests.fuzz``)."""
