"""Secrets that must be kept for a while, readable only with the bot's own token.

Knows cryptography. Who can read Redis, its disk or its backup cannot answer in the bot's name.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


# Makes this key another one than any that may be derived from the same token later.
_PURPOSE = b"harborbot way back v1"


class Seal:
    """Seals and unseals texts with a key that is derived from *secret*."""

    def __init__(self, secret: str) -> None:
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
        self._fernet = Fernet(urlsafe_b64encode(derivation.derive(secret.encode())))

    def close(self, text: str) -> str:
        """Seal *text*; nothing stays nothing."""
        return self._fernet.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str) -> str:
        """Unseal; nothing where it was sealed with another token or is no seal."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode() if sealed else ""
        except InvalidToken:
            return ""
