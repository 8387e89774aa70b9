import pytest
from aiohttp import web

from bot.errors import ChatBusy, ChatError, ChatUnclear
from bot.slack.response_url import FOREIGN, ResponseUrls, is_allowed


SLACK = ("hooks.slack.com",)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://hooks.slack.com/commands/T1/2/x", SLACK),
        ("https://hooks.slack.com:443/x", SLACK),
        ("https://HOOKS.slack.com/x", SLACK),
        ("https://proxy.example.com:8443/x", ("proxy.example.com:8443",)),
        ("http://127.0.0.1:4567/x", ("127.0.0.1",)),
        ("http://localhost:4567/x", ("hooks.slack.com", "localhost:4567")),
        ("http://[::1]:4567/x", ("::1",)),
    ],
)
def test_configured_hosts_are_posted_to(url, hosts):
    """Https anywhere that is configured; http on loopback, there on any port."""
    assert is_allowed(url, hosts)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("", SLACK),
        ("http://hooks.slack.com/x", SLACK),
        ("https://hooks.slack.com:8443/x", SLACK),
        ("https://hooks.slack.com.evil.example/x", SLACK),
        ("https://evil.example/hooks.slack.com", SLACK),
        ("https://hooks.slack.com@evil.example/x", SLACK),
        ("https://u:p@hooks.slack.com/x", SLACK),
        ("https://evil.example\\@hooks.slack.com/x", SLACK),
        ("ftp://hooks.slack.com/x", SLACK),
        ("https://hooks.slack.com:99999/x", SLACK),
        ("https://proxy.example.com/x", ("proxy.example.com:8443",)),
        ("http://127.0.0.1:1/x", ("127.0.0.1:2",)),
        ("http://10.0.0.1/x", ("10.0.0.1",)),
        ("https://[broken/x", SLACK),
        ("https://hooks.slack.com/x", ("[broken",)),
        ("https://hooks.slack.com/x", ()),
    ],
)
def test_no_other_host_is_posted_to(url, hosts):
    """Whatever an address looks like, its host and port are what counts."""
    assert not is_allowed(url, hosts)


@pytest.fixture
async def target():
    """Open a server that answers what it is told to, and counts."""
    state = {"status": [], "got": [], "headers": {}}

    async def serve(request):
        state["got"].append(await request.json())
        status = state["status"].pop(0) if state["status"] else 200
        if status == 0:
            request.transport.abort()
        return web.Response(status=status or 200, headers=state["headers"])

    app = web.Application()
    app.router.add_post("/secret-path", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    state["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}/secret-path"
    yield state
    await runner.cleanup()


@pytest.fixture
def urls(session, clock):
    """Our poster, allowed on loopback."""
    return ResponseUrls(session, hosts=("127.0.0.1",), proxy="", sleep=clock.sleep)


async def test_a_foreign_address_is_refused_without_a_word_about_it(urls, capsys):
    """Nothing is sent, and the address is in no error and no log."""
    with pytest.raises(ChatError) as caught:
        await urls.post("https://evil.example/secret-path", {})

    assert caught.value.code == FOREIGN
    assert "evil" not in str(caught.value)
    printed = capsys.readouterr()
    assert "secret-path" not in printed.out + printed.err


async def test_asked_to_wait_it_waits_and_sends_again(urls, target, clock):
    """A limit is honoured, with the wait that was asked for."""
    target["status"], target["headers"] = [429, 200], {"Retry-After": "7"}

    await urls.post(target["url"], {"text": "x"})

    assert clock.waits == [7.0]
    assert len(target["got"]) == 2


async def test_asked_to_wait_too_long_it_says_so(urls, target, clock):
    """Nobody waits minutes for an answer without a word."""
    target["status"], target["headers"] = [429], {"Retry-After": "600"}

    with pytest.raises(ChatBusy):
        await urls.post(target["url"], {})

    assert clock.waits == []


@pytest.mark.parametrize("status", [0, 500])
async def test_a_broken_answer_is_unclear_and_nothing_is_sent_twice(urls, target, status):
    """What may have been shown is not shown again."""
    target["status"] = [status]

    with pytest.raises(ChatUnclear):
        await urls.post(target["url"], {})

    assert len(target["got"]) == 1


@pytest.mark.parametrize("status", [302, 404])
async def test_a_used_up_address_is_an_error_and_no_redirect_is_followed(urls, target, status):
    """Redirects lead nowhere, and a used-up address says so at once."""
    target["status"], target["headers"] = [status], {"Location": target["url"]}

    with pytest.raises(ChatError) as caught:
        await urls.post(target["url"], {})

    assert type(caught.value) is ChatError
    assert "secret-path" not in str(caught.value)
    assert len(target["got"]) == 1


async def test_a_server_that_is_not_there_is_tried_again(urls, clock):
    """What never left may be sent again, and the address stays out of the error."""
    with pytest.raises(ChatError) as caught:
        await urls.post("http://127.0.0.1:9/secret-path", {})

    assert len(clock.waits) == 2
    assert "127.0.0.1" not in str(caught.value)
    assert caught.value.__cause__ is None
