"""Nodes that list rows, whose fields are at hand for conditions. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnct.client.models.noun import Node

if TYPE_CHECKING:
    from cnct.client.models.known_fields import KnownFields
    from cnct.openapi.fields import FilterField
    from cnct.rql import R


class HasFields(Node):
    """A node that lists rows: a collection or a set."""

    _client: Any

    _refinements = frozenset(
        {
            "concurrency",
            "configure",
            "dates",
            "filter",
            "limit",
            "order_by",
            "overlap",
            "search",
            "select",
            "[:]",
        }
    )
    """Methods that return a set of the same list: completion needs none of their arguments."""

    @property
    def fields(self) -> KnownFields | R:
        """The fields of the rows, for conditions: ``fields.product.name.ilike("*saas*")``.

        With a document at hand, names complete at a prompt and unknown ones are refused; otherwise
        this is ``R()``.
        """
        fields = self._field_names()
        from cnct.client.models.known_fields import KnownFields  # noqa: PLC0415 - not at import
        from cnct.rql.base import R  # noqa: PLC0415 - not at import

        return KnownFields(fields, self._path) if fields else R()

    def _field_names(self) -> Mapping[str, FilterField]:
        """Return the fields by name; none where the document is not at hand."""
        fields: Mapping[str, FilterField] = self._client._fields_at(self._path)
        return fields
