"""Lays the watch's activity on a session: one clock, calibrated lengths, heart rate and climb a stride."""
