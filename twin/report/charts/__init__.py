"""Charts: one function a file, from plain results to an SVG picture of the width asked for."""
