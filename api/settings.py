"""What a server is told when it starts."""

from dataclasses import dataclass

from graph.campaign.rates import NO_RATES, Rates
from graph.errors import InvalidInput

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Settings:
    """store: its URL. host, port: where to listen. dev: anybody who can connect may ask anything. seed: what
    chance in analyses is drawn with. request_seconds: after which a request is given up. body_bytes: the most
    that a request may send. shutdown_seconds: how long requests under way may take once the server was told
    to stop. subscriptions: how many may be followed, and how many WebSockets be open, at a time.
    alive_seconds: how often somebody who follows hears that we are there, and has to show that they are.
    rates: of money in other currencies than the one that is reported in.
    """

    store: str
    host: str = "127.0.0.1"
    port: int = 8000
    dev: bool = False
    seed: int = 0
    request_seconds: float = 30.0
    body_bytes: int = 2 << 20
    shutdown_seconds: int = 10
    subscriptions: int = 1_000
    alive_seconds: float = 12.0
    rates: Rates = NO_RATES

    def check(self) -> None:
        """InvalidInput where a server with these settings would be open to the world."""
        if not self.dev:
            raise InvalidInput(
                "there is no authentication yet: --dev serves anybody who can connect, on this machine only"
            )
        if self.host not in LOOPBACK:
            raise InvalidInput(
                f"--dev serves without authentication, so it listens on this machine only, and {self.host} is"
                " reachable from elsewhere; leave --host away"
            )
