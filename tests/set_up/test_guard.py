"""Whoever is killed, nobody stays behind."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Programs, until

# A tree as the demo has it: a guard, what it guards, a server, and a child of the server that hides in a session of its
# own and is deaf to everything but SIGKILL.
TREE = """
import os, pathlib, signal, sys, time
from config.running.guard import guarded
from config.running.processes import Group, Process, says

folder = pathlib.Path(os.environ["TEST_FOLDER"])
server = '''
import os, signal, time
if os.fork() == 0:
    os.setsid()
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    print("serving", flush=True)
time.sleep(600)
'''

def main():
    with Group() as group:
        group.start(Process("server", [sys.executable, "-c", server], folder / "log", says("serving")))
        group.processes[0].wait_ready()
        print(os.getpid(), flush=True)
        signal.pause()

sys.exit(guarded(main))
"""


def guarded_pid(program: "subprocess.Popen[str]") -> int:
    assert program.stdout
    return int(program.stdout.readline())


def hang_up(program: "subprocess.Popen[str]", main: int) -> None:
    """What the kernel does when a terminal is closed."""
    os.killpg(program.pid, signal.SIGHUP)


def press_ctrl_c(program: "subprocess.Popen[str]", main: int) -> None:
    os.killpg(program.pid, signal.SIGINT)


def press_ctrl_c_twice(program: "subprocess.Popen[str]", main: int) -> None:
    os.killpg(program.pid, signal.SIGINT)
    os.killpg(program.pid, signal.SIGINT)


def terminate_guard(program: "subprocess.Popen[str]", main: int) -> None:
    program.terminate()


def kill_guard(program: "subprocess.Popen[str]", main: int) -> None:
    program.kill()


def kill_main(program: "subprocess.Popen[str]", main: int) -> None:
    os.kill(main, signal.SIGKILL)


@pytest.mark.parametrize(
    "end", [hang_up, press_ctrl_c, press_ctrl_c_twice, terminate_guard, kill_guard, kill_main], ids=lambda f: f.__name__
)
def test_nothing_is_left_after(end: Callable[["subprocess.Popen[str]", int], None], programs: Programs) -> None:
    program = programs.start(TREE)
    end(program, guarded_pid(program))
    until(lambda: programs.alive() == [])
    assert program.wait(5) is not None


def test_nothing_is_left_when_make_is_killed(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "tree.py").write_text(TREE)
    make = programs.start(
        "import subprocess, sys, os; subprocess.run([sys.executable, os.environ['TEST_FOLDER'] + '/tree.py'])",
        env={"MAKELEVEL": "1", "PYTHONPATH": "."},
    )
    guarded_pid(make)
    make.kill()
    until(lambda: programs.alive() == [])
    assert make.wait(5) is not None


def test_nohup_lives_on_when_the_terminal_is_closed(programs: Programs) -> None:
    program = programs.start("import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + TREE)
    hang_up(program, guarded_pid(program))
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(1)
    program.terminate()
    assert program.wait(20) == 0


def test_a_stop_that_was_asked_for_is_no_failure(programs: Programs) -> None:
    program = programs.start(TREE)
    guarded_pid(program)
    program.terminate()
    assert program.wait(20) == 0


def test_a_problem_is_told_in_a_sentence_without_a_traceback(programs: Programs) -> None:
    program = programs.start(
        "import sys; from config.running.guard import guarded; from config.running.processes import SetupError\n"
        "def main(): raise SetupError('This is wrong: do that.')\n"
        "sys.exit(guarded(main))"
    )
    output, _ = program.communicate(timeout=20)
    assert (output, program.returncode) == ("\nThis is wrong: do that.\n", 1)
