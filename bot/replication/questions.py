"""What a person asks: which images, from where, to where.

Knows the grammar of ``why`` and the plain words, English and Chinese, in which people ask the
same. Does not know which images exist, nor which way an image goes where nobody said so.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.errors import BadQuestion
from bot.replication.image_ref import EXAMPLE, ImageRef, find_images, plain_text, read_image


MAX_IMAGES = 5  # in one question
_DIRECTIONS = ("from", "to")
_HELP = {"", "help", "帮助", "?", "？"}
_QUIET = re.compile(r"(?:--|[—–]|-)quiet", re.IGNORECASE)  # phones make one dash of two
_LOOKS_NAMED = re.compile(r"[:/@]")
_CHINESE = re.compile(r"[㐀-鿿]")

# What comes before an instance, or after it. A word of direction counts more than one of place:
# in "pushed to stag, not on prod" and "on prod, from stag" both say what they mean.
_MISSING_AT = (
    r"(?:\b(?:missing|absent|gone)\s+(?:from|on|in|at)"
    r"|(?:\bnot|n['’]t|\bnever)\s+(?:yet\s+)?(?:on|in|at))"
)
_TO = r"(?:\b(?:to|into|onto|reach(?:ed)?|towards?)|(?:到了?|[至往])|->|→|=>)"
_AT = r"(?:\b(?:on|in|at)|在)"
_FROM = r"(?:\bfrom|\bout\s+of|[从從自由])"
_AFTER_MISSING = (
    r"(?:\s*(?:上|里|裡|中|那边)?\s*(?:为什么|为啥|怎么|還|还|也|都|却)*\s*(?:没|沒|缺|看不到|找不到)"
    r"|\s+(?:is\s+missing|lacks|has\s+no\b|does(?:\s+not|n['’]t)\s+have))"
)
_AFTER_SOURCE = r"\s*(?:->|→|=>)"
_LEAD = r"\s*(?:the\s+|our\s+)?[\"'`*“‘「]*"
_ENDED = r"(?![A-Za-z0-9_@-]|[./:][A-Za-z0-9])"


@dataclass(frozen=True, slots=True)
class Question:
    """Why these images are not there; *source* and *destination* are empty where not said."""

    images: tuple[ImageRef, ...]
    source: str = ""
    destination: str = ""
    quiet: bool = False


def asks_for_help(text: str) -> bool:
    """Say whether *text* asks for nothing but what can be asked."""
    return text.strip().lower() in _HELP


def read_why(words: str, instances: Sequence[str]) -> Question:
    """Read ``IMAGE… [from A] [to B] [--quiet]``, or a plain question in its place."""
    given = [word for word in re.split(r"[\s,、]+", plain_text(words)) if word]
    wanted = [word for word in given if not _QUIET.fullmatch(word)]
    quiet = len(wanted) < len(given)
    named, ends = _split_ends(wanted)
    if _is_plain(named):
        return read_question(words, instances)
    if not named:
        raise _nothing_named()
    source = _configured(ends, "from", instances=instances)
    destination = _configured(ends, "to", instances=instances)
    if source and source == destination:
        raise BadQuestion(
            f"From `{source}` to `{source}` nothing is replicated. {_example(instances)}"
        )
    images = _limited(read_image(word) for word in named)
    return Question(images, source, destination, quiet)


def read_question(text: str, instances: Sequence[str]) -> Question:
    """Read a question in plain words, English or Chinese."""
    images = _limited(iter(find_images(text)))
    if not images:
        raise _nothing_named()
    plain = plain_text(text)
    quiet = any(_QUIET.fullmatch(word) for word in plain.split())
    source, destination = _ends_in_words(plain, instances)
    return Question(images, source, destination, quiet)


# --- the command --------------------------------------------------------------------------


def _split_ends(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take ``from A`` and ``to B`` out of the words; an end without a name is empty."""
    named: list[str] = []
    ends: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        direction = word.lower().lstrip("-—–")
        if direction in _DIRECTIONS:
            ends[direction] = next(rest, "")
        else:
            named.append(word)
    return named, ends


def _is_plain(named: Sequence[str]) -> bool:
    """Say whether there are words among the names: then it is no command."""
    if any(_CHINESE.search(word) for word in named):
        return True
    return len(named) > 1 and not all(_LOOKS_NAMED.search(word) for word in named)


def _configured(ends: dict[str, str], direction: str, *, instances: Sequence[str]) -> str:
    if direction not in ends:
        return ""
    said = ends[direction].strip("`'\"*?!.")
    for instance in instances:
        if instance.lower() == said.lower():
            return instance
    known = ", ".join(f"`{instance}`" for instance in instances) or "none"
    what = f"No instance is called `{said[:60]}`" if said else f"No instance follows `{direction}`"
    raise BadQuestion(f"{what}; configured: {known}. {_example(instances)}")


def _limited(images: Iterator[ImageRef]) -> tuple[ImageRef, ...]:
    once = tuple(dict.fromkeys(images))
    if len(once) > MAX_IMAGES:
        raise BadQuestion(
            f"One question takes at most {MAX_IMAGES} images, this one has {len(once)}. "
            f"Ask in parts, such as `{EXAMPLE}` alone."
        )
    return once


def _nothing_named() -> BadQuestion:
    return BadQuestion(
        f"No image is named with its tag or digest. Name it like this: `why {EXAMPLE}`."
    )


def _example(instances: Sequence[str]) -> str:
    end = f" to {instances[-1]}" if instances else ""
    return f"For example: `why {EXAMPLE}{end}`."


# --- plain words --------------------------------------------------------------------------


def _ends_in_words(text: str, instances: Sequence[str]) -> tuple[str, str]:
    """Find source and destination among the words; a name that is no instance is ignored."""
    text = " ".join(text.split())  # runs of blanks would make the patterns below slow
    by_name = {instance.lower(): instance for instance in instances if instance}
    if not by_name:
        return "", ""
    longest_first = sorted(by_name, key=len, reverse=True)
    name = f"(?P<name>{'|'.join(map(re.escape, longest_first))})"
    missing = [*_names(rf"{_MISSING_AT}{_LEAD}{name}{_ENDED}", text)]
    missing += _names(rf"(?<![A-Za-z0-9_./:@-]){name}{_AFTER_MISSING}", text)
    rest = re.sub(_MISSING_AT, " ", text, flags=re.IGNORECASE)
    sources = [*_names(rf"{_FROM}{_LEAD}{name}{_ENDED}", rest)]
    sources += _names(rf"(?<![A-Za-z0-9_./:@-]){name}{_AFTER_SOURCE}", rest)
    there = [*_names(rf"{_TO}{_LEAD}{name}{_ENDED}", rest)]
    places = [*_names(rf"{_AT}{_LEAD}{name}{_ENDED}", rest)]
    source = sources[0] if sources else ""
    ends = [end for end in (*missing, *there, *reversed(places)) if end != source]
    return by_name.get(source, ""), by_name[ends[0]] if ends else ""


def _names(pattern: str, text: str) -> Iterator[str]:
    return (found["name"].lower() for found in re.finditer(pattern, text, re.IGNORECASE))
