"""Functions in processes of their own: their answers, their limits, and what is left of them."""

import gc
import operator
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from programs import is_alive, wait_for

from endpoint.errors import InvalidRequest, Unavailable
from endpoint.stores.confined import Confined, Limits, Overrun

LIMITS = Limits(memory_bytes=200_000_000, cpu_s=10, time_s=10, file_bytes=1_000_000)


def run(name, argument=None, **limits):
    confined = Confined(f"confined_functions:{name}", at_once=1, patience_s=30)
    return confined.run(argument, replace(LIMITS, **limits))


def count_open(*folders):
    return [len([*folder.iterdir()]) for folder in folders]


def wait_until_gone(pids):
    wait_for(lambda: not any(map(is_alive, pids)))


@pytest.mark.parametrize(
    "argument",
    [
        pytest.param(None, id="nothing"),
        pytest.param({"a": [1, 2.5, "ä\ud800"], "b": {"c": True}}, id="what JSON can say"),
        pytest.param("x" * 3_000_000, id="more than a pipe holds"),
    ],
)
@pytest.mark.parametrize("name", ["echo", "print_and_echo"])
def test_a_function_answers(name, argument):
    assert run(name, argument) == argument


def test_a_process_has_nothing_of_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("ENDPOINT_SECRET", "xyzzy")
    with socket.socket() as listening, (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        os.set_inheritable(listening.fileno(), True)

        found = run("look_around")

    assert "xyzzy" not in str(found)
    assert [file for file in found["files"] if not file.startswith(("pipe:", "/dev/null"))] == []
    assert not {"flask", "sqlalchemy", "PIL"} & set(found["modules"])
    assert found["folder"] == "/"


def test_a_refusal_comes_across():
    with pytest.raises(InvalidRequest) as caught:
        run("refuse", "The picture is broken; send another one.")

    assert caught.value.description == "The picture is broken; send another one."


@pytest.mark.parametrize("name", ["fail", "refuse_oddly", "refuse_in_general", "not_there"])
def test_a_fault_of_ours_is_told_with_its_place(name):
    with pytest.raises(RuntimeError, match=r"confined_|Something|nothing"):
        run(name)


def test_too_much_memory_is_refused():
    assert run("take_memory", 50_000_000) == 50_000_000

    with pytest.raises(Overrun, match="memory"):
        run("take_memory", 250_000_000)


@pytest.mark.parametrize("name", ["abort", "read_nowhere", "leave"])
def test_a_crash_is_an_overrun(name):
    with pytest.raises(Overrun, match="no answer"):
        run(name)


@pytest.mark.parametrize(
    "said", ["", "noise", "[]", "3", "{}", "\x00", '{"error": []}', '{"result": 1', "null"]
)
def test_an_answer_that_is_none_is_an_overrun(said):
    with pytest.raises(Overrun):
        run("say", said)


def test_an_endless_answer_is_cut_off():
    with pytest.raises(Overrun, match="too much"):
        run("speak_for_ever")


def test_who_is_killed_by_the_machine_did_nothing_wrong():
    with pytest.raises(Unavailable, match="memory"):
        run("be_killed")


def test_an_endless_function_is_ended_with_all_it_started(tmp_path):
    note = tmp_path / "note"
    began = time.monotonic()

    with pytest.raises(Overrun, match="longer than 1 s"):
        run("sleep", {"seconds": 60, "note": str(note)}, time_s=1)

    assert time.monotonic() - began < 30
    wait_until_gone(note.read_text().split())


def test_what_a_function_leaves_behind_ends_with_it(tmp_path):
    note = tmp_path / "note"

    run("leave_a_child", str(note))

    wait_until_gone([note.read_text()])


def test_a_busy_function_is_ended():
    with pytest.raises(Overrun, match=str(-signal.SIGXCPU)):
        run("count", cpu_s=1)


def test_a_file_does_not_grow_without_end(tmp_path):
    run("fill", {"path": str(tmp_path / "small"), "bytes": 900_000})

    with pytest.raises(Overrun):
        run("fill", {"path": str(tmp_path / "large"), "bytes": 1_100_000})


def test_who_waits_too_long_is_asked_to_come_again():
    confined = Confined("confined_functions:nap", at_once=2, patience_s=0.3)

    def nap(seconds):
        try:
            return confined.run(seconds, LIMITS)
        except Unavailable as error:
            return error.retry_after_s

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(nap, [1, 1, 1]))

    assert sorted(answers) == [1, 1, 30]
    assert nap(0) == 0


