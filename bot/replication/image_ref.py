"""Names of images as people write them.

Knows what a well-formed name is, and how Slack and Chinese typing dress one up. Does not know
which images exist, nor what is asked about them (that is ``questions``).

Two readings. ``read_image`` is for a place where an image must stand: anything well formed
counts, also without a tag. ``find_images`` looks through free text, where most colons are no
images; there a word counts when it is well formed and

- carries a digest, or
- has a slash and a tag, and does not look like a line of a source file (``app/main.py:12``), or
- is short (no slash) with a tag that has a digit or is a moving one (``latest``); its name
  begins with a letter, has two characters, and is neither a label (``port:8080``) nor a host
  with a port (``example.com:443``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import BadQuestion


EXAMPLE = "frontend-rls/vira:v1.6.32"
MAX_LENGTH = 512  # characters; far above the 255 that Harbor stores
_SHOWN = 60  # characters of what somebody wrote, in a sentence about it

_PATH = re.compile(
    r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?")
_SCHEME = re.compile(r"(?:https?|oci|docker)://", re.IGNORECASE)

# Full NFKC would make digits of ² and ① and so change a tag: only what a Chinese keyboard
# writes for ASCII is folded, and what cannot be seen is dropped.
_FOLDED = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0x3000, 0xA0), " "),
    **dict.fromkeys((0xFE55, 0xFE13), ":"),
    **dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)),
}
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_NO_LINK = ("@", "#", "!", "mailto:", "tel:")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # the last one last: Slack's order

_DRESS = " \t\r\n`'\"*~“”‘’«»「」『』()（）<>?!,;，。；、？！"
_EDGES = "._-/:@"
_TOKEN = re.compile(
    r"(?P<url>[A-Za-z][A-Za-z0-9+]{0,15}://[!-~]*)"
    r"|(?P<windows>[A-Za-z]:\\\S*)"
    r"|(?P<word>[A-Za-z0-9._/:@-]+)"
)
_MAX_PIECES = 8  # between the colons of one word; more is no image
_MOVING = re.compile(r"latest|stable|edge|nightly|canary|snapshot|main|master|dev")
_LABEL = re.compile(
    r"at|branch|build|code|commit|count|date|digest|env|err|error|exit|file|from|host|https?|id"
    r"|image|issue|job|line|localhost|no|note|page|port|pr|ratio|release|score|sha|sha256|size"
    r"|stage|status|step|tag|task|ticket|time|to|todo|total|ts|ver|version|warning"
)
_SOURCE_FILE = re.compile(
    r"\.(?:c|cc|cpp|css|go|h|html|java|js|json|kt|log|md|php|py|rb|rs|sh|sql|ts|tsx|txt|xml|ya?ml)$"
)


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image as somebody named it; *path* may lack its project, *tag* may be a beginning.

    *registry* is the host with its port as written. What was not said is empty.
    """

    path: str
    tag: str = ""
    digest: str = ""
    registry: str = ""

    def __str__(self) -> str:
        return self.path + (self.tag and f":{self.tag}") + (self.digest and f"@{self.digest}")

    @property
    def name(self) -> str:
        """The last component of the path."""
        return self.path.rpartition("/")[2]

    def fits_repository(self, full_name: str) -> bool:
        """Say whether *full_name* is the path, or ends with it after a slash."""
        return full_name == self.path or full_name.endswith(f"/{self.path}")

    def fits_tag(self, tag: str) -> bool:
        """Say whether *tag* is the one named, or begins with it."""
        return tag.startswith(self.tag)


