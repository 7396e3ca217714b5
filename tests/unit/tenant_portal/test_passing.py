"""What is passed on to the API and back: one reading of a path, and no header of one connection only."""

import pytest
from multidict import CIMultiDict

from servicekit.problems import NotFoundError
from tenant_portal.http import language_of
from tenant_portal.passing import NOT_ASKED, passed_on, target_of


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/tenants", "/api/v1/tenants/acme/calls?state=live&after=a%2Fb", "/api/v1/auth/me",
        "/api/v1/tenants/acme/numbers/%2B862155550100", "/api/v1/tenants/acme/vips?q=..%2F..",
    ],
)  # fmt: skip
def test_paths_go_on_as_they_are(path: str):
    assert target_of(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/auth/token", "/api/v1/auth/token?x=1", "/api/v1/auth/token/", "/api/v1/Auth/TOKEN",
        "/api/v1/auth/t%6Fken", "/api/v1/a/../auth/token", "/api/v1/a/%2e%2e/auth/token", "/api/v1//auth/token",
        "/api/v1/auth%2Ftoken", "/api/v1/auth\\token", "/api/v1/auth/%2574oken", "/api/v1/a%0d%0ab",
        "http://evil/api/v1/tenants", "/objects/acme/x", "/api/v1", "/api/v2/tenants",
    ],
)  # fmt: skip
def test_other_paths_do_not(path: str):
    with pytest.raises(NotFoundError):
        target_of(path)


def test_headers_of_one_connection_and_of_the_page_stay():
    asked = CIMultiDict(
        {
            "Connection": "keep-alive, X-Mine", "X-Mine": "1", "Transfer-Encoding": "chunked", "Cookie": "a=b",
            "Authorization": "Bearer stolen", "X-Forwarded-For": "203.0.113.9", "X-CSRF-Token": "t", "Host": "desk",
            "Accept": "application/json", "Content-Type": "application/json", "Range": "bytes=0-1",
        }
    )  # fmt: skip

    assert set(passed_on(asked, NOT_ASKED)) == {"Accept", "Content-Type", "Range"}


def test_what_comes_several_times_goes_on_so():
    answer = CIMultiDict([("Vary", "Accept"), ("Vary", "Origin")])

    assert passed_on(answer, frozenset()).getall("Vary") == ["Accept", "Origin"]


@pytest.mark.parametrize(
    ("header", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"), ("en-GB", "en"), ("fr,zh-TW;q=0.5", "zh-CN"), ("", "en"), ("*", "en")],
)
def test_the_browsers_language_is_taken_where_we_have_it(header: str, language: str):
    assert language_of({"Accept-Language": header}) == language
