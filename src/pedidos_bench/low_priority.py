"""The lowest priority for clients that stand for other machines, whose CPU is not the platform's."""

import os
import sys
import threading

LOWEST = 19


def low_priority() -> None:
    """The calling thread, and those that it starts, get the cores that no other process wants. Only Linux has
    priorities of threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)
