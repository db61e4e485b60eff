"""Align a watch's activity with a session: one clock, calibrated lengths, heart rate and climb a stride."""
