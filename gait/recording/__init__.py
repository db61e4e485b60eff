"""Read and write recordings: the CSV of the contract, the session folder, the journal, other dialects."""
