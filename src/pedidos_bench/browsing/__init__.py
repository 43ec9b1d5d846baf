"""A real browser in front of a whole platform: what a page costs to show, and when a change of it can be seen."""
