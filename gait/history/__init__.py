"""A runner's sessions over time: what is kept, what changed, what is normal for this runner."""
