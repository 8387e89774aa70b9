import asyncio
import datetime as dt
import gzip
import ipaddress
import logging
import ssl
import traceback
from dataclasses import replace

import pytest
from aiohttp import ClientConnectorDNSError, ClientSession, CookieJar, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import (
    HarborBroken,
    HarborBusy,
    HarborForbidden,
    HarborMissing,
    HarborUnauthorized,
    HarborUnreachable,
    SettingsWrong,
)
from bot.harbor import network, transport
from bot.harbor.client import connect
from bot.replication.meter import Meter
from bot.replication.model import Repository, Status, Task
from bot.settings import HarborSettings


SECRET = "canary-5f2c"
JOB = Task(id=20049, status=Status.FAILED, repository="p/r", policy_id=1)


def found_nothing():
    """Answer a search that found nothing."""
    return web.json_response({"project": [], "repository": []})


async def nothing(_request):
    """Answer everything so."""
    return found_nothing()


async def test_a_web_page_is_not_taken_for_an_answer(old_harbor, connected):
    """A URL that leads to Harbor's portal is said to be wrong, not read."""

    async def portal(_request):
        return web.Response(text="<!doctype html><title>Harbor</title>", content_type="text/html")

    url, _ = await old_harbor(portal)
    with pytest.raises(HarborBroken, match="stag answered a web page when asked to search"):
        await connected(url).search("vira")


async def test_a_redirect_is_reported_and_not_followed(old_harbor, serve, connected):
    """The bot connects to configured hosts only, so a redirect is an error that names its aim."""
    elsewhere, visits = await serve(nothing)

    async def away(_request):
        return web.Response(status=302, headers={"Location": f"{elsewhere}/login?u=x"})

    url, _ = await old_harbor(away)
    with pytest.raises(HarborBroken, match=r"redirect to http://127\.0\.0\.1 ") as caught:
        await connected(url).search("vira")
    assert "URL" in caught.value.remedy
    assert visits == []


@pytest.mark.parametrize("body", [b'{"repository": [{"rep', b"[1]", b"null", b"\xff\xfe", b"7"])
async def test_an_unreadable_body_is_an_error_without_the_body(old_harbor, connected, body):
    """Cut or changed JSON is said to be unreadable; none of it is shown."""

    async def cut(_request):
        return web.Response(body=body, content_type="application/json")

    url, _ = await old_harbor(cut)
    with pytest.raises(HarborBroken, match="sent something unreadable") as caught:
        await connected(url).search("vira")
    assert "rep" not in str(caught.value).replace("repositories", "")


async def test_a_fast_401_is_tried_once_more_quietly(old_harbor, connected, clock):
    """Another client with a wrong password locks ours for 1.5 s; nobody hears of it."""
    answers = iter([401, 200])

    async def locked(_request):
        return web.Response(status=401) if next(answers) == 401 else found_nothing()

    url, _ = await old_harbor(locked)
    assert await connected(url).search("vira") == ()
    assert clock.waits == [2.0]


async def test_a_lasting_401_is_the_account(old_harbor, connected):
    """After the second look the account is said to be refused, with what to check."""

    async def refuse(_request):
        return web.Response(status=401, text="\n")

    url, requests = await old_harbor(refuse)
    with pytest.raises(HarborUnauthorized, match="does not accept the bot's account") as caught:
        await connected(url).search("vira")
    assert "password" in caught.value.remedy
    assert [request.path for request in requests].count("/api/search") == 2


async def test_without_an_account_none_is_refused(old_harbor, connected, clock):
    """Who set no account hears that one is wanted, not that a password is wrong."""

    async def refuse(_request):
        return web.Response(status=401)

    url, requests = await old_harbor(refuse)
    with pytest.raises(HarborUnauthorized, match="the bot has none") as caught:
        await connected(url, username="", password="").list_policies()
    assert "USERNAME" in caught.value.remedy
    assert clock.waits == []
    assert all("Authorization" not in request.headers for request in requests)