def test_without_an_interpreter_it_is_tried_again_later(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python3")

    with pytest.raises(Unavailable, match="cannot start"):
        run("echo")


def test_a_web_server_that_is_the_interpreter_is_not_started(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/sbin/webserver")

    assert run("echo", 1) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="others end it by their own clock")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_nothing_is_left_of_a_server_that_is_gone(tmp_path, name):
    note = tmp_path / "note"
    program = (
        "from test_confined import run;"
        f"run('sleep', {{'seconds': 60, 'note': {str(note)!r}}}, time_s=60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parent) as server:
        wait_for(lambda: note.exists() and note.read_text())
        confined, its_child = note.read_text().split()
        server.send_signal(getattr(signal, name))

    wait_until_gone([confined, its_child])


# The helper that processes are copies of


def helpers():
    """The helpers of this process that run."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    every = {pid for task in children.parents[1].iterdir() for pid in told(task / "children")}
    return {pid for pid in every if "confined.helper" in command_of(pid) and is_alive(pid)}


def told(children):
    try:
        return children.read_text().split()
    except FileNotFoundError:
        return []


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except FileNotFoundError:
        return ""


def start(**kinds):
    """A function with a helper of its own, and the number of that."""
    before = helpers()
    confined = Confined("confined_functions:remember", at_once=8, patience_s=30, **kinds)
    confined.run(0, LIMITS)
    [helper] = helpers() - before
    return confined, helper


def test_calls_know_nothing_of_each_other():
    confined, _ = start()

    assert [confined.run(number, LIMITS) for number in range(3)] == [[0], [1], [2]]


def test_one_helper_serves_many_calls_and_nothing_stays_open():
    confined, helper = start()
    ours, its = (Path(f"/proc/{pid}/fd") for pid in ("self", helper))
    # What others left behind may be closed meanwhile.
    gc.collect()
    before = count_open(ours, its)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: confined.run(number, LIMITS), range(100)))

    assert answers == [[number] for number in range(100)]
    assert helper in helpers()
    wait_for(lambda: all(map(operator.le, count_open(ours, its), before)))


def test_one_call_that_fails_leaves_the_others_alone(tmp_path):
    confined = Confined("confined_functions:nap", at_once=2, patience_s=30)

    with ThreadPoolExecutor(2) as threads:
        long = threads.submit(confined.run, 0.6, LIMITS)
        with pytest.raises(Overrun):
            confined.run(60, replace(LIMITS, time_s=0.3))

    assert long.result() == 0.6


def test_a_helper_that_is_gone_is_started_again():
    confined, helper = start()

    os.kill(int(helper), signal.SIGKILL)

    assert confined.run(1, LIMITS) == [1]


def test_a_helper_killed_at_work_takes_its_calls_along(tmp_path):
    note = tmp_path / "note"
    before = helpers()
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(run, "sleep", {"seconds": 60, "note": str(note)})
        wait_for(lambda: note.exists() and note.read_text())
        [helper] = helpers() - before
        os.kill(int(helper), signal.SIGKILL)

        with pytest.raises(Unavailable, match="killed"):
            call.result(10)
    confined, its_child = note.read_text().split()
    wait_until_gone([confined])
    os.kill(int(its_child), signal.SIGKILL)


def test_a_helper_without_calls_ends_and_the_next_call_starts_one():
    confined, helper = start(idle_s=0.1)

    wait_until_gone([helper])

    assert confined.run(1, LIMITS) == [1]


def test_calls_that_meet_a_helper_about_to_end_are_not_lost():
    confined, _ = start(idle_s=0.01)

    for _ in range(30):
        time.sleep(0.0101)
        assert confined.run(1, LIMITS) == [1]


def test_a_helper_ends_with_what_it_was_started_for():
    confined, helper = start()

    del confined

    wait_until_gone([helper])
