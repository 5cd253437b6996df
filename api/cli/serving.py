"""The API as a process."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import Currency, PerUnit
from api.cli.command import Everywhere, fail
from api.cli.loading import ConsentDefault, OnOff
from api.cli.ports import PORTS, free_port

if TYPE_CHECKING:
    from api.trusted import Trusted
    from graph.scene import Calendar


def flag(
    variable: str, metavar: str, help_: str, *, least: float | None = None, most: float | None = None
) -> Any:
    """A flag that the environment may give too, as `SHAREGRAPH_` and this variable."""
    return typer.Option(envvar=f"SHAREGRAPH_{variable}", metavar=metavar, help=help_, min=least, max=most)


def serve(
    everywhere: Everywhere,
    *,
    port: Annotated[int, flag("PORT", "N", "Where it listens.", least=1, most=PORTS)] = 8000,
    host: Annotated[str, flag("HOST", "NAME", "On which interface.")] = "127.0.0.1",
    workers: Annotated[int, flag("WORKERS", "N", "Processes that answer there.", least=1)] = 1,
    tls_cert: Annotated[Path | None, flag("TLS_CERT", "FILE", "HTTPS, with this chain (PEM).")] = None,
    tls_key: Annotated[Path | None, flag("TLS_KEY", "FILE", "The certificate's private key (PEM).")] = None,
    dev: Annotated[
        bool, typer.Option("--dev", metavar="", help="Without authentication, on this machine only.")
    ] = False,
    seed: Annotated[int, flag("SEED", "N", "Of everything drawn by chance.", least=0)] = 0,
    request_seconds: Annotated[
        float, flag("REQUEST_SECONDS", "S", "When a request is given up.", least=0.001)
    ] = 30.0,
    body_bytes: Annotated[int, flag("BODY_BYTES", "N", "The most a request may send.", least=1)] = 2 << 20,
    shutdown_seconds: Annotated[
        int, flag("SHUTDOWN_SECONDS", "S", "For requests under way at the end.", least=0)
    ] = 10,
    subscriptions: Annotated[
        int, flag("SUBSCRIPTIONS", "N", "How many may be followed at a time.", least=0)
    ] = 1_000,
    slowest_reader: Annotated[
        int, flag("SLOWEST_READER", "N", "Bytes a second to be taken of an answer.", least=1)
    ] = 500,
    answer_days: Annotated[
        int, flag("ANSWER_DAYS", "N", "How long to keep what was suggested; 0: not.", least=0)
    ] = 90,
    often: Annotated[int, flag("OFTEN", "N", "Showings in a week before it rests; 0: never.")] = 3,
    rest_days: Annotated[int, flag("REST_DAYS", "N", "How long it rests then.")] = 14,
    in_a_row: Annotated[int, flag("IN_A_ROW", "N", "Showings without an act before the list is new.")] = 100,
    diversity: Annotated[float, flag("DIVERSITY", "X", "Against more of one kind or from one friend.")] = 0.2,
    calibration: Annotated[
        float, flag("CALIBRATION", "X", "For as much little known as a person takes to.")
    ] = 0.05,
    exploration: Annotated[float, flag("EXPLORATION", "X", "Share of places given to chance.")] = 0.02,
    coverage: Annotated[float, flag("COVERAGE", "X", "For showing more of the shop to a few people.")] = 0.1,
    trusted: Annotated[Path | None, flag("TRUSTED", "FILE", "Documents known by their ids.")] = None,
    only_trusted: Annotated[
        bool, typer.Option("--only-trusted", metavar="", help="Take no others, show no page, give no hints.")
    ] = False,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="Whose pages may ask, as https://shop.example; may be repeated."),
    ] = None,
    jwks: Annotated[str | None, flag("JWKS", "FILE|URL", "Keys that tokens are signed with.")] = None,
    audience: Annotated[str | None, flag("AUDIENCE", "NAME", "The `aud` of tokens for us.")] = None,
    issuer: Annotated[str | None, flag("ISSUER", "NAME", "The `iss` of tokens, if only one.")] = None,
    skew: Annotated[int, flag("SKEW", "S", "By which clocks may differ.", least=0)] = 30,
    keys: Annotated[Path | None, flag("KEYS", "FILE", "API keys, see `sharegraph keys`.")] = None,
    calendar: Annotated[Path | None, flag("CALENDAR", "FILE", "Time zone and festivals, as TOML.")] = None,
    purposes: Annotated[
        str | None, flag("PURPOSES", "A,B,…", "What may be asked for, in one word each; see docs/tokens.md.")
    ] = None,
    k: Annotated[int, flag("K", "N", "The fewest people that analysts are told of together.", least=1)] = 10,
    allow_small_k: Annotated[
        bool, typer.Option("--allow-small-k", metavar="", help="Let --k be less than 10.")
    ] = False,
    privacy: Annotated[
        Path | None, flag("PRIVACY", "FILE", "Tell counts of people with noise; what was told is kept there.")
    ] = None,
    privacy_budget: Annotated[
        float, flag("PRIVACY_BUDGET", "E", "What each caller may spend of ε.", least=0.001)
    ] = 5.0,
    consent_default: ConsentDefault = None,
    currency: Currency = None,
    rates: PerUnit = None,
) -> None:
    """Serve the GraphQL API, with GraphiQL for browsers.

    /graphql answers, /healthz and /readyz tell how it is, /metrics counts. Who asks sends a bearer token: an
    API key (--keys) or a JSON Web Token (--jwks and --audience). With --dev nobody is asked who they are, and
    it listens on this machine only. Logs go to stderr, one JSON object a line.

    [bold]Example[/bold]

        sharegraph serve --dev --port 8000 --store sqlite:///shop.db
    """
    from api.certificate import Certificate
    from api.serve import run
    from api.settings import Settings
    from graph.campaign.rates import Rates
    from graph.suggest import Cap, Order

    settings = Settings(
        store=everywhere.store,
        host=host,
        port=port,
        certificate=Certificate.said(tls_cert, tls_key),
        workers=workers,
        dev=dev,
        seed=seed,
        request_seconds=request_seconds,
        body_bytes=body_bytes,
        shutdown_seconds=shutdown_seconds,
        subscriptions=subscriptions,
        slowest=slowest_reader,
        rates=Rates.parse(currency, rates),
        trusted=_trusted(trusted, only=only_trusted),
        origins=frozenset(allow_origin or ()),
        jwks=jwks,
        audience=audience,
        issuer=issuer,
        skew=skew,
        keys=keys,
        purposes=frozenset(filter(None, (word.strip() for word in (purposes or "").split(",")))),
        k=k,
        small_k=allow_small_k,
        audit=everywhere.audit,
        privacy=privacy,
        budget=privacy_budget,
        calendar=_calendar(calendar),
        consenting=None if consent_default is None else consent_default is OnOff.ON,
        answer_days=answer_days,
        cap=Cap.said(often, rest_days, in_a_row),
        order=Order(diversity, calibration, exploration, coverage),
    )
    settings.check()
    if free_port(host, port) is None:
        fail(f"{host}:{port} is taken, or cannot be listened on; --port names another")
    run(settings)


def _calendar(file: Path | None) -> "Calendar | None":
    from tomllib import TOMLDecodeError, loads

    from graph.errors import InvalidInput
    from graph.scene import Calendar

    if file is None:
        return None
    try:
        return Calendar.of(loads(file.read_text("utf-8")))
    except (TOMLDecodeError, UnicodeDecodeError) as unreadable:
        raise InvalidInput(f"{file} is no TOML: {unreadable}") from None


def _trusted(file: Path | None, *, only: bool) -> "Trusted":
    from api.trusted import OPEN, Trusted
    from graph.errors import InvalidInput

    if file is None:
        if only:
            raise InvalidInput("--only-trusted needs --trusted FILE; `sharegraph trust` makes one")
        return OPEN
    return Trusted.read(file.read_bytes(), only=only)
