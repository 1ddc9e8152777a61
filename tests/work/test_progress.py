"""Progress of a job: figures for any callable, or a bar on a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from cnct.client.work import progress as figures


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by a second for each outcome."""
    seconds = iter(range(10_000))
    monkeypatch.setattr(figures, "monotonic", lambda: float(next(seconds)))


@pytest.mark.usefixtures("clock")
def test_a_callable_receives_the_figures(idle, world):
    def function(item):
        if item == 2:
            raise ValueError(item)

    seen = []
    idle.each([1, 2, 3, 4], world.function(function), progress=seen.append)
    assert seen == [
        (1, 0, 4, 1.0, 3.0),
        (2, 1, 4, 1.0, 2.0),
        (3, 1, 4, 1.0, 1.0),
        (4, 1, 4, 1.0, 0.0),
    ]


@pytest.mark.usefixtures("clock")
def test_the_total_of_a_set_is_its_count(pending, approve):
    seen = []
    pending.process(approve, progress=seen.append)
    assert seen[0].total == seen[-1].total == seen[-1].done == 25
    seen.clear()
    pending.all()[:0].process(approve, progress=seen.append)
    assert seen == []


def test_items_without_a_length_have_no_total(idle, world, monkeypatch):
    monkeypatch.setattr(figures, "monotonic", lambda: 1.0)
    seen = []
    idle.each(iter("ab"), world.function(str), progress=seen.append)
    assert seen == [(1, 0, None, 0.0, None), (2, 0, None, 0.0, None)]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.usefixtures("clock")
def test_true_shows_a_bar_on_a_terminal(idle, world, monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    idle.each(["a", "b"], world.function(int), progress=True)
    assert "2/2" in terminal.getvalue()
    assert "2 failed, 1.0/s, 0:00 left" in terminal.getvalue()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("progress", [True, False])
def test_elsewhere_nothing_is_shown(idle, world, capsys, progress):
    idle.each(["a", "b"], world.function(str), progress=progress)
    assert capsys.readouterr() == ("", "")


def test_long_times_have_hours():
    from cnct.console.progress_bar import _duration

    assert [_duration(seconds) for seconds in (0.4, 61, 3661)] == ["0:00", "1:01", "1:01:01"]
