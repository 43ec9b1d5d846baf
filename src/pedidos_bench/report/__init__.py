"""The presentations of a run: the file, the terminal's tables, the page, the goals, the comparison of two runs."""
