"""The composition root: creates the parts of each process with what they need. No other package does that.

There is a module for each process, and `consumer` for every process of a consumer group. The parts are in `processes`,
in a folder for each process. Its `__main__` reads the settings, gets the process from here, and runs it.
"""
