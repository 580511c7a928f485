"""A disk without room for one server: its files may not grow, by the quota that Linux gives every process."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.running.accounts import Account
from config.running.processes import Process


@contextmanager
def full_disk(server: Process) -> Iterator[None]:
    """Every write to a file fails, in the server and in all its children."""
    _set(server, "full")
    try:
        yield
    finally:
        if server.exit_code is None:
            _set(server, "free")


def _set(server: Process, how: str) -> None:
    """As the server's own user: root in a container may not touch the limits of another."""
    account = Account.for_servers()
    user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.other else {}
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    size = 0 if how == "full" else "unlimited" if hard == resource.RLIM_INFINITY else hard
    for pid in _family(server.pid):
        # Some end meanwhile.
        subprocess.run(["prlimit", f"--pid={pid}", f"--fsize={size}:"], cwd="/", capture_output=True, **user)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(relative for child in children for relative in _family(int(child)))]
