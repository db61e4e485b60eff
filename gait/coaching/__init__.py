"""Say what the numbers mean and what to do: findings, safety, plan, from rules kept as data."""
