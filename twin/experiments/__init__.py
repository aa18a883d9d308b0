"""Runs made to answer a question: replications, and candidates on common luck."""
