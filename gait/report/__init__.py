"""Show results to people: the page, the terminal summary, the exports. Computes nothing."""
