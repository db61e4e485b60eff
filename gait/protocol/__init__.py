"""Bytes to samples and commands and back, one file a device family. Pure: no I/O."""
