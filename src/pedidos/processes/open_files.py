"""Lets a process open as many connections as it accepts: the limit of a shell is often 1024 or 256 files."""

import resource

import structlog

SPARE_FILES = 100
"""For files and connections to servers."""

log = structlog.get_logger()


def allow_open_files(connections: int) -> None:
    """Raises the soft limit of open files, if it is too low and the hard limit permits it. Logs if it stays too low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft < wanted:
            log.warning("few open files allowed", allowed=soft, connections=connections)