async def test_a_slow_401_is_the_password(old_harbor, connected, clock, monkeypatch):
    """A refusal that took as long as Harbor's penalty is not asked about again."""
    monkeypatch.setattr(transport, "_PENALTY", 0.02)

    async def refuse(_request):
        await asyncio.sleep(0.03)
        return web.Response(status=401)

    url, _ = await old_harbor(refuse)
    with pytest.raises(HarborUnauthorized):
        await connected(url).search("vira")
    assert clock.waits == []


async def test_a_401_of_a_database_outage_is_not_the_password(new_harbor, connected):
    """Where even the projects answer 500, the database is named, not the account."""

    async def outage(request):
        status = 500 if request.path == "/api/v2.0/projects" else 401
        return web.json_response({"errors": [{"code": "X", "message": "y"}]}, status=status)

    url, _ = await new_harbor(outage)
    with pytest.raises(HarborBusy, match="its database seems to be down"):
        await connected(url).list_policies()


async def test_a_403_names_the_right_that_is_missing(new_harbor, connected):
    """Whoever runs the instance is told which permission to grant."""

    async def forbid(_request):
        return web.json_response({"errors": [{"message": "forbidden"}]}, status=403)

    url, _ = await new_harbor(forbid)
    with pytest.raises(HarborForbidden, match="list the replication policies") as caught:
        await connected(url).list_policies()
    assert '"replication-policy: list"' in caught.value.remedy


async def test_slow_down_is_obeyed(old_harbor, connected, clock):
    """A 429 is waited out for as long as it asks, then the answer counts."""
    answers = iter([429, 200])

    async def busy(_request):
        if next(answers) == 429:
            return web.Response(status=429, headers={"Retry-After": "3"})
        return found_nothing()

    url, _ = await old_harbor(busy)
    assert await connected(url).search("vira") == ()
    assert clock.waits == [3.0]


async def test_a_long_slow_down_is_passed_on(old_harbor, connected, clock):
    """Nobody waits a minute for an answer: the person hears how long it would be."""

    async def busy(_request):
        return web.Response(status=429, headers={"Retry-After": "60"})

    url, _ = await old_harbor(busy)
    with pytest.raises(HarborBusy, match="asked the bot to slow down") as caught:
        await connected(url).search("vira")
    assert caught.value.retry_after == 60
    assert clock.waits == []


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_front_that_stumbles_is_asked_again(old_harbor, connected, clock, status):
    """One bad answer of a front does not cost the answer."""
    answers = iter([status, 200])

    async def stumble(_request):
        return web.Response(status=status) if next(answers) == status else found_nothing()

    url, _ = await old_harbor(stumble)
    assert await connected(url).search("vira") == ()
    assert clock.waits == [0.2]


async def test_patience_ends(old_harbor, connected, clock):
    """After the last backoff the status is said."""

    async def down(_request):
        return web.Response(status=503)

    url, _ = await old_harbor(down)
    with pytest.raises(HarborBusy, match="failed with HTTP status 503"):
        await connected(url).search("vira")
    assert clock.waits == [0.2, 0.6]


async def test_a_500_is_not_asked_again(new_harbor, connected, clock):
    """Harbor's own failure is said at once, with the id under which its log has it."""

    async def fail(request):
        traced = {"X-Request-ID": request.headers["X-Request-ID"]}
        return web.Response(status=500, headers=traced)

    url, requests = await new_harbor(fail)
    with pytest.raises(HarborBusy, match="HTTP status 500") as caught:
        await connected(url).list_policies()
    assert requests[-1].headers["X-Request-ID"] in str(caught.value)
    assert clock.waits == []


async def test_a_hanging_server_is_left_in_time(old_harbor, connected):
    """The time of the instance's setting is kept, and said; nobody waits for it twice."""
    released = asyncio.Event()

    async def hang(_request):
        await released.wait()
        return web.Response()

    url, requests = await old_harbor(hang)
    known = connected(url)
    await known.version()
    hasty = connected(url, timeout=dt.timedelta(milliseconds=40))
    client = replace(hasty, memory=known.memory)
    with pytest.raises(HarborUnreachable, match=r"none came within 0\.04 s"):
        await client.search("vira")
    released.set()
    assert [request.path for request in requests].count("/api/search") == 1


