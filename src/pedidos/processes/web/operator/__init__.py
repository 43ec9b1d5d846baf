"""The pages of an operator: what runs, what waits, what is wrong, and what can be done about it.

A blueprint for each subject, whose addresses begin with /operator. Its templates extend operator/base.html, and its
entry in the menu is a line of MENUS in layout.py.
"""
