"""Who the database and the broker run as, and how they reach a folder of ours that is closed to them."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.running.processes import SetupError


@dataclass(frozen=True, kw_only=True)
class Account:
    """Ourselves; or `nobody` when we are root, as whom PostgreSQL refuses to run and Valkey should not."""

    uid: int
    gid: int
    other: bool

    @classmethod
    def for_servers(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(uid=os.geteuid(), gid=os.getegid(), other=False)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise SetupError(
                "PostgreSQL refuses to run as root and this machine has no user `nobody`: run as an ordinary user, "
                "or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from None
        return cls(uid=nobody.pw_uid, gid=nobody.pw_gid, other=True)


@dataclass(frozen=True, kw_only=True)
class Home:
    """A server's folder: `path` as we know it, `inside` as the server does, and what Popen needs to start it there."""

    path: Path
    inside: str
    popen: dict[str, Any]
    account: Account

    def write(self, name: str, text: str) -> None:
        """A file only the server (and root) may read."""
        file = self.path / name
        file.touch(mode=0o600)
        file.write_text(text)
        if self.account.other:
            os.chown(file, self.account.uid, self.account.gid)


@contextmanager
def home(path: Path, account: Account) -> Iterator[Home]:
    """Make `path` a home for a server of `account`.

    Another account may be unable to walk to it (a clone under /root), so it is handed over as an open descriptor:
    /proc/self/fd/N leads straight to the folder, whatever lies above it.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_uid != account.uid:
        _take_over(path, account)
    if not account.other:
        yield Home(path=path, inside=str(path.resolve()), popen={}, account=account)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        popen = {
            "user": account.uid,
            "group": account.gid,
            "extra_groups": [],
            "pass_fds": (descriptor,),
            "cwd": "/",
        }
        yield Home(path=path, inside=f"/proc/self/fd/{descriptor}", popen=popen, account=account)
    finally:
        os.close(descriptor)


def _take_over(path: Path, account: Account) -> None:
    """Only a folder that is new; what another user made is theirs."""
    try:
        if any(path.iterdir()):
            raise PermissionError
        os.chown(path, account.uid, account.gid)
    except PermissionError:
        raise SetupError(
            f"{path} was made by another user: start as that user, or remove it (make clean-demo forgets the demo)."
        ) from None
