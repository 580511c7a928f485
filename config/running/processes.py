"""Child processes that never outlive their parent: start, wait until ready, read the log, kill, start again."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02

# Loaded here, not between fork and exec, where little is allowed.
_libc = ctypes.CDLL(None, use_errno=True)


class SetupError(Exception):
    """What is wrong and what to do about it, in words for the person at the terminal."""


def prctl(option: int, value: int) -> None:
    """Linux only; elsewhere nothing happens."""
    if sys.platform == "linux":
        _libc.prctl(option, value)


def die_with_parent(parent: int, signum: signal.Signals) -> None:
    """Have the kernel send us `signum` when `parent` dies; it may have died already."""
    prctl(PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


@dataclass(eq=False)
class Process:
    """One command in a session of its own, its output in `log`. `ready` is asked until it says yes.

    `stop_signal` asks it to end; `death_signal` is what it gets when we die without a word; `popen` goes to Popen.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[["Process"], bool] = lambda process: True
    env: Mapping[str, str] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    popen: Mapping[str, Any] = field(default_factory=dict)
    started_at: float = field(default=0.0, init=False)
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _log_start: int = field(default=0, init=False)

    def start(self) -> None:
        """Start and return at once. Only from the main thread: PR_SET_PDEATHSIG fires when the forking thread ends."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(f"start {self.name} from the main thread: its life is tied to the thread that starts it")
        parent = os.getpid()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            # Python changes the uid before preexec_fn runs; a later change would clear the death signal.
            self._child = subprocess.Popen(
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(parent, self.death_signal),
                **self.popen,
            )
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def seconds(self) -> float:
        """Since it was last started."""
        return time.monotonic() - self.started_at

    @property
    def exit_code(self) -> int | None:
        """None while it runs. Once it has ended, whatever it left behind in its process group is gone too."""
        child = self._started
        if child.returncode is None and child.poll() is not None:
            self._kill_group()
        return child.returncode

    @property
    def output(self) -> str:
        """What it has written since it was last started, the last megabyte of it."""
        with self.log.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, end - 1_000_000))
            return log.read().decode(errors="replace")

    def problem(self, what: str, lines: int = 12) -> SetupError:
        """The error `what`, with the last lines of the log."""
        tail = "\n".join(f"    {line}" for line in self.output.splitlines()[-lines:])
        return SetupError(f"{self.name} {what}; {self.log} says:\n{tail}")

    def is_ready(self) -> bool:
        """Raise SetupError when it has ended instead."""
        if (code := self.exit_code) is not None:
            raise self.problem(f"ended while starting (exit code {code})")
        return self.ready(self)

    def wait_ready(self, timeout: float = 60) -> None:
        wait_ready([self], timeout=timeout)

    def run(self, timeout: float = 300) -> None:
        """Start, and wait until it has ended well; raise SetupError when it has not."""
        self.start()
        try:
            if not self.has_ended(within=timeout):
                raise self.problem(f"was not done after {timeout:.0f} s")
            if self.exit_code != 0:
                raise self.problem(f"failed (exit code {self.exit_code})")
        finally:
            self.kill()

    def has_ended(self, *, within: float) -> bool:
        """Wait for its end, at most so many seconds."""
        deadline = time.monotonic() + within
        while self.exit_code is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return self.exit_code is not None

    def ask_to_stop(self) -> None:
        if self.exit_code is None:
            self._started.send_signal(self.stop_signal)

    def kill(self) -> None:
        """kill -9, the whole process group."""
        if self.exit_code is None:
            self._kill_group()
            self._started.wait()

    def restart(self) -> None:
        self.kill()
        self.start()

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._child

    def _kill_group(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nobody left; macOS says EPERM when only a zombie is


class Group:
    """Processes that end together when the `with` block does."""

    def __init__(self) -> None:
        self.processes: list[Process] = []

    def start(self, *processes: Process) -> None:
        for process in processes:
            process.start()
            self.processes.append(process)

    def stop(self, grace: float = 10) -> None:
        """All are asked at once: a person waits for the slowest, not for the sum. Who is late is killed."""
        for process in self.processes:
            process.ask_to_stop()
        deadline = time.monotonic() + grace
        for process in self.processes:
            process.has_ended(within=deadline - time.monotonic())
            process.kill()
        self.processes.clear()

    def __enter__(self) -> "Group":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def wait_ready(
    processes: Iterable[Process], *, timeout: float = 60, tell: Callable[[Process], None] = lambda process: None
) -> None:
    """Wait for all at once; `tell` hears of each as it becomes ready."""
    waiting, deadline = list(processes), time.monotonic() + timeout
    while True:
        for process in [process for process in waiting if process.is_ready()]:
            waiting.remove(process)
            tell(process)
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise waiting[0].problem(f"was not ready after {timeout:.0f} s")
        time.sleep(POLL_SECONDS)


def says(text: str) -> Callable[[Process], bool]:
    """Ready when its log has this text."""
    return lambda process: text in process.output
