"""Looking for what is close to a name that nothing knows: a slip is shown, never corrected."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.ports import Harbor
from bot.replication.image_ref import ImageRef
from bot.replication.routes import projects_of
from bot.use_cases.look import Eyes, may_show, together
from bot.use_cases.sides import Sides


_CLOSE_ENOUGH = 60  # percent of the longer name
_MOST = 3


async def look_around(
    harbors: Sequence[Harbor], sides: Sides, asked: ImageRef, *, eyes: Eyes
) -> tuple[str, ...]:
    """List up to three close names, the closest first: tags of its repository, else names."""
    # Side by side: one after the other they would be a fifth round trip.
    images, names = await together(
        (_tags(sides, eyes=eyes), _repositories(harbors, sides, asked, eyes=eyes))
    )
    if not images:
        return _ranked(asked.path, names)
    repositories = sorted({image.rpartition(":")[0] for image in images})
    # Where no tag is like it, its repository is there at least.
    return _ranked(str(asked), images) or _ranked(asked.path, repositories)


async def _tags(sides: Sides, *, eyes: Eyes) -> list[str]:
    source = sides.source or sides.holder
    found = await together(
        eyes.see(source.find_artifacts(one.name), instance=source.name, what="tags")
        for one in sides.scope.repositories
    )
    return [
        f"{row.repository}:{row.tag}" for rows in found if rows for row in rows.rows if row.tag
    ]


async def _repositories(
    harbors: Sequence[Harbor], sides: Sides, asked: ImageRef, *, eyes: Eyes
) -> list[str]:
    # Harbor finds parts of names only: a slip leaves an end of the name right, or what the
    # policies of the way name has a repository like it.
    parts = {asked.name[:3], asked.name[-3:], *projects_of(sides.scope.route.policies)}
    found = await together(
        eyes.see(harbor.search(part), instance=harbor.name, what="repositories")
        for harbor in harbors
        for part in sorted(parts)
    )
    names = {one.name for rows in found for one in rows or ()}
    return sorted(name for name in names if may_show(harbors, name))


def _ranked(wanted: str, names: Sequence[str]) -> tuple[str, ...]:
    """Rank *names* by how close they are to *wanted*, without the project where it has none."""
    short = "/" not in wanted
    shown = {name: name.rpartition("/")[2] if short else name for name in names}
    ranked = process.extract(
        wanted, shown, scorer=fuzz.ratio, limit=_MOST, score_cutoff=_CLOSE_ENOUGH
    )
    return tuple(name for _shown, _score, name in ranked)
