import asyncio
import base64
import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from bot.errors import (
    HarborBroken,
    HarborForbidden,
    HarborRejected,
    HarborUnauthorized,
    HarborUnclear,
    HarborUnreachable,
)


MANIFEST = b'{"schemaVersion": 2}\n'
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


def token_for(*actions):
    """Make a token as a JWT that allows *actions*."""
    claims = {"access": [{"type": "repository", "name": "p/r", "actions": list(actions)}]}
    packed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{packed}.c2ln"


async def switch_on(client):
    """PUT …/enablement."""
    await client.set_enabled(1, enabled=True)


async def create(client):
    """POST /policies/replication."""
    await client.create_policy("p", 4, target_id=1, enabled=False)


async def delete(client):
    """DELETE /policies/replication/1."""
    await client.delete_policy(1)


async def ping(client):
    """POST /targets/1/ping."""
    await client.ping_target(1)


async def announce(client):
    """PUT /v2/p/r/manifests/v1."""
    await client.announce_again("p/r", "v1", digest=DIGEST)


WRITES = (switch_on, create, delete, ping, announce)


class Dropping:
    """A Harbor 1.2 on a bare socket: reads answer, connections stay open, writes are cut off.

    aiohttp's own test client switches its repetition off, so that only a real socket shows it.
    """

    def __init__(self, cut):
        self.cut = cut
        self.writes = Counter()
        self.url = ""

    async def talk(self, reader, writer):
        """Serve one connection until a write comes."""
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split(" ", 2)
        if method == "GET":
            status, kind, body, more = self._read(path)
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
            return True
        self.writes[method] += 1
        if self.cut == "before the body is read":
            writer.transport.abort()
            return False
        length = [line for line in head.lower().split("\r\n") if "content-length" in line]
        await reader.readexactly(int(length[0].partition(":")[2]) if length else 0)
        if self.cut == "in the answer's head":
            writer.write(b"HTTP/1.1 200 O")
        if self.cut == "in the answer's body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        return False

    def _read(self, path):
        if path.startswith("/api/version"):
            return 404, "text/plain", b"404", ""
        if path == "/v2/":
            realm = f'Bearer realm="{self.url}/service/token",service="harbor-registry"'
            return 401, "text/plain", b"", f"WWW-Authenticate: {realm}\r\n"
        if path.startswith("/v2/"):
            return 200, DOCKER, MANIFEST, ""
        answers = {
            "/api/systeminfo": {"harbor_version": "v1.2.2"},
            "/api/search?q=v": {"repository": []},
        }
        token = {"token": token_for("push", "pull"), "expires_in": 1800}
        return 200, "text/plain", json.dumps(answers.get(path, token)).encode(), ""


@pytest.fixture
async def dropping(outside):
    """Start a Harbor that cuts writes off at one place."""

    async def start(cut):
        harbor = Dropping(cut)
        server = await asyncio.start_server(harbor.talk, "127.0.0.1", 0)
        outside.callback(server.close)
        harbor.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return harbor

    return start


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
@pytest.mark.parametrize(
    "cut",
    [
        "before the body is read",
        "before the answer",
        "in the answer's head",
        "in the answer's body",
    ],
)
async def test_no_write_leaves_twice(dropping, connected, write, cut):
    """A write that may have worked is not repeated, neither by us nor by the library below."""
    harbor = await dropping(cut)
    client = connected(harbor.url)
    await client.search("v")
    for count in (1, 2):
        with pytest.raises(HarborUnclear, match="it may have been done"):
            await write(client)
        assert harbor.writes.total() == count


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
async def test_a_write_that_hangs_is_unclear(old_harbor, connected, write):
    """When the time is over nobody knows whether it was done, and it is not sent again."""
    sent = []
    released = asyncio.Event()

    async def hang(request):
        if request.method != "GET":
            sent.append(request.method)
            await released.wait()
        return registry_answer(request)

    url, _ = await old_harbor(hang)
    known = connected(url)
    await known.version()
    # Long enough for the manifest that is read before the write, on a busy machine.
    hasty = connected(url, timeout=timedelta(milliseconds=200))
    client = replace(hasty, memory=known.memory)
    with pytest.raises(HarborUnclear):
        await write(client)
    released.set()
    assert len(sent) == 1


@pytest.mark.parametrize("write", [switch_on, create, delete, announce])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_write_that_failed_half_way_is_unclear(old_harbor, connected, write, status):
    """A front says 502 also when the work behind it was done; nothing is sent again."""
    sent = []

    async def fail(request):
        if request.method == "GET":
            return registry_answer(request)
        sent.append(request.method)
        return web.Response(status=status)

    url, _ = await old_harbor(fail)
    with pytest.raises(HarborUnclear):
        await write(connected(url))
    assert len(sent) == 1


@pytest.mark.parametrize("write", [switch_on, create, delete])
@pytest.mark.parametrize("status", [400, 409, 412])
async def test_a_refused_write_is_certain(old_harbor, connected, write, status):
    """A refusal says for certain that nothing was done, and passes Harbor's words on."""

    async def refuse(_request):
        return web.Response(status=status, text="plicy is enabled, can not be deleted")

    url, _ = await old_harbor(refuse)
    with pytest.raises(HarborRejected, match="plicy is enabled") as caught:
        await write(connected(url))
    assert caught.value.status == status


async def test_a_write_to_nobody_is_certain(old_harbor, connected):
    """Where no connection could be made nothing has left."""
    url, _ = await old_harbor(registry_answer)
    client = connected(url)
    await client.version()
    gone = replace(connected("http://127.0.0.1:1"), memory=client.memory)
    with pytest.raises(HarborUnreachable):
        await switch_on(gone)


