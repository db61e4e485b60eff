"""Ask what only the runner can say: questions, answers, the file to fill in."""
