"""Why no answer came, in words for a person.

Knows the exceptions of aiohttp and of TLS. Does no I/O.
"""

import ssl

import aiohttp

from bot.errors import HarborBroken, HarborError, HarborUnreachable


# What comes instead of an answer; a URL with a host that cannot be one is a ValueError.
FAILURES = (aiohttp.ClientError, OSError, ValueError)

# Nothing of a request has left when one of these is raised.
NOTHING_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)

# OpenSSL's numbers for what is wrong with a certificate.
_EXPIRED = 10
_UNKNOWN_CA = {2, 18, 19, 20, 21}
_OTHER_NAME = {62, 64}


def is_passing(error: Exception) -> bool:
    """Say whether trying again at once can help."""
    lasting = (aiohttp.ClientSSLError, aiohttp.ClientResponseError, TimeoutError, ValueError)
    return not isinstance(error, lasting)


def in_words(error: Exception, instance: str, *, host: str, seconds: float) -> HarborError:
    """Say why *instance*, at *host*, gave no answer within *seconds*."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return _certificate(error.certificate_error, instance, host=host)
        case aiohttp.ClientSSLError():
            what, remedy = (
                f"no TLS connection to {host} could be made",
                "Check the scheme and the port in the instance's URL.",
            )
        case aiohttp.ClientConnectorDNSError():
            what, remedy = (
                f"the host name {host} is unknown",
                "Check the host in the instance's URL, and the bot's name server.",
            )
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, ConnectionRefusedError):
            what, remedy = (
                f"{host} refused the connection",
                "Check that Harbor's front runs there, and the port in the instance's URL.",
            )
        case TimeoutError():
            what, remedy = (f"none came within {seconds:g} s", "")
        case aiohttp.ClientResponseError():
            return HarborBroken(f"{instance} does not speak HTTP.", instance=instance)
        case ValueError():
            return HarborBroken(f"{instance} has a URL that leads nowhere.", instance=instance)
        case aiohttp.ClientConnectorError():
            what, remedy = (f"{host} cannot be reached", "")
        case _:
            what, remedy = ("the connection broke", "")
    return HarborUnreachable(
        f"{instance} gave no answer: {what}.", instance=instance, remedy=remedy
    )


def _certificate(error: Exception, instance: str, *, host: str) -> HarborUnreachable:
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else 0
    if code == _EXPIRED:
        what, remedy = "has expired", "Renew the certificate of the instance."
    elif code in _UNKNOWN_CA:
        what, remedy = (
            "is signed by an authority that the bot does not know",
            "Name that authority's certificate in CA_FILE of the instance.",
        )
    elif code in _OTHER_NAME:
        what, remedy = (
            f"is not made out to {host}",
            "Use the host name of the certificate in the instance's URL.",
        )
    else:
        what, remedy = "is not accepted", "Check the certificate of the instance."
    return HarborUnreachable(
        f"{instance} gave no answer that can be trusted: its TLS certificate {what}.",
        instance=instance,
        remedy=remedy,
    )
