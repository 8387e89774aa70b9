"""The registry behind a Harbor of 1.2-1.3: its tokens, and announcing a push again.

Knows ``/v2``. A manifest is put to the tag it came from, byte for byte: nothing in the registry
changes, and Harbor hears of a push.
"""

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from bot.errors import (
    HarborBroken,
    HarborForbidden,
    HarborMissing,
    HarborRejected,
    HarborUnauthorized,
    HarborUnclear,
)
from bot.harbor import wire, wire_registry
from bot.harbor.transport import Transport
from bot.harbor.wire import Account, Call
from bot.harbor.wire_registry import Manifest, Realm, Token


# 1.2-1.3 hear only of pushes by clients whose name begins so, in lower case.
_LIKE_DOCKER = {"User-Agent": "docker/18.03.1-ce harborbot"}
_ACCEPTED = (
    "application/vnd.docker.distribution.manifest.v2+json,"
    " application/vnd.docker.distribution.manifest.list.v2+json,"
    " application/vnd.oci.image.manifest.v1+json,"
    " application/vnd.oci.image.index.v1+json"
)
_PUSH = "the developer's role in the project, so that it may push"
_PORTS = {"http": 80, "https": 443}
_MARGIN = 60
_CONFLICT = 409


@dataclass(slots=True)
class Tokens:
    """Tokens by repository, each with the time until which it is good."""

    kept: dict[str, tuple[Token, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announcer:
    """Announces pushes to one instance again, through its registry."""

    transport: Transport
    tokens: Tokens = field(repr=False)

    async def announce_again(self, repository: str, tag: str, *, digest: str) -> None:
        """GET and PUT /v2/{repository}/manifests/{tag}: the same bytes to the same tag.

        Never by digest: that makes a job of the whole repository.
        """
        token = await self._token(repository)
        manifest = await self._get_manifest(repository, tag, token)
        self._insist(manifest, f"{repository}:{tag}", digest)
        call = Call(
            purpose=f"take {repository}:{tag} once more",
            path=_manifests(repository, tag),
            method="PUT",
            headers={**_bearer(token), **_LIKE_DOCKER, "Content-Type": manifest.kind},
            body=manifest.content,
            account=Account.NOBODY,
            rooted=True,
        )
        answer = await self.transport.send_once(call)
        if answer.status == wire.UNAUTHORIZED:
            self.tokens.kept.pop(repository, None)
            raise self._may_not_push(repository)
        if answer.status >= wire.SERVER_ERRORS:
            # Seen: the registry failed, and Harbor had heard of the push all the same.
            raise HarborUnclear(
                f"{self.transport.name} failed while {repository}:{tag} was announced again:"
                " Harbor may have heard of it.",
                instance=self.transport.name,
            )
        wire.check(answer)

    async def _get_manifest(self, repository: str, tag: str, token: Token) -> Manifest:
        call = Call(
            purpose=f"read the manifest of {repository}:{tag}",
            path=_manifests(repository, tag),
            headers={**_bearer(token), **_LIKE_DOCKER, "Accept": _ACCEPTED},
            account=Account.NOBODY,
            rooted=True,
            may_miss=True,
        )
        try:
            return wire_registry.manifest(await self.transport.ask(call))
        except HarborUnauthorized:
            self.tokens.kept.pop(repository, None)
            raise
        except HarborMissing as error:
            raise self._refused(
                f"{repository}:{tag} is no longer there, so it cannot be announced again.",
                remedy="Push the image again.",
                status=wire.NOT_FOUND,
            ) from error

    def _insist(self, manifest: Manifest, image: str, digest: str) -> None:
        if manifest.digest != digest:
            raise self._refused(
                f"{image} is another content by now, so it was not announced again.",
                remedy="Ask again, so that the answer is about what is there now.",
                status=_CONFLICT,
            )
        if not manifest.is_counted:
            raise self._refused(
                f"{image} is of a kind whose push starts no copy on this version of Harbor.",
                remedy="Push it as a Docker image of one platform.",
                status=_CONFLICT,
            )

    def _refused(self, sentence: str, *, remedy: str, status: int) -> HarborRejected:
        return HarborRejected(sentence, instance=self.transport.name, remedy=remedy, status=status)

    async def _token(self, repository: str) -> Token:
        now = self.transport.clock.monotonic()
        kept, until = self.tokens.kept.get(repository, (None, 0.0))
        if kept is not None and now < until:
            return kept
        token = await self._fetch_token(repository)
        if token.actions is not None and "push" not in token.actions:
            raise self._may_not_push(repository)
        self.tokens.kept[repository] = (token, now + token.seconds - _MARGIN)
        return token

    async def _fetch_token(self, repository: str) -> Token:
        realm = await self._realm()
        call = Call(
            purpose=f"give a token for {repository}",
            path=realm.path,
            params={"service": realm.service, "scope": f"repository:{repository}:pull,push"},
            rooted=True,
            counts=False,
        )
        return wire_registry.token(await self.transport.ask(call))

    async def _realm(self) -> Realm:
        call = Call(
            purpose="name its token service",
            path="/v2/",
            account=Account.NOBODY,
            rooted=True,
            counts=False,
        )
        answer = await self.transport.look(call)
        if answer.status != wire.UNAUTHORIZED:
            wire.check(answer)
        realm = wire_registry.realm(answer)
        if _origin(realm.url) != _origin(self.transport.settings.url):
            raise HarborBroken(
                f"{self.transport.name} sends clients elsewhere for their tokens"
                " (harbor.external_url), and the bot does not follow.",
                instance=self.transport.name,
                remedy="Set the external address of the instance to the one that the bot and"
                " other clients use, with the right scheme.",
            )
        return realm

    def _may_not_push(self, repository: str) -> HarborForbidden:
        return HarborForbidden(
            f"{self.transport.name} does not let the bot's account push to {repository}.",
            instance=self.transport.name,
            remedy=f"Grant the account {_PUSH}, or check its password.",
        )


def _bearer(token: Token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.value}"}


def _manifests(repository: str, tag: str) -> str:
    return f"/v2/{repository}/manifests/{quote(tag, safe='')}"


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
