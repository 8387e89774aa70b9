"""What Harbor 1.2 says about itself and about who asks.

Knows system information and the current user. Does not know content or replication.
"""

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_a.answers import Refused, as_json, refusal
from bot.playground.harbor.site import Site


async def get_systeminfo(site: Site, asked: Asked) -> web.Response:
    """GET /api/systeminfo."""
    return as_json(
        {
            "with_notary": False,
            "with_clair": False,
            "with_admiral": False,
            "admiral_endpoint": "NA",
            "auth_mode": "db_auth",
            "registry_url": asked.base.partition("://")[2],
            "project_creation_restriction": site.state.project_creation,
            "self_registration": True,
            "has_ca_root": False,
            "harbor_version": site.version_text,
            "next_scan_all": 0,
        }
    )


async def get_volumes(_: Site, __: Asked) -> web.Response:
    """GET /api/systeminfo/volumes."""
    return as_json({"storage": {"total": 270553174016, "free": 76257009664}})


async def get_certificate(_: Site, __: Asked) -> web.Response:
    """GET /api/systeminfo/getcert."""
    return refusal(404, "No certificate found.")


async def get_current_user(_: Site, asked: Asked) -> web.Response:
    """GET /api/users/current."""
    account = asked.account
    if account is None:
        raise Refused(401, "\n")
    return as_json(
        {
            "user_id": account.id,
            "username": account.name,
            "email": f"{account.name}@example.com",
            "password": "",
            "realname": "system admin" if account.admin else account.name,
            "comment": "admin user" if account.admin else "",
            "deleted": 0,
            "role_name": "",
            "role_id": 0,
            "has_admin_role": int(account.admin),
            "reset_uuid": "",
            "creation_time": "2017-05-08T07:40:00Z",
            "update_time": "2017-05-08T07:40:00Z",
        }
    )
