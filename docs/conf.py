"""Sphinx configuration."""

project = "Taktwin"
author = "The Taktwin authors"
copyright = "The Taktwin authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Taktwin"
autodoc_typehints = "description"
myst_heading_anchors = 3
