"""Recordings that other programs wrote."""
