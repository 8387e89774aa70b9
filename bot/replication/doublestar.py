"""The patterns of Harbor's filters, as its library doublestar matches them.

Knows no policy and no image.
"""

import re


_CLASS_ITEM = r"(?:\\.|[^-\\\]])(?:-(?:\\.|[^-\\\]]))?"
_TOKEN = re.compile(
    r"(?P<escaped>\\.)"
    rf"|\[(?P<negated>\^?)(?P<members>(?:{_CLASS_ITEM})+)\]"
    r"|(?P<folders>(?:(?<=[/{,])|\A)\*\*/)"
    r"|(?P<rest>(?:(?<=[/{,])|\A)\*\*(?=[,}]|\Z))"
    r"|(?P<star>\*+)"
    r"|(?P<literal>[^\\\[])",
    re.DOTALL,
)
_CLASS_MEMBER = re.compile(r"\\?(.)(?:-\\?(.))?", re.DOTALL)


def glob_matches(pattern: str, text: str) -> bool:
    """Match as Harbor's doublestar does; an empty pattern takes all, a broken one nothing.

    ``*`` and ``?`` stay within a path component, ``**`` as a component takes any number of them.
    All positions that a token can end at are carried along together, and each token is passed
    once: time grows with the product of both lengths, whatever the pattern.
    """
    if not pattern:
        return True
    ends = {0}
    open_braces: list[tuple[set[int], set[int]]] = []  # where each began, where its options end
    index = 0
    while index < len(pattern):
        token = _TOKEN.match(pattern, index)
        if token is None:
            return False
        ends = _braced(token, ends, text=text, open_braces=open_braces)
        index = token.end()
    return not open_braces and len(text) in ends


def _braced(
    token: re.Match[str],
    ends: set[int],
    *,
    text: str,
    open_braces: list[tuple[set[int], set[int]]],
) -> set[int]:
    """Advance *ends* over one token, minding ``{a,b}``."""
    if token["literal"] == "{":
        open_braces.append((ends, set()))
        return ends
    if token["literal"] == "," and open_braces:
        starts, done = open_braces[-1]
        done |= ends
        return starts
    if token["literal"] == "}" and open_braces:
        return open_braces.pop()[1] | ends
    return _advanced(token, ends, text=text)


def _advanced(token: re.Match[str], ends: set[int], *, text: str) -> set[int]:
    if not ends:
        return ends
    if token["rest"]:
        return set(range(min(ends), len(text) + 1))
    if token["folders"]:
        first = min(ends)
        return ends | {i for i in range(first + 1, len(text) + 1) if text[i - 1] == "/"}
    if token["star"]:
        return _within_component(ends, text)
    return {end + 1 for end in ends if end < len(text) and _takes(token, text[end])}


def _within_component(ends: set[int], text: str) -> set[int]:
    """Let a star run from every one of *ends* to the next slash."""
    reached: set[int] = set()
    running = False
    for index in range(len(text) + 1):
        running = index in ends or (running and text[index - 1] != "/")
        if running:
            reached.add(index)
    return reached


def _takes(token: re.Match[str], character: str) -> bool:
    if token["escaped"]:
        return token["escaped"][1] == character
    if token["members"]:
        return character != "/" and _in_class(token["members"], character) != bool(
            token["negated"]
        )
    if token["literal"] == "?":
        return character != "/"
    return bool(token["literal"] == character)


def _in_class(members: str, character: str) -> bool:
    return any(
        member[1] <= character <= (member[2] or member[1])
        for member in _CLASS_MEMBER.finditer(members)
    )
