"""The simulator against Harbor's own OpenAPI documents.

Each route must be in the document of its release, and each JSON answer must fit the schema
that the document gives for it. What is not in a document, or is wrong there, is listed with
its reason; where a recording and a document differ, the recording is right.
"""

import re
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.playground.harbor import SimulatedHarbor, golden_pair, modern_pair


SPECS = Path(__file__).parents[2] / "data" / "specs"
# Routes that no document has: (template, the reason).
UNDOCUMENTED = {
    "/v2": "the registry, which has its own document",
    "/v2/": "the registry",
    "/v2/_catalog": "the registry",
    "/v2/{repository}/tags/list": "the registry",
    "/v2/{repository}/manifests/{reference}": "the registry",
    "/v2/{repository}/blobs/{digest}": "the registry",
    "/service/token": "the token service of the registry",
    "/api/version": "answers before any version is known",
    "/api/projects/": "with a slash, as jobs of 1.2 ask for it",
}
# Calls that one document forgot: a recording has them.
FORGOTTEN = {
    "v1.2.2": [("DELETE", "/api/policies/replication/{id}")],
}
# What a document says wrongly of a field: a recording has it otherwise.
CORRECTIONS = {
    "v1.2.2": [
        ("JobStatus", "tags", {"type": "array", "items": {"type": "string"}}),
        ("Repository", "id", {"type": "integer"}),
    ],
    "v2.9.5": [
        ("Artifact", "extra_attrs", {"type": "object"}),
        ("ReplicationFilter", "value", {}),
    ],
    "v2.15.2": [
        ("Artifact", "extra_attrs", {"type": "object"}),
        ("ReplicationFilter", "value", {}),
    ],
}


@cache
def document(version):
    """Read the document of a release, with its schemas made fit for JSON Schema."""
    text = (SPECS / f"harbor-{version}.yaml").read_text()
    read = yaml.load(text, Loader=yaml.CSafeLoader)
    for name, field, right in CORRECTIONS.get(version, []):
        read["definitions"][name]["properties"][field] = right
    read["definitions"] = {name: nullable(one) for name, one in read["definitions"].items()}
    return read


def nullable(schema):
    """Let every value be null: Go writes that for what is empty, and no document says so."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    read = {name: nullable(one) for name, one in schema.items()}
    kind = read.get("type")
    if isinstance(kind, str) and kind in {"array", "object", "string", "integer", "boolean"}:
        read["type"] = [kind, "null"]
    return read


def shape(template):
    """Forget how path parameters are called."""
    return re.sub(r"\{[^}]*\}", "{}", template).rstrip("/")


def paths_of(read, base):
    """List what a document has, by method and shape."""
    return {
        (method.upper(), shape(base + path)): operation
        for path, operations in read["paths"].items()
        for method, operation in operations.items()
    }


def base_of(version):
    """Say under which path the calls of a release are."""
    return "/api" if version.startswith("v1") else "/api/v2.0"


@pytest.mark.parametrize("version", ["v1.2.2", "v2.5.6", "v2.9.5", "v2.15.2"])
def test_every_route_is_in_the_document_of_its_release(version):
    """The simulator offers no call that the real release does not have."""
    known = paths_of(document(version), base_of(version))
    strange = []
    for route in SimulatedHarbor(version).routes:
        template = re.sub(r":(int|any)\}", "}", route.template)
        if template not in UNDOCUMENTED and (route.method, shape(template)) not in known:
            strange.append((route.method, template))

    assert strange == FORGOTTEN.get(version, [])


OLD_READS = [
    "/systeminfo",
    "/users/current",
    "/projects",
    "/projects/14",
    "/projects/14/logs",
    "/logs",
    "/repositories?project_id=14",
    "/repositories/frontend-rls/vira/tags",
    "/repositories/frontend-rls/vira/tags/v1.6.32-67284045",
    "/policies/replication",
    "/policies/replication/7",
    "/jobs/replication?policy_id=7",
    "/targets",
    "/targets/1",
    "/targets/1/policies/",
]
NEW_READS = [
    "/health",
    "/systeminfo",
    "/users/current",
    "/search?q=team",
    "/projects",
    "/projects/team",
    "/projects/team/repositories",
    "/projects/team/repositories/app",
    "/projects/team/repositories/app/artifacts?with_tag=true",
    "/projects/team/repositories/app/artifacts/1.0",
    "/projects/team/repositories/app/artifacts/1.0/tags",
    "/projects/team/immutabletagrules",
    "/projects/team/logs",
    "/audit-logs",
    "/quotas",
    "/registries",
    "/registries/1",
    "/registries/1/info",
    "/replication/adapters",
    "/replication/policies",
    "/replication/policies/1",
    "/replication/executions",
    "/replication/executions/2",
    "/replication/executions/2/tasks",
]
NEWER_READS = {
    "v2.9.5": ["/jobservice/queues"],
    "v2.15.2": ["/jobservice/queues", "/auditlog-exts", "/projects/team/auditlog-exts"],
}


async def check(client, harbor, version, reads):
    """Hold every answer against the schema of its call."""
    read, base = document(version), base_of(version)
    known = paths_of(read, base)
    for path in reads:
        answer = await client.get(harbor.url + base + path)
        assert answer.status == 200, path
        template = template_of(harbor, base + path.partition("?")[0])
        schema = nullable(answer_of(known["GET", shape(template)]))
        schema["definitions"] = read["definitions"]
        jsonschema.Draft4Validator(schema).validate(answer.json)


def template_of(harbor, path):
    """Find the route that answers *path*."""
    return next(
        route.template
        for route in harbor.routes
        if route.method == "GET" and route.match(path) is not None
    )


def answer_of(operation):
    """Find the schema of a good answer, whether YAML read its code as a number or not."""
    responses = operation["responses"]
    return responses.get(200, responses.get("200"))["schema"]


async def test_answers_of_1_2_fit_their_document(client):
    """Every JSON answer of the golden pair fits the schema of 1.2.2."""
    async with golden_pair() as pair:
        await check(client, pair.stag, "v1.2.2", OLD_READS)


@pytest.mark.parametrize("version", ["v2.9.5", "v2.15.2"])
async def test_answers_of_2_x_fit_their_document(client, version):
    """Every JSON answer of the modern pair fits the schema of its release."""
    async with modern_pair(version) as pair:
        pair.prod.state.projects[1].immutable.append("1.*")
        await check(client, pair.stag, version, NEW_READS + NEWER_READS[version])
        await check(client, pair.prod, version, ["/projects/team/immutabletagrules"])
