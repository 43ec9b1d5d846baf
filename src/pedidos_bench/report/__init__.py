"""What is made of a run's figures: the file, the terminal's tables, the page, the goals, the comparison of two."""
