"""What the platform asks of the servers that it works with, and whether they are like that.

Each module looks at one server (facts), and says from these facts alone what is wrong with it (flaws).
"""
