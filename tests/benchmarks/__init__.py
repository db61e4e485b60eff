"""Figures on speed, memory and the live engine: ``python -m tests.benchmarks``; nothing here is a test."""
