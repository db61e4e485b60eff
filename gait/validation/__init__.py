"""Strides against truth: how far off, how often missed, how often the interval holds."""
