"""What people look at: the page, the terminal summary, the exports. Computes nothing."""
