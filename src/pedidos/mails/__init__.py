"""Mails to people: what they say, in the language of their reader."""
