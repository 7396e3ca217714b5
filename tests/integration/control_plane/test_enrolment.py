"""Becoming a branch, and what only that branch may have: the real listener on TLS, SQLite and Redis."""

import asyncio
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

sys.path.insert(0, str(Path(__file__).parents[1] / "branch_gateway"))
from hq_rig import (
    BranchClient,
    Hq,
    edge_snapshot,
    ends_of,
    new_key,
    redis_process,
    request_pem,
    running_hq,
    station,
)

from callmodel import keys
from control_plane.branch_listener import start_branch_listener
from control_plane.features.enrolment.store import token_of
from control_plane.keyring import pki

STATIONS = (
    station("1001", "shenyang"),
    station("1002", "shenyang"),
    station("2001", "dalian", "bolt", "bolt.trunkline.test"),
)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory) -> Iterator[str]:
    with redis_process(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def hq(tmp_path, redis_url) -> AsyncIterator[Hq]:
    async with running_hq(tmp_path / "hq", redis_url) as running:
        yield running


@pytest.fixture
async def clients(hq, tmp_path) -> AsyncIterator:
    """Open branch clients that end with the test."""
    async with AsyncExitStack() as stack:

        async def connect(key=None, certificate="") -> BranchClient:
            return await stack.enter_async_context(BranchClient(hq, tmp_path, key, certificate))

        yield connect


@pytest.fixture
async def enrolled(hq, clients):
    """Enrol a site by the book; return its client."""

    async def enrol(site: str) -> BranchClient:
        key = new_key()
        stranger = await clients()
        status, answer = await stranger.call(
            "POST", "/enrol", {"token": await hq.token(site), "csr": request_pem(key)}
        )
        assert status == 200, answer
        return await clients(key, answer["certificate"])

    return enrol


# -- enrolment


async def test_token_becomes_a_certificate_of_the_tokens_site(hq, clients):
    key, stranger = new_key(), await clients()

    status, answer = await stranger.call(
        "POST", "/enrol", {"token": await hq.token("shenyang"), "csr": request_pem(key, "dalian")}
    )

    assert status == 200
    assert answer["ca"] == hq.authority.certificate_pem
    assert ends_of(answer["certificate"]) - datetime.now(UTC) > timedelta(days=89)
    branch = await clients(key, answer["certificate"])
    await hq.publish(edge_snapshot(*STATIONS))
    status, part = await branch.call("GET", "/snapshot")
    assert status == 200 and {each["site_id"] for each in part["document"]["stations"]} == {"shenyang"}


async def test_the_authority_a_stranger_is_shown_has_the_tokens_fingerprint(hq, clients):
    status, answer = await (await clients()).call("GET", "/authority")

    assert status == 200 and (await hq.token()).endswith(answer["fingerprint"])


async def test_token_is_for_administrators_and_existing_sites_only(hq):
    assert (await hq.call("POST", "/sites/shenyang/enrolment-tokens", bearer=False))[0] == 401
    status, problem = await hq.call("POST", "/sites/nowhere/enrolment-tokens")
    assert (status, problem["error_id"]) == (404, "not-found")


async def test_secret_of_a_token_is_nowhere_in_the_store(hq, tmp_path):
    token = await hq.token()
    secret = token.split(".")[1]

    everything = b"".join(path.read_bytes() for path in (tmp_path / "hq").glob("store.db*"))

    assert secret.encode() not in everything


async def test_token_used_by_another_key_is_refused(hq, clients):
    stranger, token = await clients(), await hq.token()
    assert (await stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(new_key())}))[0] == 200

    status, problem = await stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(new_key())})

    assert (status, problem["error_id"]) == (409, "enrolment-token-used")


async def test_answer_that_was_lost_is_given_again_to_the_same_key(hq, clients):
    stranger, token, key = await clients(), await hq.token(), new_key()
    _, first = await stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(key)})

    status, again = await stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(key)})

    assert status == 200 and again["certificate"] == first["certificate"]


