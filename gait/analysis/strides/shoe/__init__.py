"""Strides of a shoe."""