async def test_a_refused_password_is_not_tried_again_on_a_write(old_harbor, connected, clock):
    """The quiet second try is for reads alone."""
    sent = []

    async def refuse(request):
        sent.append(request.method)
        return web.Response(status=401)

    url, _ = await old_harbor(refuse)
    with pytest.raises(HarborUnauthorized):
        await switch_on(connected(url))
    assert sent == ["PUT"]
    assert clock.waits == []


async def test_each_write_says_what_it_has_to(old_harbor, connected):
    """Method, path and body are those that a real 1.2.2 took."""
    sent = []

    async def take(request):
        sent.append((request.method, request.path, await request.text()))
        location = {"Location": "/api/policies/replication/9"}
        return web.Response(status=201, headers=location)

    url, _ = await old_harbor(take)
    client = connected(url)
    await client.set_enabled(7, enabled=False)
    await client.set_enabled(7, enabled=True)
    assert await client.create_policy("x", 4, target_id=1, enabled=False) == 9
    await client.delete_policy(9)
    assert sent == [
        ("PUT", "/api/policies/replication/7/enablement", '{"enabled": 0}'),
        ("PUT", "/api/policies/replication/7/enablement", '{"enabled": 1}'),
        (
            "POST",
            "/api/policies/replication",
            '{"name": "x", "project_id": 4, "target_id": 1, "enabled": 0}',
        ),
        ("DELETE", "/api/policies/replication/9", ""),
    ]


def registry_answer(request, *, actions=("push", "pull"), realm=None, kind=DOCKER):
    """Answer as the registry and its token service do."""
    base = f"http://{request.host}"
    match request.path:
        case "/v2/":
            where = realm or f"{base}/service/token"
            challenge = f'Bearer realm="{where}",service="harbor-registry"'
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})
        case "/service/token":
            return web.json_response({"token": token_for(*actions), "expires_in": 1800})
        case _:
            return web.Response(body=MANIFEST, headers={"Content-Type": kind})


@pytest.fixture
async def registry(old_harbor, connected):
    """Start a registry; say what was put into it."""

    async def start(*, put=201, **rest):
        taken = []

        async def answer(request):
            if request.method == "PUT":
                taken.append((request.path, await request.read(), dict(request.headers)))
                return web.Response(status=put)
            return registry_answer(request, **rest)

        url, requests = await old_harbor(answer)
        return connected(url), taken, requests

    return start


async def test_a_push_is_announced_again_by_the_same_bytes_to_the_same_tag(registry):
    """What goes back is what came, under the name of a client that 1.2 listens to."""
    client, taken, requests = await registry()
    await announce(client)
    [(path, body, headers)] = taken
    assert (path, body) == ("/v2/p/r/manifests/v1", MANIFEST)
    assert headers["Content-Type"] == DOCKER
    assert headers["User-Agent"].startswith("docker/")
    assert headers["Authorization"].startswith("Bearer ")
    asked = [request for request in requests if request.path == "/service/token"]
    assert asked[0].query["scope"] == "repository:p/r:pull,push"


async def test_a_token_is_kept_while_it_is_good(registry):
    """The second announcement asks for no second token."""
    client, taken, requests = await registry()
    await announce(client)
    await announce(client)
    assert len(taken) == 2
    assert [request.path for request in requests].count("/service/token") == 1


async def test_another_content_is_not_announced(registry):
    """Only the content that was approved is announced; nothing is sent for another."""
    client, taken, _ = await registry()
    with pytest.raises(HarborRejected, match="another content by now"):
        await client.announce_again("p/r", "v1", digest="sha256:" + "0" * 64)
    assert taken == []


async def test_what_starts_no_copy_is_not_announced(registry):
    """1.2 takes no notice of OCI images and lists, so nothing is sent."""
    client, taken, _ = await registry(kind="application/vnd.oci.image.manifest.v1+json")
    with pytest.raises(HarborRejected, match="starts no copy"):
        await announce(client)
    assert taken == []


async def test_a_token_without_push_is_a_missing_right(registry):
    """The token service says 200 to a wrong password too: what the token allows counts."""
    client, taken, requests = await registry(actions=("pull",))
    with pytest.raises(HarborForbidden, match="push to p/r"):
        await announce(client)
    assert taken == []
    assert "/v2/p/r/manifests/v1" not in {request.path for request in requests}


async def test_a_refused_push_is_a_missing_right(registry):
    """A guest hears 401 from the registry; that is no matter of the password."""
    client, taken, _ = await registry(put=401)
    with pytest.raises(HarborForbidden, match="push to p/r"):
        await announce(client)
    assert len(taken) == 1


async def test_a_token_service_elsewhere_is_not_asked(registry, serve):
    """The password goes to configured hosts only; the operator hears which setting is wrong."""

    async def trap(_request):
        return web.json_response({"token": "x"})

    elsewhere, visits = await serve(trap)
    client, taken, _ = await registry(realm=f"{elsewhere}/service/token")
    with pytest.raises(HarborBroken, match=r"harbor\.external_url"):
        await announce(client)
    assert visits == taken == []


async def test_a_name_that_climbs_out_is_not_announced(registry):
    """A repository of dots cannot turn the write into another one."""
    client, taken, requests = await registry()
    with pytest.raises(HarborRejected, match="no image"):
        await client.announce_again("p/../r", "v1", digest=DIGEST)
    assert taken == []
    assert [request.path for request in requests if request.path.startswith("/v2/")] == []
