"""The tree holds no secret, no private key and no way around the static scan."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
#: What keys of the outside look like; the shapes that their makers publish, and Fernet's.
SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "AWS": r"\bAKIA[0-9A-Z]{16}\b",
    "GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})",
    "GitLab": r"\bglpat-[\w-]{20}",
    "Slack": r"\bxox[abpr]-[\w-]{10,}",
    "Stripe": r"\b[sr]k_live_\w{20,}",
    "Google": r"\bAIza[\w-]{35}\b",
    "JSON web token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "ours": r"\bdsp_[\w-]{30,}",
    "Fernet key": r"(?<![\w/+-])[\w-]{43}=(?![\w=])",
    "password in an address": r"\b(?:postgresql|rediss?|amqps?)://[^\s:/$@{]+:[^\s$@{/<>]{12,}@",
}
#: They protect nothing: "only for tests, 32 bytes long!!!", and what begins so.
ALLOWED = {"b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE="}


FOLDERS = ("benchmarks", "client", "config", "deploy", "docs", "marketplaces", "orders", "requirements", "sandbox")
FOLDERS += ("tests", "warehouse")
READ_NOT = {".mo", ".png", ".ico", ".lock", ".pyc", ".woff2"}


def files() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found += [ROOT / ".env.example", *ROOT.glob("*.*"), *ROOT.glob("[A-Z]*")]
    return [path for path in found if path.is_file() and path.suffix not in READ_NOT]


def found_in(text: str) -> list[tuple[str, str]]:
    hits = [(kind, match[0]) for kind, shape in SHAPES.items() for match in re.finditer(shape, text)]
    return [(kind, hit) for kind, hit in hits if hit not in ALLOWED]


def test_the_tree_holds_no_secret() -> None:
    found = []
    for path in files():
        found += [(path.relative_to(ROOT), *hit) for hit in found_in(path.read_text(errors="replace"))]

    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "dsp_" + "a1B2c3D4" * 5,
        "KEYS=" + "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF" + "=",
        "postgresql://despacho:" + "correct-horse-battery@db/x",
    ],
)
def test_the_scan_would_see_one(text: str) -> None:
    assert found_in(text)


def test_the_static_scan_runs_with_every_check() -> None:
    """ruff's S rules are bandit's; whole-folder exceptions are for what no user's input reaches."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    exempt = {place for place, rules in lint["per-file-ignores"].items() if "S" in rules}
    assert exempt == {"tests/**", "benchmarks/**"}


def test_ids_that_nobody_may_guess_are_random() -> None:
    """Other UUIDs tell machine and time, or are made of a name. After random numbers ruff's S311 asks."""
    sources = [path for app in ("config", "marketplaces", "orders", "warehouse") for path in (ROOT / app).rglob("*.py")]

    assert sources
    assert [path for path in sources if re.search(r"\buuid[135]\b", path.read_text())] == []