async def test_of_many_keys_in_a_race_one_gets_the_certificate(hq, clients):
    stranger, token = await clients(), await hq.token()

    answers = await asyncio.gather(
        *(stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(new_key())}) for _ in range(8))
    )

    assert sorted(status for status, _ in answers) == [200] + [409] * 7


async def test_token_is_over_after_an_hour(hq, clients):
    token = await hq.token()
    hq.clock_ms = 3600 * 1000

    status, problem = await (await clients()).call("POST", "/enrol", {"token": token, "csr": request_pem(new_key())})

    assert (status, problem["error_id"]) == (403, "enrolment-token-expired")


@pytest.mark.parametrize("part", [0, 1, 2], ids=["site", "secret", "authority"])
async def test_token_with_one_part_changed_is_refused(hq, clients, part):
    parts = (await hq.token()).split(".")
    parts[part] = ["dalian", "A" * 43, "0" * 64][part]

    status, problem = await (await clients()).call(
        "POST", "/enrol", {"token": ".".join(parts), "csr": request_pem(new_key())}
    )

    assert (status, problem["error_id"]) == (403, "enrolment-token-invalid")


async def test_request_that_can_not_be_signed_leaves_the_token_good(hq, clients):
    stranger, token = await clients(), await hq.token()

    status, problem = await stranger.call("POST", "/enrol", {"token": token, "csr": "not a request"})

    assert (status, problem["error_id"]) == (422, "bad-certificate-request")
    assert (await stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(new_key())}))[0] == 200


async def test_tokens_are_not_made_without_end(hq):
    statuses = [(await hq.call("POST", "/sites/dalian/enrolment-tokens"))[0] for _ in range(31)]

    assert statuses == [201] * 30 + [429]


async def test_what_happened_to_a_token_is_on_record_without_its_secret(hq, clients):
    token = await hq.token()
    site, secret, _ = token.split(".")
    await (await clients()).call("POST", "/enrol", {"token": token, "csr": request_pem(new_key())})

    _, page = await hq.call("GET", "/sites/shenyang/certificates")

    row = await token_of(hq.resources.store, site, sha256(secret.encode()).hexdigest())
    assert row is not None and (row["state"], row["issued_by"]) == ("used", "admin")
    assert [item["serial"] for item in page["items"]] == [row["serial"]]


# -- who may come in


async def test_no_certificate_is_refused_where_a_branch_must_be_known(clients):
    stranger = await clients()

    for method, path, body in [
        ("GET", "/snapshot", None),
        ("PUT", "/link", {"loss": 0}),
        ("POST", "/renew", {"csr": request_pem(new_key())}),
    ]:
        status, problem = await stranger.call(method, path, body)
        assert (status, problem["error_id"]) == (401, "unauthenticated"), path


async def test_certificate_of_a_foreign_authority_does_not_get_through_the_handshake(clients, tmp_path):
    foreign, key = pki.create_authority(tmp_path / "foreign"), new_key()
    branch = await clients(key, pki.sign_branch_request(foreign, request_pem(key), "shenyang"))

    with pytest.raises(aiohttp.ClientError):
        await branch.call("GET", "/snapshot")


async def test_expired_certificate_does_not_get_through_the_handshake(hq, clients):
    key = new_key()
    branch = await clients(key, pki.sign_branch_request(hq.authority, request_pem(key), "shenyang", days=-0.001))

    with pytest.raises(aiohttp.ClientError):
        await branch.call("GET", "/snapshot")


async def test_certificate_that_ends_while_connected_is_refused(hq, enrolled):
    branch = await enrolled("shenyang")
    await hq.publish(edge_snapshot(*STATIONS))
    assert (await branch.call("GET", "/snapshot"))[0] == 200
    hq.clock_ms = 91 * 86_400_000

    status, problem = await branch.call("GET", "/snapshot")

    assert (status, problem["error_id"]) == (401, "unauthenticated")


