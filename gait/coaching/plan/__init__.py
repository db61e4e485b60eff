"""The plan: exercises, week, cadence."""
