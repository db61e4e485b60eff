"""Strides of a shank."""
