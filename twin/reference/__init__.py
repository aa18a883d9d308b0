"""The line as SimPy processes, written to be read."""
