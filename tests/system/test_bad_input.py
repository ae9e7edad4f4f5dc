# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""What an independent client is told when it asks for the impossible."""

import json

import grpc
import pytest

from harness.api import Api, Failure
from harness.stack import http_get

GOOD = [("192.0.2.1", 53)]


@pytest.fixture(scope="module")
def api(stack):
    client = Api(stack)
    yield client
    client.close()


def listed(api):
    return [z.name for z in api.zones("ListZones", parent="projects/default").zones]


def refused(api, zone, primaries):
    """The failure of a create; nothing must be stored."""
    with pytest.raises(Failure) as caught:
        api.create(zone, primaries)
    failure = caught.value
    assert failure.reason, f"{failure.code} without a reason: {failure.message}"
    return failure


@pytest.mark.parametrize("zone", [
    "", "bad..name", "-a-.example ", "a" * 64 + ".example", "x." * 130 + "example",
    "sp ace.example", "a/b/c.example", "nul\\000.example",
])
def test_bad_names(api, zone):
    failure = refused(api, zone, GOOD)
    assert failure.code == "INVALID_ARGUMENT"
    assert any("name" in field for field in failure.fields), failure.fields


@pytest.mark.parametrize("zone", ["UPPER.example", "upper.example."])
def test_names_become_canonical(api, zone):
    created = api.create(zone, GOOD)
    assert created.name == "projects/default/zones/upper.example"
    assert refused(api, "Upper.Example.", GOOD).code == "ALREADY_EXISTS"
    api.zones("DeleteZone", name=created.name)


@pytest.mark.parametrize("address", [
    "", "ns1.example.org", "192.0.2", "[2001:db8::1]", "192.0.2.1:53", "fe80::1%lo",
    "1.2.3.4.5",
])
def test_bad_addresses(api, address):
    failure = refused(api, "addr.example", [(address, 53)])
    assert failure.code == "INVALID_ARGUMENT"
    assert any("primaries[0].address" in f for f in failure.fields), failure.fields


def test_every_bad_field_is_named(api):
    failure = refused(api, "bad..name",
                      [("nonsense", 53), ("192.0.2.1", 70000)])
    assert failure.code == "INVALID_ARGUMENT"
    fields = " ".join(failure.fields)
    for part in ("name", "primaries[0].address", "primaries[1].port"):
        assert part in fields, failure.fields
    assert all(failure.fields.values()), "a field without a description"


def test_primaries_are_1_to_16_and_differ(api):
    assert refused(api, "count.example", []).code == "INVALID_ARGUMENT"
    many = [(f"192.0.2.{n}", 53) for n in range(1, 18)]
    assert refused(api, "count.example", many).code == "INVALID_ARGUMENT"
    twice = [("192.0.2.1", 53), ("192.0.2.1", 0)]
    assert refused(api, "count.example", twice).code == "INVALID_ARGUMENT"
    assert not any("count" in name for name in listed(api))


def test_duplicate_zone(api):
    api.create("twice.example", GOOD)
    failure = refused(api, "twice.example", GOOD)
    assert failure.code == "ALREADY_EXISTS"
    assert "default" not in failure.message, "the conflict names its owner"
    api.zones("DeleteZone", name="projects/default/zones/twice.example")


def test_repeated_request_gives_the_first_answer(api):
    request = "2f1b7f1e-7a0e-4f0e-9f2e-0b8f3c0b6a11"
    first = api.create("again.example", GOOD, request_id=request)
    second = api.create("again.example", GOOD, request_id=request)
    assert first.uid == second.uid
    with pytest.raises(Failure) as caught:
        api.create("other.example", GOOD, request_id="no uuid")
    assert any("request_id" in f for f in caught.value.fields)
    api.zones("DeleteZone", name=first.name)


def test_validate_only_stores_nothing(api):
    api.create("dry.example", GOOD, validate_only=True)
    assert not any("dry" in name for name in listed(api))


def test_etag_of_another_version(api):
    zone = api.create("tag.example", GOOD)
    with pytest.raises(Failure) as caught:
        api.zones("DeleteZone", name=zone.name, etag="stale")
    assert caught.value.code == "ABORTED"
    api.zones("DeleteZone", name=zone.name, etag=zone.etag)


@pytest.mark.parametrize("method", ["GetZone", "DeleteZone", "RefreshZone",
                                    "RetransferZone"])
def test_unknown_and_forbidden_look_alike(api, method):
    failures = []
    for name in ("projects/default/zones/nowhere.example",
                 "projects/other/zones/nowhere.example"):
        with pytest.raises(Failure) as caught:
            api.zones(method, name=name)
        failures.append(caught.value)
    assert {f.code for f in failures} == {"NOT_FOUND"}
    assert len({f.reason for f in failures}) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "Bearer", "x" * 5000])
def test_wrong_token(stack, token):
    client = Api(stack, token=token)
    with pytest.raises(Failure) as caught:
        client.zones("ListZones", parent="projects/default")
    assert caught.value.code in ("UNAUTHENTICATED", "RESOURCE_EXHAUSTED",
                                 "INTERNAL")
    if len(token) < 5000:
        assert caught.value.code == "UNAUTHENTICATED"
        assert caught.value.reason
    client.close()


