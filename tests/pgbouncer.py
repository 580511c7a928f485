"""Tests through a PgBouncer in transaction mode, where it is installed: python -m tests.pgbouncer [paths]."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from config.running import services
from config.running.accounts import Account, home
from config.running.guard import guarded
from config.running.ports import free_port, listens
from config.running.processes import Group, Process, SetupError

#: Whatever a session might keep from one transaction to the next.
PATHS = (
    "tests/marketplaces/engine",
    *(f"tests/orders/test_{name}.py" for name in ("intake", "api_changes", "api_once", "admin_bulk", "admin_order")),
)
CONFIGURATION = """\
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
server_round_robin = 1
server_lifetime = 5
"""


def main(paths: list[str]) -> int:
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(program).exists():
        raise SetupError("There is no PgBouncer here: apt-get install pgbouncer")
    with services.running() as own, tempfile.TemporaryDirectory() as folder, Group() as group:
        url, port = urlsplit(own.database_url), free_port()
        with home(Path(folder) / "pgbouncer", Account.for_servers()) as place:
            place.write("users", f'"{url.username}" "{url.password}"\n')
            place.write("ini", CONFIGURATION.format(server=url.port, port=port, folder=place.inside))
            log = Path(folder) / "pgbouncer.log"
            bouncer = Process("pgbouncer", [program, f"{place.inside}/ini"], log, listens(port), popen=place.popen)
            group.start(bouncer)
            bouncer.wait_ready()
            through = url._replace(netloc=f"{url.username}:{url.password}@127.0.0.1:{port}").geturl()
            env = {**os.environ, "DATABASE_URL": through, "REDIS_URL": own.redis_url, "DATABASE_PREPARE_AFTER": "0"}
            return subprocess.run([sys.executable, "-m", "pytest", "-q", *paths], env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(guarded(lambda: main(sys.argv[1:] or list(PATHS))))