async def test_server_certificate_of_our_own_authority_is_no_branch(hq, tmp_path):
    issued = pki.issue_server_certificate(hq.authority, ["edge.trunkline.test"])
    key = load_pem_private_key(issued.key_pem.encode(), None)
    async with BranchClient(hq, tmp_path, key, issued.certificate_pem) as edge:
        status, problem = await edge.call("GET", "/snapshot")

    assert (status, problem["error_id"]) == (401, "unauthenticated")


async def test_revoked_certificate_is_refused_at_once(hq, enrolled):
    branch = await enrolled("shenyang")
    await hq.publish(edge_snapshot(*STATIONS))
    assert (await branch.call("GET", "/snapshot"))[0] == 200
    _, page = await hq.call("GET", "/sites/shenyang/certificates")
    serial = page["items"][0]["serial"]

    assert (await hq.call("DELETE", f"/sites/shenyang/certificates/{serial}"))[0] == 204
    assert (await hq.call("DELETE", f"/sites/shenyang/certificates/{serial}"))[0] == 204, "twice is harmless"

    status, problem = await branch.call("GET", "/snapshot")
    assert (status, problem["error_id"]) == (403, "certificate-revoked")
    assert (await branch.call("POST", "/renew", {"csr": request_pem(new_key())}))[0] == 403
    assert (await hq.call("DELETE", "/sites/dalian/certificates/abc"))[0] == 404


async def test_revoked_certificate_is_not_given_again_for_its_token(hq, clients):
    stranger, token, key = await clients(), await hq.token(), new_key()
    await stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(key)})
    _, page = await hq.call("GET", "/sites/shenyang/certificates")
    await hq.call("DELETE", f"/sites/shenyang/certificates/{page['items'][0]['serial']}")

    assert (await stranger.call("POST", "/enrol", {"token": token, "csr": request_pem(key)}))[0] == 409


async def test_renewal_gives_a_certificate_for_the_new_key_and_the_same_site(hq, clients, enrolled):
    branch, key = await enrolled("dalian"), new_key()

    status, answer = await branch.call("POST", "/renew", {"csr": request_pem(key, "shenyang")})

    assert status == 200
    await hq.publish(edge_snapshot(*STATIONS))
    renewed = await clients(key, answer["certificate"])
    _, part = await renewed.call("GET", "/snapshot")
    assert [each["extension"] for each in part["document"]["stations"]] == ["2001"]


async def test_plain_http_and_old_tls_find_no_door(hq):
    context = ssl.create_default_context(cadata=hq.authority.certificate_pem)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{hq.branch_url}/api/v1/branch/authority")
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{hq.branch_url.replace('https', 'http')}/api/v1/branch/authority")


# -- the snapshot


async def test_a_branch_sees_its_own_site_and_nothing_else(hq, enrolled):
    shenyang, dalian = await enrolled("shenyang"), await enrolled("dalian")
    await hq.publish(edge_snapshot(*STATIONS))

    parts = {}
    for site, branch in (("shenyang", shenyang), ("dalian", dalian)):
        _, answer = await branch.call("GET", "/snapshot")
        parts[site] = answer["document"]

    assert [each["extension"] for each in parts["shenyang"]["stations"]] == ["1001", "1002"]
    assert parts["shenyang"]["domains"] == {"acme.trunkline.test": "acme"}
    assert parts["shenyang"]["branches"] == ["shenyang"]
    assert [each["extension"] for each in parts["dalian"]["stations"]] == ["2001"]
    for site, other in (("shenyang", "dalian"), ("dalian", "shenyang")):
        text = str(parts[site])
        assert other not in text and "carrier-a" not in text and "+862155550100" not in text


