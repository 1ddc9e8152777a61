"""The package of types: written, checked, imported. Type checkers run over it in `make stubs`."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from pathlib import Path
from typing import get_type_hints

import pytest
from tests.stubs.oddities import PATHS, SCHEMAS, write_document
from tests.stubs.walking import Walk

import cnct
from cnct import AsyncConnectClient, ConnectClient, SpecError, UnknownNameError
from cnct.client.models import NS, AsyncNS, AsyncResource, Resource
from cnct.emulator.server import DEFAULT_SPEC
from cnct.openapi import OpenAPISpecs
from cnct.stubs import check, write
from cnct.stubs.client_names import CLIENT_NAMES, NAMESPACE_NAMES, RESOURCE_NAMES


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    return write_document(tmp_path / "odd.json")


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Import a module of a package in the folder of the test."""
    monkeypatch.syspath_prepend(tmp_path)
    before = {*sys.modules}
    yield importlib.import_module
    for name in {*sys.modules} - before:
        if name.partition(".")[0].endswith("_types"):
            del sys.modules[name]


def test_the_same_document_gives_the_same_files(tmp_path, odd):
    for document in (DEFAULT_SPEC, odd):
        first = write(tmp_path / "one_types", spec=document)
        write(tmp_path / "two_types", spec=document)
        assert texts(tmp_path / "one_types") == texts(tmp_path / "two_types")
        assert {file.name for file in first} == {
            *("__init__.py", "__init__.pyi", "schemas.py"),
            *("_filters.pyi", "_sync.pyi", "_async.pyi"),
            *(["py.typed"] if document == DEFAULT_SPEC else []),
        }
        assert write(tmp_path / "one_types", spec=document) == []


def test_every_file_is_python(tmp_path, odd):
    for document in (DEFAULT_SPEC, odd):
        write(tmp_path / "api_types", spec=OpenAPISpecs(document))
        for name, text in texts(tmp_path / "api_types").items():
            tree = ast.parse(text)
            classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
            assert len({*classes}) == len(classes), name


def test_the_clients_are_those_of_the_library(tmp_path, imported):
    write(tmp_path / "connect_types", spec=DEFAULT_SPEC)
    package = imported("connect_types")
    assert package.ConnectClient is ConnectClient
    assert package.AsyncConnectClient is AsyncConnectClient


def test_schemas_can_be_inspected_at_run_time(tmp_path, odd, imported):
    write(tmp_path / "odd_types", spec=odd)
    schemas = imported("odd_types.schemas")
    hints = get_type_hints(schemas.Odd)
    assert hints["map"] == dict[str, int]
    assert hints["colour"] == get_type_hints(schemas.Odd)["colour"]
    assert {*hints} == {*SCHEMAS["Odd"]["properties"]}
    assert schemas.Pet.__total__
    assert not schemas.PetPayload.__total__
    assert "secret" in get_type_hints(schemas.PetPayload)
    assert "secret" not in get_type_hints(schemas.Pet)
    assert get_type_hints(schemas.Node)["parent"] is schemas.Node
    assert {*get_type_hints(schemas.X3dPayload)} == {"id", "name"}
    assert "created" in get_type_hints(schemas.Pet)
    assert "created" not in get_type_hints(schemas.PetPayload)


def test_rows_of_inline_schemas_are_named_by_their_collection(tmp_path, odd):
    write(tmp_path / "odd_types", spec=odd)
    assert "class PetVetVisit(TypedDict):" in texts(tmp_path / "odd_types")["schemas.py"]


def test_docstrings_are_the_first_sentences_of_descriptions(tmp_path, odd):
    write(tmp_path / "odd_types", spec=odd)
    text = texts(tmp_path / "odd_types")["_sync.pyi"]
    assert "    pets: PetsCollection\n    'All pets, see the guide.'\n" in text
    assert re.search(r"    owners: OwnersCollection\n    '(word )+\.\.\.'\n", text)
    assert "        'Feeds a pet.'\n" in text
    assert """    walk: PostAction[Any, Any]\n    'Walks it\\'s "lead"'\n""" in text


def test_keywords_are_those_that_are_read_as_their_field(tmp_path, odd):
    write(tmp_path / "odd_types", spec=odd)
    text = texts(tmp_path / "odd_types")["_filters.pyi"]
    assert "    range__in__eq: str\n" in text
    assert "    range__in:" not in text
    assert "double" not in text
    assert "a-b" not in text
    assert "no field" not in text
    assert "    class__in: Iterable[str]\n" in text
    assert "    class:" not in text
    assert "    name__like: str\n" in text


