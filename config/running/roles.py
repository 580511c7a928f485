"""What Despacho runs as: the command of each process, and the sign that it is ready."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from config.running.ports import answers
from config.running.processes import Process, says
from config.running.services import Services

ROOT = Path(__file__).resolve().parents[2]
SPEAK_UP = ["--loglevel", "INFO"]  # at which worker and beat say that they are ready


def environment(services: Services, keys: Mapping[str, str]) -> dict[str, str]:
    """What settings.py reads. `keys` has SECRET_KEY and FIELD_ENCRYPTION_KEYS."""
    return {
        **os.environ,
        **services.env,
        **keys,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }


def web(*, port: int, env: Mapping[str, str], logs: Path) -> Process:
    options = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"]
    options += ["--limit-request-line", "8190"]  # all filters of the API at their longest
    command = ["gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket", *options]
    return _python("web", command, logs, answers(port, "/healthz"), env)


def worker(*, env: Mapping[str, str], logs: Path, name: str = "worker") -> Process:
    options = ["-P", "threads", "-c", "8", "-Q", "control,push,pull", "--without-gossip", "--without-mingle", *SPEAK_UP]
    command = ["celery", "-A", "config", "worker", "--hostname", f"{name}@%h", *options]
    return _python(name, command, logs, says(" ready."), env)


def beat(*, env: Mapping[str, str], logs: Path, schedule: Path, name: str = "beat") -> Process:
    """`schedule` is the file in which beat remembers when it last rang. No pid file: a stale one would stop it."""
    command = ["celery", "-A", "config", "beat", "--schedule", str(schedule), "--pidfile=", *SPEAK_UP]
    return _python(name, command, logs, says("beat: Starting..."), env)


def sandbox(*, port: int, state: Path | None, logs: Path, sell: bool = False) -> Process:
    """The four marketplaces, simulated; with `sell` there are buyers, without `state` all is forgotten at the end."""
    kept = ["--state", str(state)] if state else []
    command = ["sandbox", "--port", str(port), *kept, *(["--sell", "skyhub", "shopee"] if sell else [])]
    return _python("sandbox", command, logs, answers(port, "/"), {**os.environ, "PYTHONUNBUFFERED": "1"})


def manage(*arguments: str, env: Mapping[str, str], logs: Path) -> Process:
    """A management command, to be `run()`."""
    return _python(arguments[0], ["manage", *arguments], logs, lambda process: True, env)


def prepare_demo(*arguments: str, env: Mapping[str, str], logs: Path) -> dict[str, str]:
    """Run it: the demo's username, password and api_key. Its answer need not be the last line that is logged."""
    command = manage("prepare_demo", *arguments, env=env, logs=logs)
    command.run()
    login: dict[str, str] = json.loads(next(line for line in command.output.splitlines() if '"api_key"' in line))
    return login


def _python(
    name: str, module: list[str], logs: Path, ready: Callable[[Process], bool], env: Mapping[str, str]
) -> Process:
    return Process(name, [sys.executable, "-m", *module], logs / f"{name}.log", ready, env=env, popen={"cwd": ROOT})
