"""Faults of a recording: what contradicts itself or the laws of motion, and what that spoils."""
