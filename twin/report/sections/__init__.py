"""Sections of the page, in the order in which a person decides."""
