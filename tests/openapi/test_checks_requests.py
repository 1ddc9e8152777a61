"""One request, all checks: an unknown path hides its content, and a GET alone has a query."""

from __future__ import annotations

from tests.openapi.shop import shop

from cnct.openapi.checks import check_request


def kinds(*request) -> tuple[list[str], list[str]]:
    problems = check_request(shop(), *request)
    return [one.kind for one in problems.path], [one.kind for one in problems.content]


def test_a_request_that_fits_has_no_problems():
    assert kinds("GET", "products?eq(name,x)&limit=1") == ([], [])


def test_of_an_unknown_path_or_method_the_content_is_not_checked():
    assert kinds("GET", "prodcts?eq(nme,x)") == (["path"], [])
    assert kinds("DELETE", "products?eq(nme,x)", {"nme": 1}) == (["method"], [])


def test_the_query_of_a_get_is_checked_as_it_is_decoded():
    assert kinds("GET", "products?eq(n%61me,x)") == ([], [])
    assert kinds("GET", "products?eq(nme,x)") == ([], ["field"])


def test_of_a_write_the_payload_is_checked_and_the_query_is_not():
    found = check_request(shop(), "POST", "products?eq(nme,x)", {"nme": 1})
    assert "unknown" in {problem.kind for problem in found.content}
    assert all(problem.path for problem in found.content)
    assert kinds("POST", "products", {}) != ([], [])