def plain_text(text: str) -> str:
    """Take Slack's markup off *text*, and what a Chinese keyboard writes for ASCII."""
    text = _MARKUP.sub(_unlinked, text.translate(_FOLDED))
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _unlinked(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith(_NO_LINK):
        return " "
    return label if re.search(r"[./:]", label) else target


def read_image(text: str) -> ImageRef:
    """Read the one image that *text* must be; BadQuestion says what is wrong with it."""
    words = plain_text(text).strip(_DRESS)
    problem = _problem_of_length(words)
    if problem:
        raise _bad(problem)
    found = _parsed(words)
    if isinstance(found, str):
        raise _bad(found)
    return found


def find_images(text: str) -> tuple[ImageRef, ...]:
    """Pick the images out of free text, in their order, each once."""
    return tuple(dict.fromkeys(_candidates(plain_text(text))))


def _bad(problem: str) -> BadQuestion:
    return BadQuestion(f"{problem} A good one looks like `{EXAMPLE}`.")


def _problem_of_length(words: str) -> str:
    if not words:
        return "No image was named."
    if len(words) > MAX_LENGTH:
        return f"An image's name has at most {MAX_LENGTH} characters, this one has {len(words)}."
    return ""


def _parsed(words: str) -> ImageRef | str:
    """Take *words* apart; a string says what is wrong with them."""
    if _DIGEST.fullmatch(words):
        return "A content digest needs its repository before it: `frontend-rls/vira@sha256:…`."
    scheme = _SCHEME.match(words)
    bare = words[scheme.end() :] if scheme else words
    named, at, digest = bare.partition("@")
    registry, rest = _split_registry(named, certain=scheme is not None)
    path, colon, tag = rest.rpartition(":") if ":" in rest else (rest, "", "")
    problem = (
        _problem_of_path(path)
        or (colon and _problem_of_tag(tag, path=path))
        or (at and _problem_of_digest(digest))
    )
    return problem or ImageRef(path, tag, digest, registry)


def _split_registry(named: str, *, certain: bool) -> tuple[str, str]:
    """Split the host off, if there is one.

    A project may have a dot too, and an image in Harbor has a project: with one dot, no port
    and nothing between it and the last name, it is taken for the project.
    """
    first, slash, rest = named.partition("/")
    if not slash or not _HOST.fullmatch(first):
        return "", named
    dots = first.count(".")
    if certain or ":" in first or first == "localhost" or dots > 1 or (dots and "/" in rest):
        return first, rest
    return "", named


def _problem_of_path(path: str) -> str:
    if not path:
        return "The image has no name."
    if _PATH.fullmatch(path):
        return ""
    if re.search(r"\s", path):
        return f"An image's name has no spaces: {_quoted(path)}."
    if _PATH.fullmatch(path.lower()):
        return f"A repository is written in lower case: {_quoted(path)}."
    return (
        f"A repository has letters and digits with single `.`, `_`, `-` or `/` between them, "
        f"which {_quoted(path)} has not."
    )


def _problem_of_tag(tag: str, *, path: str) -> str:
    if not tag:
        return f"There is no tag after the colon of {_quoted(path + ':')}."
    if _TAG.fullmatch(tag):
        return ""
    if re.search(r"\s", tag):
        return f"A tag has no spaces: {_quoted(tag)}."
    return (
        "A tag has at most 128 letters, digits, `.`, `_` and `-`, and begins with a letter, a "
        f"digit or `_`, which {_quoted(tag)} does not."
    )


def _problem_of_digest(digest: str) -> str:
    if _DIGEST.fullmatch(digest):
        return ""
    return f"A digest is `sha256:` and 64 digits of 0-9 and a-f, which {_quoted(digest)} is not."


def _quoted(text: str) -> str:
    shown = text.replace("`", "'")
    return f"`{shown[:_SHOWN]}…`" if len(shown) > _SHOWN else f"`{shown}`"


def _candidates(text: str) -> Iterator[ImageRef]:
    for token in _TOKEN.finditer(text):
        if token["url"]:
            yield from _meant(token["url"].rstrip(_DRESS + _EDGES))
        elif token["word"]:
            yield from _in_word(token["word"].strip(_EDGES))


def _in_word(word: str) -> Iterator[ImageRef]:
    """Find the longest image between the colons of a word: ``image:vira:v1:tada``."""
    pieces = word.split(":")
    if len(word) > MAX_LENGTH or not 1 < len(pieces) <= _MAX_PIECES:
        return
    for length in range(len(pieces), 1, -1):
        for start in range(len(pieces) - length + 1):
            found = tuple(_meant(":".join(pieces[start : start + length])))
            if found:
                yield from found
                return


def _meant(words: str) -> Iterator[ImageRef]:
    found = _parsed(words) if len(words) <= MAX_LENGTH else ""
    if isinstance(found, ImageRef) and _counts(found):
        yield found


def _counts(image: ImageRef) -> bool:
    """Say whether a well-formed name in free text is meant as an image."""
    if image.digest:
        return True
    # A page of Harbor's portal ends in ``/artifacts/sha256:<hex>``.
    if not image.tag or image.name == "sha256" or not re.search(r"[a-z]", image.path):
        return False
    if image.registry or "/" in image.path:
        return not (image.tag.isdigit() and _SOURCE_FILE.search(image.name))
    return _counts_short(image.path, image.tag)


def _counts_short(name: str, tag: str) -> bool:
    if len(name) == 1 or not name[0].isalpha() or _LABEL.fullmatch(name):
        return False
    if tag.isdigit() and "." in name:
        return False
    return bool(_MOVING.fullmatch(tag) or re.search(r"[0-9]", tag))