def test_a_projects_token_is_no_operators(stack, api):
    with pytest.raises(Failure) as caught:
        api.edges("ListEdges")
    assert caught.value.code == "PERMISSION_DENIED"
    assert caught.value.reason


def test_deadline(stack, api):
    """A wait that cannot end in time ends at the deadline, as such."""
    api.create("wait.example", [("127.0.0.1", 1)])
    short = Api(stack, timeout=0.3)
    with pytest.raises(Failure) as caught:
        short.zones("WaitForSerial", name="projects/default/zones/wait.example",
                    serial=1)
    assert caught.value.code == "DEADLINE_EXCEEDED"
    short.close()
    with pytest.raises(Failure) as caught:
        api.zones("WaitForSerial", name="projects/default/zones/wait.example",
                  serial=1, timeout={"nanos": 300_000_000})
    assert caught.value.code == "DEADLINE_EXCEEDED"
    assert caught.value.reason
    api.zones("DeleteZone", name="projects/default/zones/wait.example")


def test_wait_needs_a_serial(api):
    with pytest.raises(Failure) as caught:
        api.zones("WaitForSerial", name="projects/default/zones/wait.example")
    assert caught.value.code == "INVALID_ARGUMENT"
    assert any("serial" in field for field in caught.value.fields)


def test_pages(api):
    names = [f"p{n}.page.example" for n in range(5)]
    for name in names:
        api.create(name, GOOD)
    seen, token = [], ""
    while True:
        page = api.zones("ListZones", parent="projects/default", page_size=2,
                         page_token=token)
        assert len(page.zones) <= 2
        seen += [z.name for z in page.zones]
        token = page.next_page_token
        if not token:
            break
    wanted = [f"projects/default/zones/{n}" for n in names]
    assert [n for n in seen if n in wanted] == wanted
    with pytest.raises(Failure) as caught:
        api.zones("ListZones", parent="projects/default", page_token="garbage")
    assert caught.value.code == "INVALID_ARGUMENT"
    for name in wanted:
        api.zones("DeleteZone", name=name)


# --- REST --------------------------------------------------------------------


def rest(stack, method, path, body=None, token=None):
    token = stack.env["UNDERSTUDY_TOKEN"] if token is None else token
    headers = {"Authorization": f"Bearer {token}",
               "Content-Type": "application/json"}
    data = body if isinstance(body, bytes) else (
        json.dumps(body).encode() if body is not None else None)
    status, text = http_get(stack.env["UNDERSTUDY_HTTP"] + path, headers, data,
                            method)
    return status, json.loads(text) if text.strip() else {}


def body_of(zone):
    return {"name": f"projects/default/zones/{zone}",
            "primaries": [{"address": "192.0.2.1", "port": 53}]}


def test_rest_works(stack):
    status, zone = rest(stack, "POST", "/v1/projects/default/zones",
                        body_of("rest.example"))
    assert status == 200, zone
    assert zone["uid"]
    path = "/v1/projects/default/zones/rest.example"
    assert rest(stack, "GET", path)[1]["uid"] == zone["uid"]
    assert rest(stack, "POST", path + ":refresh", {})[0] == 200
    assert rest(stack, "DELETE", path)[0] == 200
    assert rest(stack, "GET", path)[0] == 404


def test_rest_unknown_fields_are_refused(stack):
    body = body_of("unknown.example") | {"colour": "red"}
    status, error = rest(stack, "POST", "/v1/projects/default/zones", body)
    assert status == 400, error
    assert "colour" in json.dumps(error)
    assert rest(stack, "GET", "/v1/projects/default/zones/unknown.example")[0] == 404


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"name": 5}',
    b'{"primaries": [{"port": -1}]}', b"[" * 5000,
])
def test_rest_bad_json(stack, body):
    status, error = rest(stack, "POST", "/v1/projects/default/zones", body)
    assert status == 400, error
    assert stack.controller_ready()


def test_rest_bad_token_and_path(stack):
    assert rest(stack, "GET", "/v1/projects/default/zones", token="no")[0] == 401
    assert rest(stack, "GET", "/v1/nothing/here")[0] == 404


def test_reflection_and_health(stack):
    """Offered without a token, as tools expect."""
    client = Api(stack)
    health = client.channel.unary_unary("/grpc.health.v1.Health/Check")
    # An empty request asks for the whole server; field 1 = 1 is SERVING.
    assert health(b"", timeout=5) == b"\x08\x01"
    reflect = client.channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    answer = b"".join(reflect(iter([b"\x3a\x00"]), timeout=5))
    assert b"understudy.v1.ZoneService" in answer
    client.close()


def test_a_call_that_is_not_there(stack):
    client = Api(stack)
    call = client.channel.unary_unary("/understudy.v1.ZoneService/Explode")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"", timeout=5)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    client.close()
