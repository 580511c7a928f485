"""docs/adding-a-marketplace.md is followed, word by word, in a copy of the tree."""

import ast
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.running.roles import ROOT

#: One worker of `-n` makes the copy and starts processes.
pytestmark = [pytest.mark.processes, pytest.mark.timeout(400), pytest.mark.xdist_group("guide")]

GUIDE = (ROOT / "docs" / "adding-a-marketplace.md").read_text()
BLOCK = re.compile(r"^(Add to )?`(\S+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PACKAGES = ("marketplaces/connectors/feira", "sandbox/feira")
SERVERS = ("DATABASE_URL", "REDIS_URL", "DESPACHO_TESTS_STARTED")
KEYS = {"SECRET_KEY": "only for tests", "FIELD_ENCRYPTION_KEYS": "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE="}
NO_SERVERS = {**KEYS, "DATABASE_URL": "postgresql://nobody@127.0.0.1/none", "REDIS_URL": "redis://127.0.0.1/0"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to which the page's marketplace was added."""
    tree = tmp_path_factory.mktemp("guide") / "despacho"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.webp"))
    for add_to, path, text in BLOCK.findall(GUIDE):
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(with_lines(file.read_text(), text) if add_to else text)
        if file.suffix == ".po":
            file.with_suffix(".mo").write_bytes(compiled(text))
    for package in PACKAGES:
        (tree / package / "__init__.py").touch()
    run(tree, "manage.py", "write_docs", env=NO_SERVERS)
    return tree


def with_lines(text: str, added: str) -> str:
    """Each line in its alphabetical place among those that are indented as far."""
    lines = text.splitlines()
    for new in added.splitlines():
        depth = len(new) - len(new.lstrip())
        behind = (n for n, line in enumerate(lines) if len(line) - len(line.lstrip()) == depth and line > new)
        lines.insert(next(behind), new)
    return "\n".join(lines) + "\n"


def compiled(catalog: str) -> bytes:
    """What msgfmt makes of it, which not every machine has."""
    entries = sorted(entries_of(catalog))
    ids, texts = b"", b""
    index: list[tuple[int, int, int, int]] = []
    for msgid, msgstr in entries:
        index.append((len(msgid), len(ids), len(msgstr), len(texts)))
        ids, texts = ids + msgid + b"\0", texts + msgstr + b"\0"
    count, start = len(entries), 28 + 16 * len(entries)
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    places = b"".join(struct.pack("<2I", size, start + at) for size, at, _, _ in index)
    places += b"".join(struct.pack("<2I", size, start + len(ids) + at) for _, _, size, at in index)
    return head + places + ids + texts


def entries_of(catalog: str) -> Iterator[tuple[bytes, bytes]]:
    for entry in re.split(r"\n\n+", catalog.strip()):
        msgid, msgstr = (
            "".join(map(ast.literal_eval, re.findall(r'"[^\n]*"', part))) for part in entry.split("msgstr")
        )
        yield msgid.encode(), msgstr.encode()


def run(tree: Path, *command: str, env: dict[str, str] | None = None) -> str:
    """Python with these arguments in the copy, with servers of its own."""
    inherited = {name: value for name, value in os.environ.items() if name not in SERVERS and "PYTEST" not in name}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tree,
        env={**inherited, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_connector_keeps_the_contract_and_an_order_walks_from_its_stall_to_delivered(tree: Path) -> None:
    chosen = ["-k", "feira or translated or made_from_code"]
    # What `make test` has installed is enough.
    told = run(tree, "-m", "pytest", "-q", "tests", "--ignore=tests/browser", *chosen, "-p", "no:cacheprovider")

    summary = re.search(r"^(\d+) passed, \d+ deselected", told, re.MULTILINE)
    assert summary, told
    assert int(summary[1]) > 60


def test_it_has_a_column_in_the_feature_matrix(tree: Path) -> None:
    matrix = (tree / "docs" / "feature-matrix.md").read_text()

    assert "| Feira |" in matrix
    assert "| Feira |" not in (ROOT / "docs" / "feature-matrix.md").read_text()


@pytest.mark.parametrize("check", ["ruff check .", "ruff format --check ."])
def test_its_code_is_in_the_projects_style(tree: Path, check: str) -> None:
    run(tree, "-m", *check.split())


def test_its_imports_keep_the_contracts(tree: Path) -> None:
    run(tree, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
