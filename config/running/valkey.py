"""A Valkey (or Redis) of our own, on a free port with a password of its own."""

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.running.accounts import Account, home
from config.running.binaries import valkey_server
from config.running.ports import start_on_free_port
from config.running.processes import Group, Process, says

# In a file, because the whole machine can read a command line.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
databases 128
maxmemory-policy noeviction
save ""
appendonly {appendonly}
appendfsync everysec
"""


@contextmanager
def running_valkey(folder: Path, log: Path, *, durable: bool) -> Iterator[tuple[str, Process]]:
    """Start Valkey with its data in `folder`; yield the URL of its database 0, and the process."""
    account = Account.for_servers()
    program = valkey_server(account)
    password = secrets.token_urlsafe(24)
    with home(folder, account) as place, Group() as group:

        def server(port: int) -> Process:
            appendonly = "yes" if durable else "no"
            place.write(
                "valkey.conf",
                CONFIGURATION.format(port=port, password=password, folder=place.inside, appendonly=appendonly),
            )
            return Process(
                "broker",
                [str(program), f"{place.inside}/valkey.conf"],
                log,
                says("Ready to accept connections"),
                death_signal=signal.SIGTERM if durable else signal.SIGKILL,
                popen=place.popen,
            )

        process, port = start_on_free_port(group, server, taken="Address already in use")
        yield f"redis://:{password}@127.0.0.1:{port}/0", process
