"""PostgreSQL and Valkey: those of the environment, else our own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from config.running import services
from config.running.processes import SetupError
from tests.services_plugin import redis_url_of

from .conftest import Programs, until

HOLD = """
import os, pathlib, signal, sys
from config.running import services
folder = os.environ.get("DATA_DIR")
with services.running(data_dir=folder and pathlib.Path(folder)) as found:
    print(*found.env.values(), flush=True)
    signal.pause()
"""


@pytest.fixture(autouse=True)
def _no_servers_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of our own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def urls_of(program: "subprocess.Popen[str]") -> list[str]:
    assert program.stdout
    return program.stdout.readline().split()


def reachable(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_throw_away_services_work_and_leave_nothing(temporary: Path) -> None:
    with services.running() as found:
        with psycopg.connect(found.database_url) as database:
            assert database.info.encoding == "utf-8"
            assert database.execute("SELECT lower('ÇÃO')").fetchone() == ("ção",)
        assert redis.Redis.from_url(found.redis_url).config_get("maxmemory-policy") == {
            "maxmemory-policy": "noeviction"
        }
        assert redis.Redis.from_url(found.redis_url).config_get("appendonly") == {"appendonly": "no"}
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGHUP])
def test_the_servers_go_when_their_parent_does(signum: signal.Signals, programs: Programs) -> None:
    program = programs.start(HOLD)
    url, _ = urls_of(program)
    assert reachable(url)
    program.send_signal(signum)
    until(lambda: not reachable(url))
    until(lambda: programs.alive() == [])


def test_the_command_line_runs_a_command_with_services_and_returns_its_exit_code(programs: Programs) -> None:
    command = "import os, sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']); sys.exit(7)"
    done = subprocess.run(
        [sys.executable, "-m", "config.running.services", sys.executable, "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 7
    assert done.stdout.startswith("postgresql://")
    assert "redis://" in done.stdout


def test_the_command_line_prints_urls_until_it_is_interrupted(programs: Programs) -> None:
    program = programs.start("import runpy; runpy.run_module('config.running.services', run_name='__main__')")
    assert program.stdout
    lines = [program.stdout.readline(), program.stdout.readline()]
    assert [line.partition("=")[0] for line in lines] == ["DATABASE_URL", "REDIS_URL"]
    os.killpg(program.pid, signal.SIGINT)
    assert program.wait(20) == 0
    assert programs.alive() == []


def test_what_a_killed_run_left_behind_is_swept(temporary: Path) -> None:
    left = temporary / f"{services.THROW_AWAY_PREFIX}dead"
    (left / "postgres").mkdir(parents=True)
    hour_ago = time.time() - 3600
    os.utime(left, (hour_ago, hour_ago))
    with services.running() as found:
        assert found.processes
        assert not left.exists()


def test_a_run_that_lives_is_not_swept(temporary: Path) -> None:
    with services.running(), services.running():
        assert len(list(temporary.iterdir())) == 2
        hour_ago = time.time() - 3600
        for folder in temporary.iterdir():
            os.utime(folder, (hour_ago, hour_ago))
        with services.running():
            assert len(list(temporary.iterdir())) == 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Closed to everybody else, as root's home is."""
    folder = tmp_path_factory.mktemp("closed")
    folder.chmod(0o700)
    return folder / "data"


def test_data_is_kept_from_one_start_to_the_next(folder: Path) -> None:
    with services.running(data_dir=folder) as found:
        with psycopg.connect(found.database_url) as database:
            database.execute("CREATE TABLE kept (what text)")
            database.execute("INSERT INTO kept VALUES ('order')")
        redis.Redis.from_url(found.redis_url).set("kept", "message")
    with services.running(data_dir=folder) as found:
        with psycopg.connect(found.database_url) as database:
            assert database.execute("SELECT what FROM kept").fetchone() == ("order",)
            assert database.execute("SHOW fsync").fetchone() == ("on",)
        assert redis.Redis.from_url(found.redis_url).get("kept") == b"message"


