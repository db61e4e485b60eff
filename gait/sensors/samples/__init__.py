"""Samples of sensors: put in order by index or clock, numbered, scaled, or taken out of a memory whole."""