async def test_many_questions_to_a_hanging_server_wait_once(serve, connected):
    """Whoever waited for the version while it was looked for in vain hears that at once."""
    released = asyncio.Event()

    async def hang(_request):
        await released.wait()
        return web.Response()

    url, requests = await serve(hang)
    client = connected(url, timeout=dt.timedelta(milliseconds=40))
    asked = (client.metered(Meter()).search(f"v{number}") for number in range(5))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    released.set()
    assert {type(answer) for answer in answers} == {HarborUnreachable}
    assert len({request.path for request in requests}) == len(requests)


async def test_a_dropped_connection_is_tried_again_then_said(old_harbor, connected, clock):
    """A read may go out again; when it never comes back, the person hears that."""

    async def drop(request):
        request.transport.abort()
        return web.Response()

    url, _ = await old_harbor(drop)
    with pytest.raises(HarborUnreachable, match="the connection broke"):
        await connected(url).search("vira")
    assert clock.waits == [0.2, 0.6]


async def test_a_refused_connection_says_so(connected):
    """Nothing listening is told from something that answers wrongly."""
    with pytest.raises(HarborUnreachable, match=r"127\.0\.0\.1:1 refused the connection"):
        await connected("http://127.0.0.1:1").search("vira")


def test_an_unknown_host_says_so():
    """A name that cannot be resolved is named, and worth a second try."""
    error = ClientConnectorDNSError(None, OSError(-2, "Name or service not known"))
    said = network.in_words(error, "stag", host="nowhere", seconds=15)
    assert isinstance(said, HarborUnreachable)
    assert str(said) == "stag gave no answer: the host name nowhere is unknown."
    assert network.is_passing(error)


@pytest.mark.parametrize("url", ["http://a..b", f"http://{'a' * 70}.example"])
async def test_a_url_that_cannot_be_one_says_so(connected, url):
    """A slip in a setting is a sentence about the URL, not a Python error."""
    with pytest.raises(HarborBroken, match="has a URL that leads nowhere") as caught:
        await connected(url).search("vira")
    assert "URL" in caught.value.remedy


async def test_what_is_no_http_says_so(outside, connected):
    """A port of something else is not retried and not called unreachable."""

    async def babble(_reader, writer):
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    outside.push_async_callback(server.wait_closed)
    outside.callback(server.close)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(HarborBroken, match="does not speak HTTP"):
        await connected(f"http://127.0.0.1:{port}").search("vira")


async def test_a_body_without_end_is_left(old_harbor, connected, monkeypatch):
    """An answer larger than any real one is not read to its end."""
    monkeypatch.setattr(transport, "JSON_LIMIT", 2**17)

    async def flood(_request):
        return web.Response(body=b" " * 2**19)

    url, _ = await old_harbor(flood)
    with pytest.raises(HarborBroken, match="answered without an end"):
        await connected(url).search("vira")


async def test_of_a_long_log_the_end_is_kept(old_harbor, connected, monkeypatch):
    """The cause is at the end of a log, so that is what is kept."""
    monkeypatch.setattr(transport, "LOG_LIMIT", 2**16)
    text = b"".join(b"line %d\n" % number for number in range(60_000))

    async def log(_request):
        return web.Response(body=text)

    url, _ = await old_harbor(log)
    read = await connected(url).read_log(JOB)
    assert read == text[-(2**16) :]


async def test_a_packed_answer_is_unpacked(old_harbor, connected):
    """Every Harbor packs when asked; what is read is what was meant."""

    async def packed(_request):
        body = gzip.compress(b"2026-11-24 03:10:39 ERROR 404 MANIFEST_UNKNOWN\n")
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    url, _ = await old_harbor(packed)
    assert b"MANIFEST_UNKNOWN" in await connected(url).read_log(JOB)


async def test_a_missing_log_is_a_fact(old_harbor, connected):
    """A swept log has its own error, so that an answer can go on without it."""

    async def gone(_request):
        return web.Response(status=404, text="message from jobservice: 404 page not found\n\n")

    url, _ = await old_harbor(gone)
    with pytest.raises(HarborMissing, match="read the log of job 20049"):
        await connected(url).read_log(JOB)


