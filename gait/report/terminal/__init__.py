"""The report for a terminal: the answer first, then small charts, findings, plan and quality."""
