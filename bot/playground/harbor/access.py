"""Who asks, and what a wrong password costs.

Knows basic authentication and Harbor's lock: a wrong password is answered late, and until
then the same name is refused at once, even with the right one. Does not know rights.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping

from bot.playground.harbor.records import Account, Role
from bot.playground.harbor.site import Site, Token


PULLERS = frozenset(Role)
PUSHERS = frozenset({Role.ADMIN, Role.DEVELOPER})


def named(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Read name and password as they were sent."""
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, password


async def authenticate(site: Site, headers: Mapping[str, str]) -> Account | None:
    """Find out who asks; None is everybody else, also after a wrong password."""
    given = named(headers)
    if given is None:
        return None
    name, password = given
    if site.locked.get(name):
        return None
    account = site.state.accounts.get(name)
    if account is not None and secrets.compare_digest(account.password, password):
        return account
    site.locked[name] = site.locked.get(name, 0) + 1
    try:
        await site.penalty()
    finally:
        site.locked[name] -= 1
    return None


def actions(site: Site, account: Account | None, repository: str) -> frozenset[str]:
    """Say what *account* may do with a repository's content: pull, push."""
    project = site.state.project(repository.partition("/")[0])
    if project is None:
        return frozenset()
    pull = {"pull"} if project.public else set()
    if account is None:
        return frozenset(pull)
    if account.admin:
        return frozenset({"pull", "push"})
    if account.robot:
        granted = {"pull", "push"} & {
            grant.partition(":")[2]
            for grant in project_grants(site, account)
            if grant.startswith("repository:")
        }
        return frozenset(pull | granted)
    role = account.roles.get(project.name)
    push = {"push"} if role in PUSHERS else set()
    return frozenset(pull | push | ({"pull"} if role in PULLERS else set()))


def project_grants(site: Site, account: Account) -> frozenset[str]:
    """Say what a robot may do in projects: nothing up to 2.9 once it has a system right."""
    if account.grants and not site.version.at_least(2, 10):
        return frozenset()
    return account.project_grants


def sees(account: Account | None, project_public: bool, project_name: str) -> bool:  # noqa: FBT001 - two facts about one project
    """Say whether a person may look into a project."""
    if project_public:
        return True
    return account is not None and (account.admin or project_name in account.roles)


def issue(site: Site, account: Account | None, access: dict[str, frozenset[str]]) -> str:
    """Make a token that carries *access*."""
    token = secrets.token_urlsafe(16)
    site.tokens[token] = Token(account, access)
    return token


def bearer(site: Site, headers: Mapping[str, str]) -> Token | None:
    """Read a bearer token that this Harbor issued."""
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    return site.tokens.get(value) if scheme.lower() == "bearer" else None
