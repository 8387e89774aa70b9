"""The contents of the golden pair: the seed's case of November 2018, and its neighbours.

Knows names, ids, times and logs as they were. Does not know servers.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.playground.harbor.generation_a.transfer import MANIFEST_UNKNOWN, SOURCE
from bot.playground.harbor.images import Image, Layer, an_image, docker_image
from bot.playground.harbor.records import Job, ProjectPolicy, Role
from bot.playground.harbor.state import State


# The host that the seed's log names; the target's endpoint is where prod really runs.
PROD = "https://prod-reg.example.com"
VIRA = "frontend-rls/vira"
GOLDEN_TAG = "v1.6.32-67284045"
GOLDEN_JOB = 20049
LIBRARY, PLATFORM, FRONTEND = 1, 6, 14
PLATFORM_POLICY, FRONTEND_POLICY = 3, 7
GOLDEN_IMAGE = docker_image(
    Layer("sha256:22b2a452cf12c385ac99bed647078c9f447fcc70e74ab6b0c5b36278c44a2d96", 5773),
    [
        Layer("sha256:55c51e7de56129e402678fe7ba78d37f32af2da4315246061d63a03bb580e14f", 23275620),
        Layer("sha256:d0c913f7028b10df982ebcddfceca56bbabc74c1d19033b0b9c4fd7713162812", 21531803),
        Layer("sha256:c55908ce59ee805b7e31a2bbdf9fc3219e5cd6ff065fce4d19b11a50460f2792", 194),
        Layer("sha256:59f2e32312e028ca5db012b4a3f1bdebb91b18aded8c41622a71387520aed6fe", 463),
        Layer("sha256:eb71f9dcede9f65ecd0cfd84836e4ac614a9f22437f28facdf763bad3f4033a3", 3243694),
    ],
    built="2018-11-06T05:48:05.991399477Z",
)
BEFORE = datetime(2017, 5, 8, 7, 45, 53, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Copy:
    """A job that ran: what it copied, when, for how long, and what became of it."""

    job: int
    repository: str
    tag: str
    at: str
    status: str
    error: str = ""
    lasted: int = 0
    policy: int = FRONTEND_POLICY

    @property
    def began(self) -> datetime:
        """Say when the job was made."""
        return datetime.fromisoformat(self.at)

    @property
    def image(self) -> Image:
        """Make the image: the seed's own for its case, one that fits for the others."""
        if (self.repository, self.tag) == (VIRA, GOLDEN_TAG):
            return GOLDEN_IMAGE
        built = (self.began - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return an_image(f"{self.repository}:{self.tag}", built=built)


RACE, GATEWAY = "race", "gateway"
COPIES = (
    Copy(
        19652,
        "frontend-rls/cc-hybrid-reborn",
        "1913-172588__v6-8-6-bd0016ac",
        "2018-10-30T08:06:10Z",
        "error",
        RACE,
    ),
    Copy(
        19667,
        "frontend-rls/faas-node-runtime-latest",
        "v0.2.0-13-7fbf6686",
        "2018-10-30T09:19:49Z",
        "error",
        GATEWAY,
        1,
    ),
    Copy(
        19693,
        "frontend-rls/sprout-hybrid",
        "v1.0.3-b3ce7f74",
        "2018-10-30T12:33:44Z",
        "error",
        GATEWAY,
        1,
    ),
    Copy(
        19954,
        "frontend-rls/yy-admin",
        "sandy-banner-5207e843",
        "2018-11-05T05:19:51Z",
        "error",
        RACE,
    ),
    Copy(
        20010,
        "platform-rls/gateway",
        "v2.0.1-5e6f7a8b",
        "2018-11-05T08:02:11Z",
        "finished",
        policy=PLATFORM_POLICY,
    ),
    Copy(20031, VIRA, "v1.6.31-1b2c3d4e", "2018-11-05T09:12:40Z", "finished", lasted=2),
    Copy(
        20040,
        "frontend-rls/vira-web",
        "v0.3.1-9f8e7d6c",
        "2018-11-05T11:30:05Z",
        "finished",
        lasted=1,
    ),
    Copy(GOLDEN_JOB, VIRA, GOLDEN_TAG, "2018-11-06T05:48:07Z", "error", RACE),
)
UNNOTICED = ("frontend-rls/vira-docs", "v0.1.0-3c2d1e0f")


def fill_stag(state: State, prod_url: str, password: str) -> None:
    """Put into *state* what the source held on 2018-11-06."""
    names = {LIBRARY: "library", PLATFORM: "platform-rls", FRONTEND: "frontend-rls"}
    for number, name in names.items():
        state.add_project(name, BEFORE, given=number)
    state.add_account("dev", "Developer12345", roles={"frontend-rls": Role.GUEST})
    state.add_endpoint("harbor-prod", prod_url, at=BEFORE, password=password)
    _add_policy(state, PLATFORM_POLICY, "sync-platform-to-prod", PLATFORM)
    _add_policy(state, FRONTEND_POLICY, "sync-to-prod", FRONTEND)
    for copy in COPIES:
        state.add_tag(copy.repository, copy.tag, image=copy.image, at=copy.began, audit_by="admin")
        state.jobs[copy.job] = _job(state, copy)
    repository, tag = UNNOTICED
    at = datetime(2018, 11, 6, 4, 10, tzinfo=UTC)
    image = an_image(f"{repository}:{tag}", built="2018-11-06T04:09:12Z")
    state.add_tag(repository, tag, image=image, at=at)


def fill_prod(state: State) -> None:
    """Put into *state* what the destination held: what was copied, and no more."""
    for name in ("library", "frontend-rls", "platform-rls"):
        state.add_project(name, BEFORE)
    for copy in COPIES:
        if copy.status == "finished":
            at = copy.began + timedelta(seconds=copy.lasted)
            state.add_tag(copy.repository, copy.tag, image=copy.image, at=at, audit_by="admin")


def _add_policy(state: State, number: int, name: str, project_id: int) -> None:
    project = state.projects[project_id].name
    at = datetime(2017, 5, 8, 7, 47, 13, tzinfo=UTC)
    state.project_policies[state.next_id("policy", number)] = ProjectPolicy(
        id=number,
        name=name,
        project_id=project_id,
        target_id=1,
        enabled=True,
        description=f"sync {project.removesuffix('-rls')} release to prod harbor",
        created=at,
        updated=at,
        started=at,
    )


def _job(state: State, copy: Copy) -> Job:
    given, began = state.next_id("job", copy.job), copy.began
    job = Job(given, copy.policy, copy.repository, [copy.tag], created=began, updated=began)
    job.updated = began + timedelta(seconds=copy.lasted)
    job.status = copy.status
    job.log = "".join(f"{line}\n" for line in _log(copy))
    return job


def _log(copy: Copy) -> list[str]:
    project = copy.repository.partition("/")[0]
    what = f"repository: {copy.repository}, tags: [{copy.tag}], source URL: {SOURCE}"
    where = f"destination URL: {PROD}, insecure: false, destination user: admin"
    normal = f"the status code is 409 when creating project {project} on {PROD} with user admin"
    lines = [
        f"{copy.at} [INFO] initializing: {what}, {where}",
        f"{copy.at} [INFO] initialization completed: project: {project}, {what}, {where}",
        f"{copy.at} [WARNING] {normal}, try to do next step",
    ]
    if copy.error == RACE:
        error = f"404 {MANIFEST_UNKNOWN.format(tag=copy.tag)}"
        named = f"{copy.repository}:{copy.tag} from {SOURCE}"
        text = f"[transfer.go:351]: an error occurred while pulling manifest of {named}: {error}"
        return [*lines, f"{copy.at} [ERROR] {text}"]
    return [*lines, *_rest(copy)]


def _rest(copy: Copy) -> list[str]:
    named, blobs = f"{copy.repository}:{copy.tag}", [one.digest for one in copy.image.blobs]
    at = (copy.began + timedelta(seconds=copy.lasted)).strftime("%Y-%m-%dT%H:%M:%SZ")
    pulled = f"manifest of {named} pulled successfully from {SOURCE}: {copy.image.digest}"
    lines = [
        f"{copy.at} [INFO] {pulled}",
        f"{copy.at} [INFO] all blobs of {named} from {SOURCE}: [{' '.join(blobs)}]",
    ]
    if copy.error == GATEWAY:
        what = f"an error occurred while checking existence of blob {blobs[0]} of {named}"
        return [*lines, f"{at} [ERROR] [transfer.go:383]: {what} on {PROD}: 502 "]
    there = [f"{at} [INFO] blob {blob} of {named} already exists in {PROD}" for blob in blobs]
    exists = f"manifest of {named} exists on source registry {SOURCE}"
    return [
        *lines,
        *there,
        f"{at} [INFO] {exists}, continue manifest pushing",
        f"{at} [INFO] manifest of {named} has been pushed to {PROD}",
        f'{at} [INFO] no tag needs to be replicated, next state is "finished"',
    ]