async def test_long_poll_ends_when_the_sites_part_changes(hq, enrolled):
    branch = await enrolled("shenyang")
    await hq.publish(edge_snapshot(*STATIONS))
    _, first = await branch.call("GET", "/snapshot")

    async with asyncio.TaskGroup() as group:
        poll = group.create_task(branch.call("GET", f"/snapshot?version={first['version']}&mark={first['mark']}"))
        # A change elsewhere must not wake the branch.
        await hq.publish(edge_snapshot(*STATIONS, station("2002", "dalian")))
        done, _ = await asyncio.wait([poll], timeout=0.5)
        assert not done
        changed_at = time.monotonic()
        await hq.publish(edge_snapshot(*STATIONS, station("1003", "shenyang")))
        _, second = await poll

    assert time.monotonic() - changed_at < 1.5
    assert second["changed"] and len(second["document"]["stations"]) == 3
    assert second["version"] > first["version"] and second["mark"] != first["mark"]


async def test_nothing_new_is_said_without_a_document(hq, enrolled):
    branch = await enrolled("shenyang")
    version = await hq.publish(edge_snapshot(*STATIONS))
    _, first = await branch.call("GET", "/snapshot")

    for query in (f"mark={first['mark']}", f"version={version}"):
        status, answer = await branch.call("GET", f"/snapshot?{query}&wait=0")
        assert status == 200 and answer["changed"] is False and answer["document"] is None, query


async def test_site_that_may_not_connect_any_more_is_told_so(hq, enrolled):
    branch = await enrolled("shenyang")
    await hq.publish(edge_snapshot(*STATIONS, branches=("dalian",)))

    status, problem = await branch.call("GET", "/snapshot")

    assert (status, problem["error_id"]) == (403, "site-not-allowed")


async def test_nothing_published_yet_is_a_passing_trouble(enrolled):
    branch = await enrolled("shenyang")

    status, problem = await branch.call("GET", "/snapshot?wait=0")

    assert (status, problem["error_id"]) == (503, "unavailable")


@pytest.mark.parametrize("query", ["wait=26", "wait=-1", "mark=x", "version=x", "site=dalian"])
async def test_malformed_queries_are_refused(enrolled, query):
    branch = await enrolled("shenyang")

    status, problem = await branch.call("GET", f"/snapshot?{query}")

    assert (status, problem["error_id"]) == (422, "invalid-request")


# -- the line

REPORT = {
    "rtt_ms": 31.5,
    "jitter_ms": 2.25,
    "loss": 0.0333,
    "samples": 30,
    "registrations": 12,
    "snapshot_version": 7,
}


async def test_link_report_is_shown_live_and_kept_for_later(hq, enrolled):
    branch = await enrolled("shenyang")
    assert (await hq.call("GET", "/sites/shenyang/link"))[0] == 404

    assert (await branch.call("PUT", "/link", REPORT | {"from_a_newer_branch": 1}))[0] == 204

    _, shown = await hq.call("GET", "/sites/shenyang/link")
    assert shown["live"] is True and shown["report"] == REPORT
    assert 0 < await hq.resources.redis.ttl(keys.site_link("shenyang")) <= 15
    await hq.resources.redis.delete(keys.site_link("shenyang"))
    _, kept = await hq.call("GET", "/sites/shenyang/link")
    assert kept["live"] is False and kept["report"] == REPORT
    assert (await hq.call("GET", "/sites/dalian/link"))[0] == 404


@pytest.mark.parametrize("wrong", [{"loss": 2}, {"loss": "0"}, {"loss": 0, "rtt_ms": -1}, {}])
async def test_impossible_reports_are_refused(enrolled, wrong):
    branch = await enrolled("shenyang")

    assert (await branch.call("PUT", "/link", wrong))[0] == 422


async def test_listener_without_an_authority_does_not_start(hq, tmp_path):
    settings = hq.resources.settings.model_copy(update={"pki_dir": tmp_path / "empty"})

    with pytest.raises(pki.AuthorityMissingError):
        await start_branch_listener(replace(hq.resources, settings=settings), lambda *_: None)
