"""Searching a whole document."""

from __future__ import annotations

import pytest


def found(specs, text, **kwargs):
    return [(match.path, match.method) for match in specs.find(text, **kwargs)]


def test_a_match_says_where_and_what(pets):
    match = pets.find("vaccination day")[0]
    assert (match.path, match.method) == ("pets", "GET")
    assert match.what == "vaccinated_at: Day of the last vaccination."
    assert match.score > 0


def test_the_best_comes_first_and_every_path_once(pets):
    matches = pets.find("pets")
    assert matches[0].path == "pets"
    assert [match.score for match in matches] == sorted((m.score for m in matches), reverse=True)
    assert len({match.path for match in matches}) == len(matches)


def test_paths_that_match_equally_well_are_ordered_by_depth(pets):
    assert found(pets, "colour") == [("toys", "GET"), ("pets/{petId}/toys", "GET")]


def test_no_more_is_found_than_wished(pets):
    assert len(pets.find("pets", limit=2)) == 2


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("toy", "toys"),
        ("TOYS", "toys"),
        ("colo", "toys"),
        ("back office", "shop/back-office/tasks/{id}"),
        ("BackOffice tasks", "shop/back-office/tasks/{id}"),
        ("hello", ""),
        ("look for a home", "pets"),
        ("shop", "shop/orders"),
        ("vacinated", "pets"),
        ("give something", "pets/{petId}/feed"),
    ],
)
def test_words_are_found_in_names_fields_and_descriptions(pets, text, path):
    assert found(pets, text)[0][0] == path


def test_having_all_words_counts_more_than_having_one(pets):
    assert found(pets, "colour buy pets toys")[0][0] == "pets/{petId}/toys"


def test_what_is_nowhere_is_not_found(pets):
    assert pets.find("xylophone") == []
    assert pets.find("") == []
    assert pets.find("?!") == []


def test_recursive_schemas_come_to_an_end(pets):
    assert "parents.name" in {match.what for match in pets.find("parents name")}
