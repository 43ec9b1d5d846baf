"""Runs a process of the platform, and ends the container when the process hangs.

Docker starts again what has ended, and leaves alone what is merely unhealthy.

The process touches its heartbeat file for as long as its work goes on. It is judged from its first sign of life on, and
by looks, not by a clock: while the whole container does not run, nothing is missed. Only the standard library, and
little of it: this waits in each container.
"""

import contextlib
import os
import select
import signal
import sys

LOOK_SECONDS = 2.0
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
AWAITED = (signal.SIGCHLD, *FORWARDED)
HUNG_SECONDS = 30.0
"""As in the platform's settings."""


def main(command: list[str]) -> int:
    """Runs the command to its end; its exit status, or 1 if it had to be killed."""
    heartbeat = os.environ["PEDIDOS_HEARTBEAT_FILE"]
    patience = float(os.environ.get("PEDIDOS_HUNG_SECONDS") or HUNG_SECONDS)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(heartbeat)  # noqa: PTH108  # of the life before this one; pathlib would be most of our memory
    signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
        os.execvp(command[0], command)  # noqa: S606  # there is no shell to need
    last, silent = 0, 0.0
    while True:
        came = signal.sigtimedwait(AWAITED, LOOK_SECONDS)
        if came is None:
            beat = beat_of(heartbeat)
            silent = 0.0 if beat != last or not beat else silent + LOOK_SECONDS
            last = beat
            if silent >= patience:
                os.kill(child, signal.SIGKILL)
                say(f"{command[-1]} gave no sign of life for {silent:.0f} s and was killed")
                return 1
        elif came.si_signo == signal.SIGCHLD:
            code = reap(child)
            if code is not None:
                return code
        else:
            os.kill(child, came.si_signo)


def beat_of(heartbeat: str) -> int:
    """When the file was touched; 0 before the first time."""
    try:
        return os.stat(heartbeat).st_mtime_ns  # noqa: PTH116  # see above
    except FileNotFoundError:
        return 0


def reap(child: int) -> int | None:
    """Collects all that have ended: without an init, orphans are ours. The child's exit status, if it is among them."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                code = os.waitstatus_to_exitcode(ended[1])
                return code if code >= 0 else 128 - code
    return None


def say(words: str) -> None:
    """To the log, unless its reader has stopped: that must not keep the container from ending."""
    if select.select([], [2], [], 0)[1]:
        with contextlib.suppress(OSError):
            os.write(2, f"{words}\n".encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
