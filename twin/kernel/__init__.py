"""A line as arrays, its log and its tally, and the compiled engine that runs it."""
