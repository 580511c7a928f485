"""Run a function so that nothing it starts outlives it, however it ends."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from config.running.processes import SetupError, die_with_parent, prctl

PR_SET_CHILD_SUBREAPER = 36
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 3


def guarded(main: Callable[[], int]) -> int:
    """Run `main` in a child process; return its exit code once whatever it had started is gone too.

    Two processes, because who cleans up must not be who gets killed: if the child is killed, its orphans become
    ours and we end them; if we are, the child is told to stop. Ctrl-C, SIGTERM and a closed terminal reach `main`
    as one KeyboardInterrupt. Under make we also end when make is killed. Both processes return from here.
    """
    guard = os.getpid()
    if "MAKELEVEL" in os.environ:
        die_with_parent(os.getppid(), signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # until somebody is there to hear them
    child = os.fork()
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    if child == 0:
        return _run(main, guard)
    _on_stop_signals(lambda signum, frame: _pass_on(child, signum))
    code = _exit_code_of(child)
    _on_stop_signals(_ignore)
    _end_orphans(grace=GRACE_SECONDS if code < 0 else 0)
    return code if code >= 0 else 128 - code


def _on_stop_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    for signum in STOP_SIGNALS:
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:  # nohup means it
            signal.signal(signum, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """Once; a second Ctrl-C must not interrupt the cleaning up."""
    _on_stop_signals(_ignore)
    raise KeyboardInterrupt


def _ignore(signum: int, frame: FrameType | None) -> None:
    """A function and not SIG_IGN, which Python reports as an error when the signal is already on its way."""


def _pass_on(child: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        os.kill(child, signum)


def _run(main: Callable[[], int], guard: int) -> int:
    try:
        _on_stop_signals(_interrupt)
        die_with_parent(guard, signal.SIGTERM)
        return main()
    except KeyboardInterrupt:
        return 0
    except SetupError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    finally:
        _end_orphans(grace=0)


def _exit_code_of(child: int) -> int:
    while True:
        pid, status = os.wait()  # orphans are reaped on the way
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def _end_orphans(*, grace: float) -> None:
    """End every child we have; the children of a killed orphan become ours in turn.

    When their parent was killed the kernel has told them (die_with_parent): the database needs a moment to obey.
    """
    deadline = time.monotonic() + grace
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            if time.monotonic() > deadline:
                _kill_children()
            time.sleep(0.02)


def _kill_children() -> None:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid():
                os.kill(int(stat.parent.name), signal.SIGKILL)
        except OSError:
            continue  # it has just ended
