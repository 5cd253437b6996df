"""What a server is told when it starts."""

import re
from dataclasses import dataclass
from pathlib import Path

from api.certificate import Certificate
from api.commons import Commons
from api.patience import SLOWEST
from api.trusted import OPEN, Trusted
from graph.campaign.rates import NO_RATES, Rates
from graph.errors import InvalidInput
from graph.scene import Calendar
from graph.suggest import CAP, ORDER, Cap, Order
from loaders.audit import PURPOSE

ANSWER_DAYS = 90
"""A season, and several times what it takes until something that was suggested is bought."""

BUDGET = 5.0
"""Of a caller, as ε: ten answers at the default."""

K = 10
"""The fewest people that analysts are told of together, where nothing else is said."""

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d+)?")

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Records:
    """What a server writes down of its answers. days: how long it is kept what was suggested to whom; 0 keeps
    none. audit: the file that says who asked what about whom; None for none. commons: where several processes
    of one server count together. privacy: the file of what was told with noise, None where none is added;
    budget: what each caller may spend in all, an ε. k: the fewest people that are counted together.
    """

    days: int = ANSWER_DAYS
    audit: Path | None = None
    commons: Commons | None = None
    privacy: Path | None = None
    budget: float = BUDGET
    k: int = K


RECORDS = Records()


@dataclass(frozen=True, slots=True)
class Settings:
    """store: its URL. host, port: where to listen. certificate: of HTTPS, None for HTTP. workers: processes
    that answer there. dev: anybody who can connect may ask anything. seed: what chance in analyses is drawn
    with. request_seconds: after which a request is given up. body_bytes: the most that a request may send.
    shutdown_seconds: how long requests under way may take once the server was told to stop. subscriptions:
    how many may be followed, and how many WebSockets be open, at a time. alive_seconds: how often somebody
    who follows hears that we are there, and has to show that they are. slowest: bytes a second that somebody
    has to take of what they are answered. rates: of money in other currencies
    than the one that is reported in. answer_days: how long it is kept what was suggested to whom; 0 keeps
    none. cap: how often somebody is shown the same. order: what counts beside the score of a suggestion.
    trusted: documents known by their ids. origins: of pages that may ask, beside our own. jwks, audience,
    issuer, skew: of tokens (api.auth.tokens); keys: the file of API keys. purposes: what may be asked
    for, none for those of the roles. k: the fewest people that analysts are told of together, 10 or more
    unless small_k says that it may be less. audit: the file of the audit log.
    privacy, budget: of counts told with noise (Records). calendar: the shop's days and festivals. consenting:
    what people who never said allow; None as the store has it.
    """

    store: str
    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Certificate | None = None
    workers: int = 1
    dev: bool = False
    seed: int = 0
    request_seconds: float = 30.0
    body_bytes: int = 2 << 20
    shutdown_seconds: int = 10
    subscriptions: int = 1_000
    alive_seconds: float = 12.0
    slowest: int = SLOWEST
    rates: Rates = NO_RATES
    trusted: Trusted = OPEN
    origins: frozenset[str] = frozenset()
    jwks: str | None = None
    audience: str | None = None
    issuer: str | None = None
    skew: int = 30
    keys: Path | None = None
    purposes: frozenset[str] = frozenset()
    k: int = K
    small_k: bool = False
    audit: Path | None = None
    privacy: Path | None = None
    budget: float = BUDGET
    consenting: bool | None = None
    calendar: Calendar | None = None
    answer_days: int = ANSWER_DAYS
    cap: Cap = CAP
    order: Order = ORDER

    def address(self, path: str = "") -> str:
        """Where it answers.

        >>> Settings("sqlite:///shop.db", host="::1").address("/graphql")
        'http://[::1]:8000/graphql'
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    def check(self) -> None:
        """InvalidInput where a server with these settings would be open to the world, or nobody in it."""
        if self.workers < 1:
            raise InvalidInput(f"--workers: {self.workers} is none; take 1 or more")
        self._check_words()
        if self.k < K and not self.small_k:
            raise InvalidInput(
                f"--k {self.k}: a count of fewer than {K} people says much of each; --allow-small-k takes it"
            )
        if self.dev and (self.jwks is not None or self.keys is not None):
            raise InvalidInput("--dev asks nobody who they are; leave it away, or --keys and --jwks")
        if self.keys is not None and not self.keys.is_file():
            raise InvalidInput(f"{self.keys} is not there; `sharegraph keys create` makes it")
        if self.jwks is not None and self.audience is None:
            raise InvalidInput("--jwks needs --audience: the name that tokens for this server carry in `aud`")
        if not self.dev:
            if self.jwks is None and self.keys is None:
                raise InvalidInput(
                    "who may ask? --keys FILE takes API keys (`sharegraph keys create` makes them), --jwks"
                    " FILE and --audience take tokens; --dev asks nobody, on this machine only"
                )
            return
        if self.host not in LOOPBACK:
            raise InvalidInput(
                f"--dev serves without authentication, so it listens on this machine only, and {self.host} is"
                " reachable from elsewhere; leave --host away"
            )

    def _check_words(self) -> None:
        for origin in sorted(self.origins):
            if not _ORIGIN.fullmatch(origin):
                raise InvalidInput(
                    f"{origin!r:.80} is no origin: scheme, name and port, as https://shop.example"
                )
        for purpose in sorted(self.purposes):
            if not PURPOSE.fullmatch(purpose):
                raise InvalidInput(
                    f"--purposes: {purpose!r:.80} is none: one word of small letters, digits and hyphens"
                )
