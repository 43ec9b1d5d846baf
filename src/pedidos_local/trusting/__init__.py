"""Puts the platform's certificate authority into the stores that browsers and other programs read, or takes it out."""
