"""Searching a whole document."""

from __future__ import annotations

import json

import pytest

from cnct.openapi import OpenAPISpecs


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


def test_places_that_lack_more_words_come_later_and_name_them_as_written(pets):
    matches = pets.find("Colours of xylophones")
    assert matches[0].missing == ("of", "xylophones")
    counts = [len(match.missing) for match in pets.find("colour buy pets toys")]
    assert counts == sorted(counts)


def test_the_id_of_an_operation_is_searched_and_never_shown(tmp_path):
    get = {"operationId": "zebra_list", "responses": {"200": {"description": "ok"}}}
    path = tmp_path / "zoo.json"
    path.write_text(
        json.dumps({"openapi": "3.0.0", "paths": {"/animals/{id}/stripes": {"get": get}}})
    )
    (match,) = OpenAPISpecs(path).find("zebra")
    assert (match.what, match.method) == ("animals/stripes", "GET")


def test_what_is_nowhere_is_not_found(pets):
    assert pets.find("xylophone") == []
    assert pets.find("") == []
    assert pets.find("?!") == []


def test_recursive_schemas_come_to_an_end(pets):
    assert "parents.name" in {match.what for match in pets.find("parents name")}


def test_what_a_generator_says_of_every_filter_is_not_found(tmp_path):
    """``Filter for: ...`` stands at each field, and would match everything."""
    parameters = [
        {"name": name, "in": "query", "description": f"{text}\n\n**lookups:** eq"}
        for name, text in (("colour", "Filter for: the paint"), ("size", "Of the paint pot."))
    ]
    get = {"parameters": parameters, "responses": {"200": {"description": "ok"}}}
    document = {"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    document["paths"]["/pots"] = {"get": get}
    path = tmp_path / "pots.json"
    path.write_text(json.dumps(document))
    matches = OpenAPISpecs(path).find("paint")
    assert [match.what for match in matches] == ["size: Of the paint pot."]
