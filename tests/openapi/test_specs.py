"""What a document says, looked up by path."""

from __future__ import annotations

import pytest

from cnct.openapi import DEFAULT_LOCATION, OpenAPISpecs


def test_a_document_says_what_it_is(pets):
    assert (pets.title, pets.version, pets.description) == ("Pets", "1.2", "A shop of *pets*.")
    assert [tag["name"] for tag in pets.tags] == ["Pets", "Shop"]


def test_what_a_document_does_not_say_is_none(write):
    specs = OpenAPISpecs(write("{openapi: 3.1.0, paths: {}}"))
    assert (specs.title, specs.version, specs.description, specs.tags) == (None, None, None, None)
    assert specs.place("").kind == "root"


def test_nothing_is_read_before_the_first_question(tmp_path):
    OpenAPISpecs(tmp_path / "missing.yml")
    assert OpenAPISpecs()
    assert DEFAULT_LOCATION.startswith("https://apispec.connect.cloudblue.com/")


@pytest.mark.parametrize("location", [1, b"x", ["a"]])
def test_a_location_is_text_or_a_path(location):
    with pytest.raises(TypeError, match="location must be a path or a URL, not"):
        OpenAPISpecs(location)


def test_a_location_is_not_blank():
    with pytest.raises(ValueError, match="location must be a path or a URL, not blank"):
        OpenAPISpecs(" ")


@pytest.mark.parametrize(
    ("method", "path", "exists"),
    [
        ("GET", "pets", True),
        ("get", "/pets/", True),
        ("GET", "pets?eq(name,Rex)", True),
        ("DELETE", "pets", False),
        ("DELETE", "pets/1", True),
        ("POST", "pets/1/feed", True),
        ("GET", "pets/1/feed", False),
        ("GET", "pets/1/nothing", False),
        ("GET", "pets//toys", False),
        ("GET", "pets/-/toys", True),
        ("GET", "pets/find/toys", True),
        ("DELETE", "pets/find", False),
        ("GET", "pets/1/photos/2.png", True),
        ("GET", "pets/1/photos/2", False),
        ("GET", "pets/1/photos/latest.png", True),
        ("GET", "shop", False),
        ("GET", "", True),
        ("PARAMETERS", "pets", False),
    ],
)
def test_a_call_exists_if_the_document_has_its_path_and_method(pets, method, path, exists):
    assert pets.exists(method, path) is exists
    assert (pets.operation(method, path) is not None) is exists


@pytest.mark.parametrize(
    ("path", "kind", "template"),
    [
        ("", "root", ""),
        ("pets", "collection", "pets"),
        ("pets/1", "resource", "pets/{id}"),
        ("pets/find", "action", "pets/find"),
        ("pets/1/feed", "action", "pets/{petId}/feed"),
        ("pets/1/toys", "collection", "pets/{petId}/toys"),
        ("pets/-", "resource", "pets/{id}"),
        ("pets/-/toys", "collection", "pets/-/toys"),
        ("pets/1/photos", "collection", "pets/{petId}/photos"),
        ("pets/1/photos/2.jpg", "resource", "pets/{petId}/photos/{photo}.{format}"),
        ("pets/1/photos/latest.png", "action", "pets/{petId}/photos/latest.png"),
        ("pets/1/meals", "namespace", "pets/{petId}/meals"),
        ("shop", "namespace", "shop"),
        ("shop/orders", "collection", "shop/orders"),
        ("shop/back-office", "namespace", "shop/back-office"),
        ("shop/back-office/tasks", "collection", "shop/back-office/tasks"),
    ],
)
def test_a_place_is_what_is_around_it(pets, path, kind, template):
    place = pets.place(path)
    assert (place.kind, place.template) == (kind, template)
    assert pets.kind(path) == kind


def test_a_place_knows_what_is_one_step_below(pets):
    assert pets.place("").namespaces == ("shop",)
    assert pets.place("").collections == ("pets", "toys")
    assert pets.place("pets").actions == ("find",)
    assert pets.place("pets/1").collections == ("photos", "toys")
    assert pets.place("pets/1").actions == ("feed",)
    assert pets.place("pets/1").namespaces == ("meals",)
    assert pets.place("shop").namespaces == ("back-office",)


def test_there_is_no_place_where_the_document_has_nothing(pets):
    assert pets.place("nowhere") is None
    assert pets.place("toys/1") is None
    assert pets.kind("toys/1") is None


@pytest.mark.parametrize(
    ("path", "description"),
    [
        ("", "A shop of *pets*."),
        ("pets", "All animals."),
        ("toys", "Animals that look for a home."),
        ("shop", ""),
        ("shop/back-office", ""),
        ("pets/1", ""),
        ("pets/1/feed", "Give it something"),
    ],
)
def test_a_place_is_described_by_its_path_or_its_tag(pets, path, description):
    assert pets.place(path).description == description


def test_an_operation_knows_what_it_takes_and_answers(pets):
    listing = pets.operation("get", "pets")
    assert (listing.method, listing.template, listing.operation_id) == ("GET", "pets", "pets_list")
    assert listing.fields["name"].lookups == {"eq", "like"}
    assert listing.parameters == ("limit", "offset")
    assert (listing.tags, listing.body) == (("Pets",), ())
    assert listing.responses == {"200": ("application/json",)}
    assert pets.place("pets").operations["GET"] is listing


def test_a_query_parameter_is_found_by_name(pets):
    listing = pets.operation("GET", "pets")
    assert pets.parameter(listing, "limit") is not None
    assert pets.parameter(listing, "page") is None


