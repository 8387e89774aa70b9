"""Who may call what in Harbor 2.2 and later.

Knows administrators, members of projects and robots with single permissions. Does not know
passwords.
"""

from bot.playground.harbor import access
from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_e.answers import Refused, not_found
from bot.playground.harbor.records import Project
from bot.playground.harbor.site import Site


def need_system(asked: Asked, permission: str) -> None:
    """Let only those go on who have a right of the system, like ``replication:list``."""
    if asked.account is None:
        raise Refused(401, "UNAUTHORIZED", "unauthorized")
    if not asked.account.admin and permission not in asked.account.grants:
        raise Refused(403, "FORBIDDEN", asked.account.name)


def need_login(asked: Asked, *, message: str = "unauthorized") -> None:
    """Let only those go on who are somebody."""
    if asked.account is None:
        raise Refused(401, "UNAUTHORIZED", message)


def may_in_project(site: Site, asked: Asked, project: Project, permission: str) -> bool:
    """Say whether the caller has a right in *project*, like ``artifact:list``."""
    account = asked.account
    if account is not None and account.robot:
        return permission in access.project_grants(site, account)
    return access.sees(account, project.public, project.name)


def need_project(site: Site, asked: Asked, name: str, permission: str) -> Project:
    """Find a project by its name, or by its id, for those who may."""
    project = site.state.project(name)
    if project is None and name.isdigit():
        project = site.state.projects.get(int(name))
    if project is None:
        if asked.account is None:
            raise Refused(401, "UNAUTHORIZED", "unauthorized")
        raise not_found(f"project {name} not found")
    if not may_in_project(site, asked, project, permission):
        if asked.account is None:
            raise Refused(401, "UNAUTHORIZED", "unauthorized")
        raise Refused(403, "FORBIDDEN", "forbidden")
    return project
