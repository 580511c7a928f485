"""A RabbitMQ of our own for tests, where it is installed: with running_rabbitmq(folder) as (url, process)."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.running.ports import free_port
from config.running.processes import Group, Process, SetupError, says

#: Debian's script beside it changes the user and needs fixed folders.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = despacho
default_pass = {password}
loopback_users = none
log.console = true
log.file = false
"""


@contextmanager
def running_rabbitmq(folder: Path) -> Iterator[tuple[str, Process]]:
    """One node with its data in `folder`, which survive a kill; yields its URL and the process."""
    if not SERVER.exists():
        raise SetupError("There is no RabbitMQ here: apt-get install rabbitmq-server")
    folder.mkdir()
    port, password = free_port(), secrets.token_urlsafe(24)
    (folder / "rabbitmq.conf").write_text(CONFIGURATION.format(port=port, password=password))
    (folder / "plugins").write_text("[].")
    env = {
        **os.environ,
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"despacho{port}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
    }
    server = Process("rabbitmq", [str(SERVER)], folder / "rabbitmq.log", says("startup complete"), env=env)
    with Group() as group:
        group.start(server)
        server.wait_ready(180)
        yield f"amqp://despacho:{password}@127.0.0.1:{port}//", server
