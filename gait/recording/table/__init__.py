"""A file's table, step by step: bytes and container, header, numbers, and whether they can be samples."""
