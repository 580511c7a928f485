"""Schemathesis against real web processes: every check, every phase (`make schemathesis`; ARGS go to schemathesis)."""

import subprocess
import sys
import tempfile
from pathlib import Path

from config.running import roles, services
from config.running.guard import guarded
from config.running.ports import free_port
from config.running.processes import Group

KEYS = {"SECRET_KEY": "only for tests", "FIELD_ENCRYPTION_KEYS": "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE="}
#: Orders in every status, papers, stock and a key that may do everything, which is printed.
PREPARE = """
from django.utils import timezone
from tests.factories import *
from orders.models import Invoice, Label, StockItem
from orders.status import Status
channel = make_channel(code="shop")
for status in [*Status] * 20:
    make_order(channel=channel, status=status, items=[("SKU-1", 9), ("SKU-2", 1)], needs_arranging=True,
               cancel_requested_at=timezone.now())
order = make_order(channel=channel)
key = make_access_key()
Invoice.objects.create(order=order, access_key=key, number="1", series="1", xml=make_nfe_xml(key).decode())
Label.objects.create(order=order, content_type="application/pdf", content=b"%PDF-1.4")
StockItem.objects.create(sku="SKU-1", on_hand=1000)
print(make_api_key())
"""
CONFIG = Path(__file__).with_name("schemathesis.toml")


def main() -> None:
    sys.exit(guarded(_run))


def _run() -> int:
    with tempfile.TemporaryDirectory(prefix="despacho-fuzz-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with services.running(data_dir=folder) as own, Group() as group:
            env = {**roles.environment(own, KEYS), "API_REQUESTS_PER_MINUTE": "0", "LOG_LEVEL": "ERROR"}
            roles.manage("migrate", env=env, logs=folder).run()
            prepare = roles.manage("shell", "--no-imports", "-c", PREPARE, env=env, logs=folder)
            prepare.run()
            web = roles.web(port=free_port(), env=env, logs=folder)
            group.start(web)
            web.wait_ready()
            port = web.command[web.command.index("--bind") + 1]
            key = next(line for line in prepare.output.splitlines() if line.startswith("dsp_"))
            code = _schemathesis(f"http://{port}", key)
            if "Traceback" in web.output:
                print(web.output)
                return 1
            return code


def _schemathesis(origin: str, key: str) -> int:
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run"]
    options = ["--origin", origin, "--header", f"Authorization: Bearer {key}", *sys.argv[1:]]
    return subprocess.run([*command, *options, f"{origin}/api/schema/"], check=False).returncode


if __name__ == "__main__":
    main()
