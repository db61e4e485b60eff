"""Recordings in the forms that other communities share: in and out, without analysis."""
