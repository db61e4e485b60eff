"""Reads the watch's file of a run: FIT, GPX or TCX, one file a format."""