def test_data_is_kept_when_everything_is_killed(folder: Path, programs: Programs) -> None:
    program = programs.start(HOLD, env={"DATA_DIR": str(folder)})
    url, _ = urls_of(program)
    with psycopg.connect(url) as database:
        database.execute("CREATE TABLE killed (what text)")
    program.kill()
    with services.running(data_dir=folder) as found, psycopg.connect(found.database_url) as database:
        assert database.execute("SELECT count(*) FROM killed").fetchone() == (0,)


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(folder: Path) -> None:
    with services.running(data_dir=folder):
        text = (folder / "postgres/data/postmaster.pid").read_text()
    stale = folder / "postgres/data/postmaster.pid"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        owner = stale.parent.stat()
        stale.write_text("\n".join([str(stranger.pid), *text.splitlines()[1:]]) + "\n")
        os.chown(stale, owner.st_uid, owner.st_gid)
        with services.running(data_dir=folder) as found:
            assert reachable(found.database_url)
        assert stranger.poll() is None
        stranger.kill()


def test_data_of_another_version_is_named_and_kept(folder: Path) -> None:
    with services.running(data_dir=folder):
        pass
    version = folder / "postgres/data/PG_VERSION"
    ours = version.read_text()
    version.write_text("11\n")
    with pytest.raises(SetupError, match=r"was made by PostgreSQL 11 and this is .*make clean-demo"):
        services.running(data_dir=folder).__enter__()
    version.write_text(ours)


def test_an_initdb_that_was_killed_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(tmp_path / "postgres", 65534, 65534)
    (tmp_path / "postgres/data.new").mkdir()
    (tmp_path / "postgres/data.new/half").touch()
    with services.running(data_dir=tmp_path) as found:
        assert reachable(found.database_url)


@pytest.fixture(scope="module")
def others() -> Iterator[services.Services]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        with services.running() as found:
            yield found


def test_nobody_gets_in_without_the_password(others: services.Services) -> None:
    password = urlsplit(others.database_url).password
    assert password
    assert not reachable(others.database_url.replace(password, "guess"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url("redis://" + others.redis_url.rpartition("@")[2]).ping()


def test_they_win(others: services.Services, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in others.env.items():
        monkeypatch.setenv(name, url)
    with services.running() as found:
        assert found.env == others.env
        assert found.processes == ()


def test_one_of_them_may_be_named_alone(others: services.Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", others.redis_url)
    with services.running() as found:
        assert found.redis_url == others.redis_url
        assert [process.name for process in found.processes] == ["database"]


@pytest.mark.parametrize(
    ("variable", "url", "says"),
    [
        ("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/shop", r"postgresql://127\.0\.0\.1:1/shop cannot be used"),
        ("DATABASE_URL", "mysql://me:secret@127.0.0.1/shop", r"mysql://127\.0\.0\.1/shop cannot be used"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:1/0", r"redis://127\.0\.0\.1:1/0 cannot be used"),
        ("REDIS_URL", "amqp://me:secret@127.0.0.1", r"amqp://127\.0\.0\.1 cannot be used"),
    ],
)
def test_one_that_cannot_be_used_is_named_with_the_remedy_and_without_its_password(
    variable: str, url: str, says: str, others: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, works in others.env.items():
        monkeypatch.setenv(name, works)
    monkeypatch.setenv(variable, url)
    with pytest.raises(SetupError, match=f"(?s){variable} is set, but {says}.*unset it") as caught:
        services.running().__enter__()
    assert "secret" not in str(caught.value)


def test_every_worker_of_a_parallel_run_has_a_redis_database_of_its_own() -> None:
    assert redis_url_of("gw0", "redis://:word@127.0.0.1:7/0") == "redis://:word@127.0.0.1:7/1"
    assert redis_url_of("gw3", "redis://127.0.0.1:7") == "redis://127.0.0.1:7/4"
