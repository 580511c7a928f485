"""requirements/install.sh makes or mends .venv, on whatever Python it finds, and says what it misses.

Pythons, pip and df are stand-ins here: shell scripts that note how they were called.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "requirements/install.sh"

# $VERSION is what it says it is, LACKS a module that it lacks, FAILS a pattern of arguments with which it fails.
PYTHON = """#!/bin/sh
echo "$(basename "$0") $*" >>"$CALLS"
case "$*" in
    ${FAILS:-nothing}) echo "no luck"; exit 1 ;;
    *print*) echo "$VERSION" ;;
    *"version_info < (3, 11)"*) case $VERSION in 3.1[1-9]) ;; *) exit 1 ;; esac ;;
    *"import venv, ensurepip"*) [ -z "$LACKS" ] ;;
    *"-m venv --clear"*) rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
    *"pip config list"*) echo ":env:.index-url='https://mirror.example/simple'" ;;
    *"-m uv"*) echo "index $UV_DEFAULT_INDEX" >>"$CALLS" ;;
esac
"""
DF = """#!/bin/sh
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
echo "/dev/disk 9999999 0 ${FREE_KB:-9999999} 1% /"
"""
PYTHONS = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")


class Machine:
    """A folder with the script in it and nothing but stand-ins on its PATH."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        (self.root / "requirements").mkdir(parents=True)
        shutil.copy(SCRIPT, self.root / "requirements")
        self.programs = folder / "bin"
        self.programs.mkdir()
        for name in (
            "sh",
            "dirname",
            "basename",
            "cat",
            "grep",
            "rm",
            "mkdir",
            "cp",
            "touch",
            "tail",
            "head",
            "sed",
            "awk",
            "sleep",
        ):
            (self.programs / name).symlink_to(str(shutil.which(name)))
        self.add("df", DF)
        self.calls_file = folder / "calls"

    def add(self, name: str, script: str) -> None:
        (self.programs / name).write_text(script)
        (self.programs / name).chmod(0o755)

    def install(self, name: str = "demo", **env: str) -> "subprocess.CompletedProcess[str]":
        self.calls_file.write_text("")
        return subprocess.run(
            ["sh", "requirements/install.sh", name],
            cwd=self.root,
            env={"PATH": str(self.programs), "CALLS": str(self.calls_file), "VERSION": "3.11", "LACKS": "", **env},
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def calls(self) -> str:
        return self.calls_file.read_text()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.add("python3", PYTHON)
    return machine


def test_a_fresh_machine_gets_an_environment_from_hashed_packages(machine: Machine) -> None:
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert "python3 -m venv --clear .venv" in machine.calls
    assert "python -m pip install --quiet --no-deps --require-hashes -r requirements/bootstrap.lock" in machine.calls
    assert "--no-deps --require-hashes -r requirements/demo.lock" in machine.calls
    assert (machine.root / ".venv/.demo").exists()
    assert not (machine.root / ".venv-unfinished").exists()


def test_pips_own_index_is_handed_to_uv(machine: Machine) -> None:
    machine.install()
    assert "index https://mirror.example/simple" in machine.calls


def test_what_developers_need_includes_what_the_demo_needs(machine: Machine) -> None:
    machine.install("dev")
    assert {".demo", ".dev"} <= {file.name for file in (machine.root / ".venv").iterdir()}


def test_an_environment_that_is_whole_is_kept(machine: Machine) -> None:
    machine.install("demo")
    machine.install("dev")
    assert "venv --clear" not in machine.calls


@pytest.mark.parametrize("damage", ["interrupted", "without its stamp", "python gone"])
def test_an_environment_that_is_not_whole_is_made_anew(damage: str, machine: Machine) -> None:
    machine.install()
    if damage == "interrupted":
        (machine.root / ".venv-unfinished").write_text("999999999")
    elif damage == "without its stamp":
        (machine.root / ".venv/.demo").unlink()
    else:
        (machine.root / ".venv/bin/python").unlink()
    done = machine.install()
    assert "venv --clear" in machine.calls
    assert done.returncode == 0


def test_pip_takes_over_when_uv_fails(machine: Machine) -> None:
    done = machine.install(FAILS="-m uv *")
    assert "python -m pip install --no-deps --require-hashes -r requirements/demo.lock" in machine.calls
    assert done.returncode == 0


def test_when_both_fail_the_next_run_starts_from_scratch(machine: Machine) -> None:
    done = machine.install(FAILS="*requirements/demo.lock")
    assert done.returncode == 1
    assert "The packages could not be installed: check the network" in done.stderr
    assert "Traceback" not in done.stderr
    assert (machine.root / ".venv-unfinished").exists()


def test_an_old_python_is_named_with_the_remedy(machine: Machine) -> None:
    done = machine.install(VERSION="3.9")
    assert done.stderr == (
        "\nDespacho needs Python 3.11 or newer and found none (python3 is 3.9): "
        "install it, or name it: make ... PYTHON=/path/to/python3.11\n"
    )
    assert done.returncode == 1
    assert not (machine.root / ".venv").exists()


def test_no_python_at_all_is_told(machine: Machine) -> None:
    (machine.programs / "python3").unlink()
    assert "needs Python 3.11 or newer and found none: install it" in machine.install().stderr


def test_a_newer_python_beside_an_old_one_is_found(machine: Machine) -> None:
    machine.add("python3.13", PYTHON.replace("$VERSION", "3.13"))
    done = machine.install(VERSION="3.9")
    assert "python3.13 -m venv --clear .venv" in machine.calls
    assert done.returncode == 0


def test_the_python_that_was_named_is_taken(machine: Machine) -> None:
    named = machine.programs.parent / "a folder with spaces/python"
    named.parent.mkdir()
    shutil.copy(machine.programs / "python3", named)
    assert machine.install(PYTHON=str(named)).stdout.startswith(f"Making .venv with {named}\n")


def test_a_missing_venv_module_is_named_with_the_remedy(machine: Machine) -> None:
    done = machine.install(LACKS="ensurepip")
    assert "python3 cannot make virtual environments" in done.stderr
    assert "apt install python3-venv" in done.stderr
    assert done.returncode == 1


def test_a_full_disk_is_told_before_anything_is_written(machine: Machine) -> None:
    done = machine.install(FREE_KB="70000")
    assert done.stderr == (
        "\nThe disk is nearly full: 70 MB free here, the packages need 1000. Make room and start again.\n"
    )
    assert not (machine.root / ".venv").exists()


def test_two_at_once_do_not_get_into_each_others_way(machine: Machine) -> None:
    """The other is any process that has install.sh in its command line."""
    with subprocess.Popen(["sh", "-c", "sleep 1.5; : install.sh"]) as other:
        (machine.root / ".venv-unfinished").write_text(str(other.pid))
        done = machine.install()
        assert other.poll() is not None
    assert f"Waiting for another set-up in this folder (process {other.pid})" in done.stderr
    assert done.returncode == 0


def test_nothing_is_said_about_where_packages_come_from() -> None:
    folder = SCRIPT.parent
    for file in [*folder.glob("*.lock"), *folder.glob("*.in"), SCRIPT]:
        assert "://" not in file.read_text(), file.name
