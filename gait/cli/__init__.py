"""The command line: one file a command; the only place that turns errors into exit codes."""