def test_json_is_preferred_to_other_media_types(pets):
    born = pets.operation("POST", "pets")
    assert born.responses == {"201": ("application/json", "text/plain"), "204": ()}
    assert pets.operation("POST", "shop/orders").body == (
        "application/json",
        "multipart/form-data",
    )


def test_an_answer_by_default_counts_where_no_other_is_successful(pets):
    fed = pets.operation("POST", "pets/1/feed")
    assert fed.responses == {"default": ("application/json",)}
    assert pets.response(fed) == {"type": "boolean"}


def test_schemas_are_reached_through_references(pets):
    born = pets.operation("POST", "pets")
    assert pets.payload(born) == {"$ref": "#/components/schemas/Pet"}
    named, own = pets.resolve(pets.payload(born))["allOf"]
    assert pets.resolve(named)["properties"]["name"]["type"] == "string"
    parents = own["properties"]["parents"]["items"]
    assert pets.resolve(parents) is pets.resolve(pets.payload(born))


def test_a_schema_can_be_chosen_by_media_type_and_status(pets):
    born = pets.operation("POST", "pets")
    assert pets.response(born, "201") == {"$ref": "#/components/schemas/Pet"}
    assert pets.response(born, "204") is None
    assert pets.response(born, "404") is None
    assert pets.payload(pets.operation("POST", "shop/orders"), "multipart/form-data") == {
        "type": "object"
    }
    assert pets.payload(born, "text/csv") is None
    assert pets.payload(pets.operation("GET", "pets")) is None
    assert pets.response(pets.operation("GET", "pets/1/photos/2.png")) is None


def test_a_reference_can_lead_anywhere_in_the_document(pets):
    schema = pets.response(pets.operation("GET", "pets/1/toys"))
    toy = pets.resolve(pets.resolve(schema)["items"])
    assert toy["properties"]["colour"]["enum"] == ["red", "on", "off"]


def test_a_property_may_be_called_ref(pets):
    order = pets.payload(pets.operation("POST", "shop/orders"))
    properties = pets.resolve(order)["properties"]
    assert pets.resolve(properties) is properties
    assert "allOf" in pets.resolve(properties["pet"])


@pytest.mark.parametrize(
    "reference",
    [
        "#/components/schemas/Missing",
        "#/components/schemas/Chicken",
        "#/openapi",
        "#/tags/9/name",
        "#/tags/first",
        "other.yml#/Pet",
        "",
    ],
)
def test_a_reference_that_leads_nowhere_allows_anything(pets, reference):
    assert pets.resolve({"$ref": reference}) == {}


def test_a_reference_can_count(pets):
    assert pets.resolve({"$ref": "#/tags/0"})["name"] == "Pets"


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("pets", {"name": "Rex"}),
        ("pets/1/feed", {"food": "fish"}),
        ("shop/orders", {"pet": {"name": "Rex"}}),
    ],
)
def test_examples_are_those_of_the_document(pets, path, example):
    assert pets.example(pets.operation("POST", path)) == example


def test_there_is_no_example_where_the_document_has_none(pets):
    assert pets.example(pets.operation("GET", "pets")) is None


def test_an_operation_of_another_document_takes_nothing(pets, write):
    other = OpenAPISpecs(write("{openapi: 3.0.0, paths: {/a: {post: {}}}}"))
    assert other.payload(pets.operation("POST", "pets/1/feed")) is None
    assert pets.payload(other.operation("POST", "a")) is None
    assert pets.example(other.operation("POST", "a")) is None


def test_the_names_of_the_incumbent_serve(pets):
    assert pets.get_namespaces() == ["shop"]
    assert pets.get_collections() == ["pets", "toys"]
    assert pets.get_namespaced_collections("shop") == ["orders"]
    assert pets.get_nested_namespaces("shop") == ["back-office"]
    assert pets.get_nested_namespaces("nowhere") == []
    assert pets.get_actions("pets/1") == [("feed", "Give it something")]
    assert pets.get_actions("pets") == [("find", None)]
    assert pets.get_nested_collections("pets/1") == [("photos", None), ("toys", "List its toys")]
    assert pets.get_collection("pets")["get"]["operationId"] == "pets_list"
    assert set(pets.get_resource("pets/1")) == {"get", "delete"}
    assert set(pets.get_action("pets/1/feed")) == {"summary", "post"}
    assert pets.get_collection("shop") is None
    assert pets.get_resource("nowhere") is None


def test_paths_that_differ_in_a_parameters_name_alone_are_one(write):
    first, second = "{get: {tags: [X]}}", "{get: {tags: [Y]}, put: {tags: [T]}}"
    document = f"{{openapi: 3.0.0, paths: {{'/a/{{x}}': {first}, '/a/{{y}}/': {second}}}}}"
    specs = OpenAPISpecs(write(document))
    assert set(specs.place("a/1").operations) == {"GET", "PUT"}
    assert specs.operation("PUT", "a/1").tags == ("T",)
    assert specs.operation("GET", "a/1").tags == ("X",)
    assert specs.get_resource("a/1") == {"get": {"tags": ["X"]}, "put": {"tags": ["T"]}}


def test_odd_parts_of_a_document_say_nothing(write):
    document = """{
      "openapi": "3.0.0", "tags": "none", "info": {"title": 3},
      "paths": {"/a": {"get": {"parameters": {}, "responses": [], "tags": "x"},
                       "post": {"requestBody": {"content": {"application/json": null}}}}}
    }"""
    specs = OpenAPISpecs(write(document))
    assert (specs.title, specs.tags) == ("3", None)
    assert specs.place("a").operations["GET"].responses == {}
    assert specs.payload(specs.operation("POST", "a")) is None
    assert specs.find("a")[0].path == "a"
