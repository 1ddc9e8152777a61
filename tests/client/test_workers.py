"""Threads of our own: bounded, in order, and without anything left behind."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from contextvars import ContextVar
from weakref import ref

import pytest

from cnct.client._http.living import Living
from cnct.client._http.workers import Workers


class Crowd:
    """Counts the tasks that run at a time; each waits until ``together`` of them run."""

    def __init__(self, together):
        self.barrier = threading.Barrier(together)
        self.threads = set()
        self.now = self.most = 0

    def task(self, number):
        self.now += 1
        self.most = max(self.most, self.now)
        self.threads.add(threading.current_thread())
        self.barrier.wait(5)
        self.now -= 1
        return number


def test_up_to_width_tasks_run_at_a_time_and_results_come_in_order():
    crowd, workers = Crowd(3), Workers(3)
    futures = [workers.submit(crowd.task, number) for number in range(9)]
    assert [future.result() for future in futures] == list(range(9))
    workers.join()
    assert crowd.most == 3
    assert not any(thread.is_alive() for thread in crowd.threads)


def test_threads_come_back_when_there_is_work_again():
    workers = Workers(2)
    for round_ in range(50):
        assert workers.submit(int, round_).result() == round_


def test_an_error_reaches_the_one_who_waits():
    with pytest.raises(ValueError, match="invalid literal"):
        Workers(1).submit(int, "x").result()


def test_a_task_runs_in_the_context_of_its_submitter():
    variable = ContextVar("variable", default="nothing")
    variable.set("mine")
    assert Workers(1).submit(variable.get).result() == "mine"


def test_tasks_that_do_not_run_yet_can_be_cancelled():
    workers, begun, go_on = Workers(1), threading.Event(), threading.Event()

    def task():
        begun.set()
        return go_on.wait(5)

    running, waiting, one = workers.submit(task), workers.submit(int), workers.submit(int)
    begun.wait(5)
    assert one.cancel()
    workers.cancel()
    go_on.set()
    assert running.result()
    with pytest.raises(CancelledError):
        waiting.result()
    workers.join()


def test_a_cancelled_task_is_passed_over():
    workers, begun, go_on = Workers(1), threading.Event(), threading.Event()
    workers.submit(lambda: begun.set() or go_on.wait(5))
    begun.wait(5)
    cancelled, other = workers.submit(int), workers.submit(str)
    cancelled.cancel()
    go_on.set()
    assert not other.result()


def test_a_task_may_wait_for_all_others():
    workers = Workers(2)
    other = workers.submit(int)
    workers.submit(workers.join).result()
    assert other.done()


def refuse(thread):
    raise RuntimeError("can't create new thread at interpreter shutdown")


def test_where_no_thread_can_be_started_the_caller_does_the_work(monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", refuse)
    workers = Workers(2)
    assert workers.submit(threading.current_thread).result() is threading.current_thread()


def test_where_no_more_threads_can_be_started_the_others_do_the_work(monkeypatch):
    workers, go_on = Workers(2), threading.Event()
    first = workers.submit(go_on.wait, 5)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    second = workers.submit(threading.current_thread)
    go_on.set()
    assert first.result()
    assert second.result() is not threading.current_thread()


def test_a_task_is_free_as_soon_as_it_is_done():
    class Thing:
        def method(self):
            pass

    thing = Thing()
    gone = ref(thing)
    workers = Workers(1)
    workers.submit(thing.method).result()
    workers.join()
    del thing
    assert gone() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_the_child_of_a_fork_starts_anew():
    workers, go_on = Workers(1), threading.Event()
    running = workers.submit(go_on.wait, 5)
    with workers._lock:  # as if another thread held it
        child = os.fork()
        if not child:
            os._exit(workers.submit(int, "7").result())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    go_on.set()
    assert running.result()
    workers.join()


LATE = """
import atexit, threading
from cnct.client._http.workers import Workers

def work():
    threading.main_thread().join()
    print(Workers(2).submit(int, "1").result())

threading.Thread(target=work).start()
atexit.register(lambda: print(Workers(2).submit(int, "2").result()))
"""


def test_tasks_run_after_the_main_thread_and_at_exit():
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=True)  # noqa: S603 - the script above
    assert (done.stdout, done.stderr) == ("1\n2\n", "")


def test_objects_that_nobody_holds_are_forgotten():
    class Thing:
        pass

    living, one, other = Living(), Thing(), Thing()
    living.add(one)
    living.add(other)
    assert set(living) == {one, other}
    del other
    gc.collect()
    assert set(living) == {one}
