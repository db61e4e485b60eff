"""Conditioned signals: the grid, filters, orientation, and the buffer that detectors look back on."""
