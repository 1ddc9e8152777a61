"""What is found out about a document is kept as long as the document, and not without bound."""

from __future__ import annotations

import gc
from weakref import ref

from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks.memory import Memory


def test_a_finding_is_found_out_once_for_each_document():
    memory = Memory[int](2)
    one, other = OpenAPISpecs("one.json"), OpenAPISpecs("other.json")
    assert memory.of(one, ("GET", "products"), lambda: 1) == 1
    assert memory.of(one, ("GET", "products"), lambda: 2) == 1
    assert memory.of(other, ("GET", "products"), lambda: 3) == 3


def test_it_starts_anew_when_there_are_too_many():
    memory = Memory[int](2)
    specs = OpenAPISpecs("one.json")
    for number in range(3):
        assert memory.of(specs, ("GET", str(number)), lambda number=number: number) == number
    assert memory.of(specs, ("GET", "0"), lambda: 10) == 10
    assert memory.of(specs, ("GET", "2"), lambda: 12) == 2


def test_it_holds_no_document():
    memory = Memory[int](2)
    specs = OpenAPISpecs("one.json")
    held = ref(specs)
    memory.of(specs, ("GET", "products"), lambda: 1)
    del specs
    gc.collect()
    assert held() is None
