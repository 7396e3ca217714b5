"""Digest authentication against the RFC's own example, and against itself from both sides."""

import pytest

from simulators.digest import DigestServer, answer_challenge, ha1_of, response_of
from simulators.sip_message import SipMessage


def challenged(server, status, stale=False):
    response = SipMessage(status=status)
    response.add(*server.challenge(status, stale))
    return response


def with_credentials(server, password, method="INVITE", status=407):
    request = SipMessage(method=method, uri="sip:138@hq.example")
    request.add(*answer_challenge(challenged(server, status), method, request.uri, "hq", password))
    return request


def test_example_of_rfc_2617():
    fields = {
        "uri": "/dir/index.html", "qop": "auth", "nc": "00000001", "cnonce": "0a4f113b",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
    }  # fmt: skip
    ha1 = ha1_of("Mufasa", "testrealm@host.com", "Circle Of Life")

    assert response_of(ha1, "GET", fields) == "6629fae49393a05397450978507c4ef1"


@pytest.mark.parametrize("status", [401, 407])
def test_right_password(status):
    server = DigestServer("hq", {"hq": "secret"})

    assert server.verify(with_credentials(server, "secret", status=status), status) == "right"


def test_wrong_password_unknown_user_and_moved_method():
    server = DigestServer("hq", {"hq": "secret"})
    moved = with_credentials(server, "secret")
    moved.method = "REGISTER"

    assert server.verify(with_credentials(server, "guess"), 407) == "wrong"
    assert server.verify(moved, 407) == "wrong"
    server._passwords.clear()
    assert server.verify(with_credentials(server, "secret"), 407) == "wrong"


def test_foreign_nonce_is_stale_and_no_credentials_are_absent():
    ours, other = DigestServer("hq", {"hq": "secret"}), DigestServer("hq", {"hq": "secret"})

    assert ours.verify(with_credentials(other, "secret"), 407) == "stale"
    assert ours.verify(SipMessage(method="INVITE", uri="sip:x"), 407) == "absent"


def test_challenge_that_is_no_md5_digest_is_not_answered():
    challenge = SipMessage(status=401)
    challenge.add("WWW-Authenticate", 'Digest realm="x", nonce="y", algorithm=SHA-256')

    with pytest.raises(ValueError, match="MD5"):
        answer_challenge(challenge, "REGISTER", "sip:x", "u", "p")
