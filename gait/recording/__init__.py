"""What a recording is: the CSV of the contract, the session folder, the journal, other dialects."""
