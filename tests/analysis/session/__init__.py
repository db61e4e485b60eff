"""Tests of what is made of a session's strides."""
