"""Parallel processes: same results in the same order, errors passed on, nothing left running."""

import functools
import math
import multiprocessing
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from variational import judging, workers
from variational.claim_report import to_json
from variational.papers import registry

ROOT = Path(__file__).resolve().parent.parent
CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children")


def test_results_keep_the_order_of_the_arguments():
    delays = [0.3, 0.0, 0.1, 0.0, 0.0]
    assert workers.run(time.sleep, delays, processes=2) == [None] * 5
    assert workers.run(operator.neg, range(50), processes=2) == [-number for number in range(50)]


@pytest.mark.parametrize("processes", [1, 2])
def test_each_result_advances_the_bar_once(processes):
    advanced = []
    workers.run(operator.neg, range(7), advance=lambda: advanced.append(1), processes=processes)
    assert len(advanced) == 7


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_is_passed_on_and_no_process_stays(processes):
    before = set(multiprocessing.active_children())
    with pytest.raises(ValueError, match=r"domain|nonnegative"):
        workers.run(math.sqrt, [4, 9, -1, *range(40)], processes=processes)
    assert set(multiprocessing.active_children()) == before


def test_a_process_that_ends_by_itself_is_an_error_and_none_stays():
    before = set(multiprocessing.active_children())
    with pytest.raises(BrokenProcessPool):
        workers.run(os._exit, [3, 3], processes=2)
    assert set(multiprocessing.active_children()) == before


def test_a_process_that_another_thread_waited_for_is_gone_only_once_that_thread_has_noted_it():
    class Reaped:
        """A process that the pool's thread has reaped, its end noted a moment later."""

        def __init__(self):
            self.asked = 0

        def terminate(self):
            pass

        kill = terminate

        def join(self, timeout=None):
            pass

        def is_alive(self):
            return True

        @property
        def exitcode(self):
            self.asked += 1
            return None if self.asked < 5 else -signal.SIGTERM

    process = Reaped()
    workers._end({process})
    assert process.exitcode == -signal.SIGTERM


def test_a_handful_of_arguments_starts_no_process_and_many_use_every_core(monkeypatch):
    monkeypatch.setattr(workers, "_cores", lambda: 8)
    assert workers.process_count(0) == workers.process_count(workers.HANDFUL) == 1
    assert workers.process_count(workers.HANDFUL + 1) == 2
    assert workers.process_count(1000) == 8


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of threads")
def test_ctrl_c_while_processes_start_comes_afterwards_and_is_not_lost():
    held_back = []

    def interrupted():
        with workers._ctrl_c_held_back():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            held_back.append(True)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert held_back == [True]


def shown(results):
    return [to_json(judged).rpartition('"seconds"')[0] for judged in results]


def test_claims_judged_in_parallel_are_judged_as_in_one_process():
    claims = registry.claims("controls")
    assert shown(judging.judge_all(claims, processes=2)) == shown(judging.judge_all(claims, processes=1))


def running(group):
    """Return the processes of a session that are not yet gone, zombies included."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(group):
            found.append(status.parent.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs the list of processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_no_process_outlives_the_one_that_started_it(number):
    work = "w.run(time.sleep, [0.2] + [60] * 9, advance=lambda: print(flush=True), processes=2)"
    code = f"import time, variational.workers as w; {work}"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        process.stdout.readline()  # the workers are at work
        assert len(running(process.pid)) >= 3
        process.send_signal(number)
        process.wait(timeout=30)
        deadline = time.monotonic() + 10
        while running(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert running(process.pid) == []


def test_the_bar_is_shown_on_a_terminal_only(capsys):
    with workers.progress(3, "judging") as advance:
        advance()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_shows_how_far_the_judge_has_come():
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "variational.check", "controls", "--symbolic", "--json"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as process:
        os.close(theirs)
        text = b"".join(iter(functools.partial(_read, ours), b""))
        process.wait(timeout=60)
    os.close(ours)
    assert b"judging" in text


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end was closed
        return b""
