"""`make demo`: the whole of Despacho here, its data in .demo. `python -m config.running.demo clean` forgets it."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config.running import roles, services
from config.running.guard import guarded
from config.running.ports import is_free
from config.running.processes import Group, Process, SetupError, wait_ready
from config.running.supervisor import Supervisor

FOLDER = roles.ROOT / ".demo"
LOGS = FOLDER / "log"
NEEDED_BYTES = 300_000_000
STARTED_AT = time.monotonic()


def main(arguments: list[str]) -> int:
    """The lock is taken before guarded() divides us, so that it is held until the last of both is gone."""
    try:
        with _locked(FOLDER):
            return guarded(_forget if arguments == ["clean"] else _demo)
    except SetupError as error:
        sys.exit(str(error))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One demo per folder."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = (folder / "lock").open("a+")
    except PermissionError:
        raise SetupError(
            f"{folder} belongs to another user: start as that user, or have them run `make clean-demo`."
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SetupError(
                f"A demo is already running from this folder (process {file.read().strip()}): "
                "use that one, or stop it first with Ctrl-C in its terminal."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _forget() -> int:
    shutil.rmtree(FOLDER)
    _say("The demo's data is gone; `make demo` starts afresh.")
    return 0


def _demo() -> int:
    web_port, sandbox_port = _port("DEMO_PORT", 8000), _port("DEMO_SANDBOX_PORT", 8100)
    _check_disk()
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir()
    sandbox = roles.sandbox(port=sandbox_port, state=FOLDER / "sandbox", logs=LOGS, sell=True)
    with Group() as marketplaces, _services() as found, Group() as despacho:
        marketplaces.start(sandbox)
        env = roles.environment(found, _keys(FOLDER / "keys.json"))
        web = roles.web(port=web_port, env=env, logs=LOGS)
        despacho.start(web)  # loads while the tables are made
        addresses = [f"http://127.0.0.1:{port}" for port in (sandbox_port, web_port)]
        login = _prepare(env, sandbox, *addresses)
        worker = roles.worker(env=env, logs=LOGS)
        beat = roles.beat(env=env, logs=LOGS, schedule=FOLDER / "beat")
        despacho.start(worker, beat)
        wait_ready([web, worker, beat], tell=_tell_ready)
        _say(ADDRESSES.format(web=web_port, sandbox=sandbox_port, **login))
        try:
            Supervisor([*found.processes, sandbox, web, worker, beat], say=_say).watch()
        finally:
            _say("\nStopping.")
    return 0


ADDRESSES = """
  Back office   http://127.0.0.1:{web}/admin/     user {username}, password {password}
  API           http://127.0.0.1:{web}/api/docs/  key {api_key}
  Marketplaces  http://127.0.0.1:{sandbox}/           simulated; their buyers are buying

  Ctrl-C stops everything and keeps the data in .demo; `make clean-demo` forgets it. Logs: .demo/log
"""


@contextlib.contextmanager
def _services() -> Iterator[services.Services]:
    with services.running(data_dir=FOLDER, log_dir=LOGS) as found:
        for process in found.processes:
            _tell_ready(process)
        for variable in filter(os.environ.get, ("DATABASE_URL", "REDIS_URL")):
            _tell(f"{variable} of the environment is used")
        yield found


def _prepare(env: dict[str, str], sandbox: Process, sandbox_url: str, web_url: str) -> dict[str, str]:
    """Make the tables and what the demo needs in them; return username, password and api_key."""
    migrate = roles.manage("migrate", env=env, logs=LOGS)
    migrate.run()
    _tell("tables are up to date")
    wait_ready([sandbox], tell=_tell_ready)
    arguments = ["--sandbox-url", sandbox_url, "--web-url", web_url, "--secrets", str(FOLDER / "login.json")]
    return roles.prepare_demo(*arguments, env=env, logs=LOGS)


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, str(default))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SetupError(f"{variable}={text} is not a port: give a number from 1 to 65535.")
    if not is_free(int(text)):
        raise SetupError(
            f"Port {text} is in use by another program: stop that program, or choose another port "
            f"with {variable}={int(text) % 65535 + 1} make demo"
        )
    return int(text)


def _check_disk() -> None:
    free = shutil.disk_usage(FOLDER).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"The disk is nearly full: {free // 1_000_000} MB free, the demo needs {NEEDED_BYTES // 1_000_000}. "
            "Make room and start again."
        )


def _keys(file: Path) -> dict[str, str]:
    """Made once: what they signed and encrypted must stay readable. The environment's win."""
    if not file.exists():
        fresh = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        unfinished = file.with_suffix(".new")
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(fresh))
        unfinished.rename(file)
    keys = json.loads(file.read_text())
    return {name: os.environ.get(name) or value for name, value in keys.items()}


def _tell_ready(process: Process) -> None:
    _tell(f"{process.name} is ready")


def _tell(fact: str) -> None:
    _say(f"{time.monotonic() - STARTED_AT:6.1f} s  {fact}")


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be closed
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
