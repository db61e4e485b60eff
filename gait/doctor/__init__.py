"""What is wrong with a file or a session, what it spoils, and the corrected recording."""
