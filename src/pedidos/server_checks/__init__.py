"""The requirements for the servers that the platform uses, and the checks.

Each module reads the facts of one server, and decides from these facts alone what is wrong with it (flaws).
"""
