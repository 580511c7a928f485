"""TCP ports of 127.0.0.1: free ones, and who listens on one."""

import http.client
import socket
from collections.abc import Callable

from config.running.processes import Group, Process, SetupError


def free_port() -> int:
    """One that is free now; somebody may be quicker, so whoever binds it must be ready to try another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def listens(port: int) -> Callable[[Process], bool]:
    """Ready when somebody accepts connections on this port."""

    def ready(process: Process) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready


def answers(port: int, path: str) -> Callable[[Process], bool]:
    """Ready when a GET of this path answers 200."""

    def ready(process: Process) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def start_on_free_port(group: Group, make: Callable[[int], Process], *, taken: str) -> tuple[Process, int]:
    """Start `make(port)` in `group` and wait until it is ready, twice again while its log says the port is `taken`."""
    for last_try in (False, False, True):
        port = free_port()
        process = make(port)
        group.start(process)
        try:
            process.wait_ready()
            break
        except SetupError:
            if last_try or taken not in process.output:
                raise
            group.stop()
    return process, port
