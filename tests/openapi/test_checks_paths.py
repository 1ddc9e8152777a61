"""Paths and methods against the document; a message alone suffices to mend the mistake."""

from __future__ import annotations

import pytest
from tests.openapi.shop import shop

from cnct.openapi.checks import check_call, check_path


def said(*call: str) -> str:
    (problem,) = check_call(shop(), *call)
    assert str(problem) == problem.message
    return problem.message


@pytest.mark.parametrize(
    "call",
    [
        ("GET", "products"),
        ("get", "/products/"),
        ("POST", "products"),
        ("PUT", "products/PRD-1"),
        ("GET", "products/products"),
        ("GET", "products/a%2Fb"),
        ("POST", "products/PRD-1/publish"),
        ("POST", "sales/orders/close-orders"),
        ("GET", "sales/orders/close-order"),
        ("GET", "sales/offers/-/versions"),
        ("HEAD", "products"),
        ("OPTIONS", "products/PRD-1/publish"),
    ],
)
def test_what_the_document_has_passes(call):
    assert check_call(shop(), *call) == ()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("prodcts", "There is no 'prodcts' in the API. Did you mean 'products'?"),
        ("prodcts/PRD-1/x", "There is no 'prodcts' in the API. Did you mean 'products'?"),
        ("orders", "There is no 'orders' in the API. Did you mean 'sales/orders'?"),
        (
            "products/PRD-1/publsh",
            "There is no 'publsh' below 'products/PRD-1'. Did you mean 'publish'?",
        ),
        ("sales/order", "There is no 'order' below 'sales'. Did you mean 'orders'?"),
        (
            "sales/offers/-/version",
            "There is no 'version' below 'sales/offers/-'. Did you mean 'versions'?",
        ),
        (
            "sales/zzz",
            "There is no 'zzz' below 'sales'. There are offers, orders.",
        ),
        ("status/now", "There is no 'now' below 'status'. It has nothing below it."),
        (
            "sales/offr",
            "There is no 'offr' below 'sales'. Did you mean 'offers'?",
        ),
    ],
)
def test_an_unknown_path_names_where_it_leaves_the_tree_and_the_nearest_names(path, message):
    assert said("GET", path) == message
    assert [problem.message for problem in check_path(shop(), path)] == [message]


@pytest.mark.parametrize("path", ["", "sales", "sales/offers/-", "products/anything/publish"])
def test_a_path_need_not_be_callable_to_exist(path):
    assert check_path(shop(), path) == ()


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("DELETE", "products", "'products' takes GET or POST, not DELETE."),
        ("get", "products/P/publish", "'products/P/publish' takes POST, not GET."),
        ("POST", "products/PRD-1", "'products/PRD-1' takes DELETE, GET, PATCH or PUT, not POST."),
        (
            "POST",
            "sales/orders/close-order",
            (
                "'sales/orders/close-order' takes GET or PUT, not POST. "
                "Did you mean 'sales/orders/close-orders'?"
            ),
        ),
        ("GET", "sales", "'sales' cannot be called itself. Below it there are offers, orders."),
        (
            "GET",
            "",
            "'/' cannot be called itself. Below it there are products, shelves, status, sales.",
        ),
    ],
)
def test_a_wrong_method_names_the_right_ones(method, path, message):
    assert said(method, path) == message