def test_options_leave_parts_out(tmp_path, odd):
    folder = tmp_path / "odd_types"
    write(folder, spec=odd)
    changed = write(folder, spec=odd, asynchronous=False, filters=False, only=["zoo/class", "/zoo"])
    assert {file.name for file in changed} >= {"_async.pyi", "_filters.pyi"}
    present = texts(folder)
    assert {*present} == {"__init__.py", "__init__.pyi", "schemas.py", "_sync.pyi", "py.typed"}
    assert "class ZooClassAnimalsCollection" in present["_sync.pyi"]
    assert "Pets" not in present["_sync.pyi"]
    assert "cnct.client.fluent import AsyncConnectClient" in present["__init__.pyi"]
    assert "`cnct stubs --only zoo/class,/zoo --no-async --no-filters`" in present["schemas.py"]


def test_the_check_names_what_is_out_of_date(tmp_path, odd):
    folder = tmp_path / "odd_types"
    assert check(folder, spec=odd) == "there is no such folder"
    write(folder, spec=odd)
    assert check(folder, spec=odd) == ""
    assert check(folder, spec=odd, filters=False) == (
        "written by `cnct stubs`, now written by `cnct stubs --no-filters`"
    )
    (folder / "schemas.py").write_text(texts(folder)["schemas.py"] + "# edited\n", encoding="utf-8")
    assert check(folder, spec=odd) == "different: schemas.py"
    (folder / "_sync.pyi").unlink()
    assert check(folder, spec=odd) == "missing: _sync.pyi"
    other = write_document(tmp_path / "newer.json", info={"title": "Oddities", "version": "2"})
    assert check(folder, spec=other).startswith("from the document Oddities 1, sha256 ")
    assert ", now from the document Oddities 2, sha256 " in check(folder, spec=other)


def test_files_of_others_are_left_alone(tmp_path, odd):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "__init__.py").write_text("# mine\n", encoding="utf-8")
    for call in (write, check):
        with pytest.raises(FileExistsError, match=r"__init__.py was not written by cnct stubs"):
            call(folder, spec=odd)
    (folder / "__init__.py").unlink()
    (folder / "__pycache__").mkdir()
    (folder / "sub").mkdir()
    with pytest.raises(FileExistsError, match="sub was not written"):
        write(folder, spec=odd)
    (folder / "sub").rmdir()
    assert write(folder, spec=odd)


@pytest.mark.parametrize(
    ("folder", "options", "error", "message"),
    [
        ("connect-types", {}, ValueError, "'connect-types' cannot be the name of a package"),
        ("odd_types", {"only": "pets"}, TypeError, r"write only=\['pets'\]"),
        ("odd_types", {"only": ["pet"]}, UnknownNameError, "no 'pet'. Did you mean 'pets'"),
        ("odd_types", {"spec": "missing.yml"}, SpecError, "missing.yml"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(tmp_path, odd, folder, options, error, message):
    with pytest.raises(error, match=message):
        write(tmp_path / folder, **{"spec": odd, **options})
    assert not (tmp_path / folder).exists()


def test_a_document_cannot_write_code(tmp_path):
    title = "API\nimport os\r\x85\u2028\x1b[2J"
    path = '/x"): import os #\n'
    document = write_document(
        tmp_path / "hostile.json",
        info={"title": title, "version": '"""\n'},
        paths={path: PATHS["/pets"], f"{path}/{{id}}": PATHS["/pets/{id}"]},
        components={"schemas": {**SCHEMAS, 'A"\nimport os': SCHEMAS["Pet"]}},
    )
    write(tmp_path / "hostile_types", spec=document)
    for name, text in texts(tmp_path / "hostile_types").items():
        imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)]
        assert len(imports) == (name in {"_sync.pyi", "_async.pyi"})
        assert "\x1b" not in text


def test_a_document_without_schemas_has_types_too(tmp_path):
    paths = {"/things": {"get": {"responses": {"200": {"description": ""}}}}}
    document = write_document(tmp_path / "bare.json", paths=paths, components={})
    write(tmp_path / "bare_types", spec=document)
    assert "things: ThingsCollection" in texts(tmp_path / "bare_types")["_sync.pyi"]


def test_attributes_of_the_clients_objects_are_known():
    """A name that is missing there would hide a collection: add it to `client_names`."""
    arguments = {"api_key": "ApiKey SU-1:x", "use_specs": False}
    clients = (ConnectClient(**arguments), AsyncConnectClient(**arguments))
    sync, async_ = clients
    assert public(*clients) - CLIENT_NAMES == set()
    assert public(NS(sync, "x"), AsyncNS(async_, "x")) - NAMESPACE_NAMES == set()
    assert public(Resource(sync, "x"), AsyncResource(async_, "x")) - RESOURCE_NAMES == set()


def public(*things: object) -> set[str]:
    return {name for thing in things for name in object.__dir__(thing) if name[0] != "_"}


@pytest.mark.parametrize("prefix", ["", "Async"])
def test_every_name_exists_at_run_time(tmp_path, odd, prefix):
    write(tmp_path / "odd_types", spec=odd)
    walk = Walk(tmp_path / "odd_types", odd, prefix)
    walk.over_all()
    assert walk.steps > 40


def test_the_library_has_the_functions():
    assert cnct.stubs.write is write
    assert "stubs" in dir(cnct)
