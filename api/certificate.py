"""What HTTPS is served with: a chain of certificates and its key, as PEM files.

Python's own defaults for a server hold (`ssl.create_default_context`): TLS 1.2 and later, ciphers with
forward secrecy. The files are read when a server starts; after a renewal it has to be started anew.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import InvalidInput

STAY: Final = ("strict-transport-security", "max-age=31536000")
"""What a browser is told over HTTPS: to come over nothing else for a year (RFC 6797)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """chain: the server's certificate, then those that lead to the authority; key: its private key."""

    chain: Path
    key: Path

    @classmethod
    def said(cls, chain: Path | None, key: Path | None) -> "Certificate | None":
        """None where neither is said; InvalidInput where one is missing, or they do not serve together."""
        if chain is None and key is None:
            return None
        if chain is None or key is None:
            missing = "--tls-cert" if chain is None else "--tls-key"
            raise InvalidInput(f"HTTPS needs a certificate and its key: {missing} is missing")
        said = cls(chain, key)
        said.check()
        return said

    def check(self) -> None:
        """InvalidInput where no server could be started with them."""
        for file in (self.chain, self.key):
            if not file.is_file():
                raise InvalidInput(f"{file} is no file; --tls-cert and --tls-key name PEM files")
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                self.chain, self.key, password=_no_password
            )
        except ssl.SSLError as unfit:
            reason = unfit.reason or unfit
            raise InvalidInput(f"{self.chain} and {self.key} do not serve HTTPS together: {reason}") from None
        except OSError as unreadable:
            raise InvalidInput(f"{self.chain} or {self.key}: {unreadable.strerror or unreadable}") from None


def _no_password() -> str:
    raise InvalidInput("the certificate's key has a password, which nobody is there to type; take it off")
