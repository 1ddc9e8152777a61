"""The two families are twins: the same names, parameters and words."""

from __future__ import annotations

import inspect

import pytest

from cnct import client as clients
from cnct.client import answering, async_answering, dry_run, models
from cnct.client.mirroring import mirror
from cnct.client.models import answering_nouns as nouns
from cnct.client.models import sync_plans

TWINS = [
    (clients.ConnectClient, clients.AsyncConnectClient),
    (dry_run.DryRunClient, dry_run.AsyncDryRunClient),
    (mirror.Mirror, mirror.AsyncMirror),
    (answering.AnsweringClient, async_answering.AsyncAnsweringClient),
    (nouns.AnsweringNS, nouns.AsyncAnsweringNS),
    (nouns.AnsweringCollection, nouns.AsyncAnsweringCollection),
    (nouns.AnsweringResource, nouns.AsyncAnsweringResource),
    (nouns.AnsweringAction, nouns.AsyncAnsweringAction),
    (models.NS, models.AsyncNS),
    (models.Collection, models.AsyncCollection),
    (models.Resource, models.AsyncResource),
    (models.Action, models.AsyncAction),
    (models.ResourceSet, models.AsyncResourceSet),
    (sync_plans.SyncPlan, sync_plans.AsyncSyncPlan),
]
ONLY_HERE = {
    clients.ConnectClient: {"session", "close", "__enter__", "__exit__"},
    # The refusing "__enter__" names "async with".
    clients.AsyncConnectClient: {
        *("session", "aclose"),
        *("__aenter__", "__aexit__", "__enter__", "__exit__"),
    },
    models.AsyncResourceSet: {"__aiter__"},
    models.AsyncCollection: {"__aiter__"},
}
ONLY_HERE[mirror.Mirror] = {"__enter__", "__exit__"}
ONLY_HERE[mirror.AsyncMirror] = {"__aenter__", "__aexit__"}
ONLY_HERE[dry_run.DryRunClient] = ONLY_HERE[clients.ConnectClient]
ONLY_HERE[dry_run.AsyncDryRunClient] = ONLY_HERE[clients.AsyncConnectClient]
ONLY_HERE[answering.AnsweringClient] = ONLY_HERE[clients.ConnectClient]
ONLY_HERE[async_answering.AsyncAnsweringClient] = ONLY_HERE[clients.AsyncConnectClient]
ONLY_HERE[nouns.AsyncAnsweringCollection] = ONLY_HERE[models.AsyncCollection]
OWN_WORDS = {"__iter__", "__bool__", "__getitem__", "values_list"}


def names(kind):
    public = {name for name in dir(kind) if not name.startswith("_")}
    special = {name for each in kind.__mro__ for name in vars(each) if name.startswith("__")}
    ours = {name for name in special if inspect.isfunction(getattr(kind, name, None))}
    return (public | ours) - ONLY_HERE.get(kind, set())


def parameters(function):
    return [(each.name, each.kind, each.default) for each in signature(function)]


def signature(function):
    return inspect.signature(function).parameters.values()


@pytest.mark.parametrize(("sync", "asynchronous"), TWINS)
def test_twins_have_the_same_names(sync, asynchronous):
    assert names(sync) == names(asynchronous)


@pytest.mark.parametrize(("sync", "asynchronous"), TWINS)
def test_twins_take_the_same_parameters_and_say_the_same(sync, asynchronous):
    for name in names(sync):
        one, other = getattr(sync, name), getattr(asynchronous, name)
        if not callable(one):
            continue
        assert parameters(one) == parameters(other), name
        if name not in OWN_WORDS and one.__doc__ and not name.startswith("__"):
            assert first_words(other) in first_words(one) or first_words(one) == first_words(other)


def first_words(function):
    line = inspect.getdoc(function).partition("\n")[0]
    return line.partition(". Async twin")[0].partition(";")[0].partition(",")[0].rstrip(".")


@pytest.mark.parametrize(("sync", "asynchronous"), TWINS)
def test_the_twin_says_whose_it_is(sync, asynchronous):
    assert asynchronous.__name__ == f"Async{sync.__name__}"
    assert f"Async twin of `{sync.__name__}`" in asynchronous.__doc__
