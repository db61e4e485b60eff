"""A runner's diary: check-ins, where they lead week by week, and coming back after a gap."""
