"""Decoded JSON is an object or a list, or counts as an empty one."""

from __future__ import annotations

from types import MappingProxyType

from cnct.openapi.shapes import (
    as_list,
    as_object,
    as_record,
    is_list,
    is_object,
    is_record,
)


def test_a_record_is_an_object_that_can_be_changed():
    frozen = MappingProxyType({"a": 1})
    assert (is_object(frozen), is_record(frozen)) == (True, False)
    assert (is_object({}), is_record({})) == (True, True)
    assert as_object(frozen) is frozen
    assert as_record(frozen) == {}


def test_any_other_value_counts_as_empty():
    assert (is_object([]), is_record([]), is_list({})) == (False, False, False)
    assert (as_object(None), as_record("x"), as_list({"a": 1})) == ({}, {}, [])
    assert as_list([1]) == [1]
