"""The page of causes, made of the rows that the bot answers with.

``python -m tests.causes_page`` writes docs/causes.md anew.
"""

from pathlib import Path

from bot.replication.causes import CAUSES


PAGE = Path(__file__).parent.parent / "docs" / "causes.md"
HEAD = """# Causes

Every code that an answer may carry, with the words of the answer. This page is made of the same
rows: `python -m tests.causes_page`.
"""


def render():
    """Write the page."""
    groups = {}
    for cause in CAUSES.values():
        groups.setdefault(cause.code.partition(".")[0], []).append(cause)
    return "\n".join([HEAD, *(_group(name, causes) for name, causes in groups.items())])


def _group(name, causes):
    return "\n".join([f"## {name}", "", *(_entry(cause) for cause in causes)])


def _entry(cause):
    return (
        f"### `{cause.code}`: {cause.title}\n\n"
        f"{cause.sentence}\n\n"
        f"- **What to do:** {cause.remedy}\n"
        f"- **Running it again:** {cause.rerun}. {cause.rerun_when}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(render())
