"""Find what is wrong with a file or a session, what it spoils, and make the corrected recording."""
