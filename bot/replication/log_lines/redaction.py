"""What must not leave a log: passwords, tokens, signed addresses, accounts of other Harbors."""

import re


HIDDEN = "***"

_SIGNED = (
    r"x-amz-[\w-]+|x-goog-[\w-]+|x-oss-[\w-]+|sig|signature|awsaccesskeyid|ossaccesskeyid|_state"
    r"|(?:access_|refresh_|id_|security-?|session-?)?token|account|credential|client_id"
)
_ASKED = r"password|passwd|pwd|(?:client_|access_)?secret(?:_?key)?|api_?key|access_?key(?:_?id)?"
# Narrow before broad; each leaves what it stands between, so that the line is still readable.
_REPLACE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"(?i)(\w://)[^/\s@\"']{1,400}@", r"\1***@"),
        (r"\beyJ[\w-]{4,}(?:\.[\w-]*){1,4}", "***"),
        (
            r"(?i)\b((?:proxy-)?authorization|x-registry-auth|(?:set-)?cookie)(\W{1,4})[^\n\"']+",
            r"\1\2***",
        ),
        (r"(?i)\b(basic|bearer) +(?!token\b|authenti|realm)[\w+/.~=:-]{6,}", r"\1 ***"),
        (rf"(?i)([?&;]|%26|%3F|\\u0026)({_SIGNED}|{_ASKED})(=|%3D)[^&\s\"';]+", r"\1\2\3***"),
        (rf"(?i)\b({_ASKED}|{_SIGNED})(\\?[\"']?\s?[:=]\s?\\?[\"'])[^\"'\\\s]+", r"\1\2***"),
        (rf"(?i)\b({_ASKED})(\s?[:=]\s?)[^\s,;&\"'*]+", r"\1\2***"),
        (r"(destination user: )[^\s,]+", r"\1***"),
        (r"(\bwith user )[^\s,:]+", r"\1***"),
        (r"(failed to authenticate )[^\s:]+", r"\1***"),
        (r"robot(\$|%24)[\w.+-]+", r"robot\1***"),
        (r"(\barn:aws:iam::)\d+(:\w+/)[\w+=,.@/-]+", r"\1***\2***"),
        (r"(\"code\":\s?403,\s?\"message\":\s?\")[\w.@+-]+(?=\")", r"\1***"),
    )
)


def redacted(text: str) -> str:
    """Hide in *text* what gives access or names an account."""
    for pattern, instead in _REPLACE:
        text = pattern.sub(instead, text)
    return text