async def test_cookies_never_go_back(old_harbor, connected):
    """Every Harbor sets one, and takes a request with one for a browser's."""

    async def sticky(_request):
        answer = found_nothing()
        answer.set_cookie("sid", "abc")
        return answer

    url, requests = await old_harbor(sticky)
    client = connected(url)
    await client.search("vira")
    await client.search("vira")
    assert all("Cookie" not in request.headers for request in requests)


async def test_a_session_with_cookies_is_refused(clock):
    """Whoever wires the client cannot hand it a session that would remember."""
    async with ClientSession(cookie_jar=CookieJar()) as session:
        with pytest.raises(ValueError, match="no cookies"):
            connect("stag", HarborSettings(url="http://h"), session=session, clock=clock)


async def test_the_environment_names_no_proxy(old_harbor, connected, monkeypatch):
    """Whatever proxy the machine names, the instance itself is asked."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    url, _ = await old_harbor(nothing)
    assert await connected(url).search("vira") == ()


async def test_a_path_prefix_is_kept(old_harbor, connected):
    """Behind a front that serves Harbor below a path, every call goes below it."""
    url, requests = await old_harbor(nothing)
    await connected(f"{url}/registry/").search("vira")
    assert {request.path for request in requests} == {
        "/registry/api/version",
        "/registry/api/systeminfo",
        "/registry/api/v2.0/systeminfo",
        "/registry/api/search",
    }


async def test_repositories_are_read_with_the_second_account(new_harbor, connected):
    """2.2-2.9 need two robots: one for replication, one for repositories."""
    seen = {}

    async def note(request):
        seen[request.path] = request.headers["Authorization"]
        if request.path.endswith("/search"):
            return found_nothing()
        missing = request.path.endswith("/1.0")
        return web.json_response([], status=404 if missing else 200)

    url, _ = await new_harbor(note)
    client = connected(url, read_username="robot$reader", read_password="other")
    await client.search("vira")
    await client.find_artifacts("p/r", tag="1.0")
    await client.list_policies()
    reading = "Basic cm9ib3QkcmVhZGVyOm90aGVy"
    assert seen.pop("/api/v2.0/replication/policies") == "Basic YWRtaW46SGFyYm9yMTIzNDU="
    assert set(seen.values()) == {reading}


async def test_never_more_requests_at_once_than_the_setting(new_harbor, connected):
    """Many questions at once do not become many connections."""
    at_once, most = 0, 0

    async def count(_request):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.005)
        at_once -= 1
        return found_nothing()

    url, _ = await new_harbor(count)
    client = connected(url, max_connections=3)
    await asyncio.gather(*(client.metered(Meter()).search(f"v{n}") for n in range(20)))
    assert most == 3


async def test_requests_wanted_together_are_one_round_trip(new_harbor, connected):
    """The meter counts from the wish, not from a free place; finding the version is none."""

    async def slowly(_request):
        await asyncio.sleep(0.005)
        return found_nothing()

    url, requests = await new_harbor(slowly)
    meter = Meter()
    client = connected(url, max_connections=2).metered(meter)
    await asyncio.gather(*(client.search(f"v{n}") for n in range(6)))
    assert meter.round_trips == 1
    assert meter.requests == len(requests) == 9
    await client.search("again")
    assert meter.round_trips == 2


async def test_the_version_is_found_once_for_all_copies(new_harbor, connected):
    """Many first questions at once ask for the version once."""
    url, requests = await new_harbor(nothing)
    client = connected(url)
    await asyncio.gather(*(client.metered(Meter()).search("v") for _ in range(5)))
    paths = [request.path for request in requests]
    assert paths.count("/api/version") == paths.count("/api/v2.0/systeminfo") == 1


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 418, 500])
async def test_no_secret_is_in_an_error_or_in_the_log(serve, connected, caplog, capsys, status):
    """A front that echoes everything it was sent does not make the bot tell the password."""

    async def echo(request):
        said = f"{request.headers.get('Authorization')} {SECRET} {request.url}"
        headers = {"Location": f"http://admin:{SECRET}@other/?password={SECRET}"}
        return web.Response(status=status, text=said, headers=headers)

    url, _ = await serve(echo)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Exception, match="stag") as caught:
        await connected(url, password=SECRET).list_policies()
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    shown += caught.value.remedy + caplog.text + "".join(capsys.readouterr())
    assert SECRET not in shown
    assert "YWRtaW46" not in shown


async def test_no_secret_is_in_a_repr(connected):
    """A client that lands in a log line tells its name and nothing else."""
    assert SECRET not in repr(connected("http://h", password=SECRET))


@pytest.mark.parametrize(
    ("ends_in", "host", "sentence"),
    [
        (365, "127.0.0.1", "is signed by an authority that the bot does not know"),
        (-1, "127.0.0.1", "has expired"),
        (365, "10.0.0.1", "is not made out to"),
    ],
)
async def test_a_bad_certificate_is_said_to_be_bad(
    old_harbor, connected, tmp_path, ends_in, host, sentence
):
    """Which of three things is wrong with a certificate decides who mends it."""
    made = certificate(tmp_path, host=host, days=ends_in)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made)
    url, _ = await old_harbor(nothing, tls=context)
    trusted = {} if "authority" in sentence else {"ca_file": made}
    with pytest.raises(HarborUnreachable, match=f"TLS certificate {sentence}"):
        await connected(url, **trusted).search("vira")


async def test_an_own_authority_is_trusted_and_checks_can_be_off(old_harbor, connected, tmp_path):
    """CA_FILE makes a self-signed instance good; VERIFY_TLS=false asks no certificate at all."""
    made = certificate(tmp_path, host="127.0.0.1", days=365)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made)
    url, _ = await old_harbor(nothing, tls=context)
    assert await connected(url, ca_file=made).search("vira") == ()
    assert await connected(url, verify_tls=False).search("vira") == ()


async def test_https_to_a_plain_port_says_so(old_harbor, connected):
    """A wrong scheme is told from a bad certificate."""
    url, _ = await old_harbor(nothing)
    with pytest.raises(HarborUnreachable, match="no TLS connection"):
        await connected(url.replace("http:", "https:")).search("vira")


async def test_a_ca_file_without_a_certificate_is_a_wrong_setting(connected, tmp_path):
    """It is found when the bot starts, not when somebody asks."""
    empty = tmp_path / "ca.pem"
    empty.write_text("not a certificate")
    with pytest.raises(SettingsWrong, match="CA_FILE of stag: holds no certificate"):
        connected("https://h", ca_file=empty)


async def test_a_password_file_that_went_away_is_said(old_harbor, connected, tmp_path):
    """A secret that was unmounted while the bot runs is named, not taken for the network."""
    kept = tmp_path / "password"
    kept.write_text("x")
    url, _ = await old_harbor(nothing)
    client = connected(url, password="", password_file=kept)
    kept.unlink()
    with pytest.raises(HarborUnauthorized, match="password file of stag cannot be read"):
        await client.search("vira")


async def test_a_name_that_is_none_never_leaves(new_harbor, connected):
    """Dots and slashes that would climb out of a path are no repository and no tag."""
    url, requests = await new_harbor(nothing)
    client = connected(url)
    assert (await client.find_artifacts("p/r", digest="sha256:../x")).rows == ()
    for repository in ("p", "p/", "p/../../policies", "p//r", "/p/r", "p/r?x=1"):
        assert (await client.find_artifacts(repository, tag="1")).rows == ()
        assert (await client.list_log_rows(Repository(repository, 1))).rows == ()
    assert (await client.find_artifacts("p/r", tag="1,a=b")).rows == ()
    assert requests == []


def certificate(folder, *, host, days):
    """Make a self-signed certificate with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "harbor")])
    now = dt.datetime.fromtimestamp(1_790_000_000, dt.UTC)
    start = now - dt.timedelta(days=3650)
    end = now + dt.timedelta(days=3650) if days > 0 else start + dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}{days}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
