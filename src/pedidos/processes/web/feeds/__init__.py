"""Parts of pages that are pushed: made once for all who look, and sent to each as it can take them.

A page that is seen holds one stream, and so a thread of this process; there is a limit on both. Nothing is made while
no page is seen. A reader that is slow misses what came in between, and gets the newest.
"""
