"""The key of the e-mails' hashes, which the template makes and nobody needs to know."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError


class IdentityKey:
    """Reads the key once; it never changes, since every hash is made with it."""

    def __init__(self, client: Any, secret: str) -> None:
        self._client = client
        self._secret = secret
        self._key = b""

    def __call__(self) -> bytes:
        """Return the key; raises `UnavailableError`."""
        if not self._key:
            try:
                answer = self._client.get_secret_value(SecretId=self._secret)
            except (BotoCoreError, ClientError):
                raise UnavailableError("the key of the identities cannot be read") from None
            self._key = answer["SecretString"].encode()
        return self._key
