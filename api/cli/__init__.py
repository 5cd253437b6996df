"""The command `sharegraph`: the library's functions and the API's questions, typed into a terminal.

Nothing heavy is imported before a command runs, so `--help` answers at once. What a question prints is the
answer of a GraphQL document (api/cli/questions.py): `--json` prints it, the tables are made from it.
"""

from collections.abc import Sequence

import typer

from api.cli.answers import answers
from api.cli.asking import cascades, communities, kols, suggest
from api.cli.auditing import COMMANDS as AUDITING
from api.cli.command import MISUSE, command, complain, flowing
from api.cli.demo import demo
from api.cli.doctor import doctor
from api.cli.effect import effect
from api.cli.evaluate import COMMANDS as EVALUATIONS
from api.cli.helping import Command, Group
from api.cli.keeping import (
    backup,
    before_any_command,
    compact,
    export,
    export_roles,
    export_schema,
    forget,
    version,
)
from api.cli.keys import COMMANDS as KEYS
from api.cli.kfactor import kfactor
from api.cli.loading import generate, load
from api.cli.secrets import COMMANDS as SECRETS
from api.cli.seeds import seeds, spread
from api.cli.serving import serve
from api.cli.sharing import audience, recipients
from api.cli.trackrecord import track_record
from api.cli.trust import trust
from api.cli.warm import warm

app = typer.Typer(
    name="sharegraph",
    cls=Group,
    help="Friend suggestions and KOL candidates from a shop's share log.",
    epilog="Begin with [bold]sharegraph demo[/bold]. Each command tells more: sharegraph load --help",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.callback()(before_any_command)

PANELS = {
    "Bring a log in": (demo, generate, load),
    "Ask": (
        suggest,
        recipients,
        audience,
        kols,
        cascades,
        kfactor,
        communities,
        effect,
        seeds,
        spread,
        answers,
        track_record,
    ),
    "Serve and look after": (
        serve,
        trust,
        warm,
        doctor,
        backup,
        export,
        forget,
        compact,
        export_schema,
        export_roles,
        version,
    ),
}

evaluate = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode="rich")
audit = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode="rich")
keys = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode="rich")

for _group, _panel, _commands in (
    *((app, panel, commands) for panel, commands in PANELS.items()),
    (evaluate, "How good is it", EVALUATIONS),
    (keys, "API keys", KEYS),
    (keys, "Names on disk", SECRETS),
    (audit, "The audit log", AUDITING),
):
    for _run in _commands:
        _name = _run.__name__.strip("_").replace("_", "-")
        _help = flowing(_run.__doc__ or "")
        _group.command(_name, cls=Command, help=_help, rich_help_panel=_panel)(command(_run))

app.add_typer(
    keys,
    name="keys",
    help="API keys for the services that may ask, and secrets that seal names on disk.",
    rich_help_panel="Serve and look after",
)
app.add_typer(
    audit,
    name="audit",
    help="The audit log: who asked what about whom.",
    rich_help_panel="Serve and look after",
)
app.add_typer(
    evaluate,
    name="evaluate",
    help="How good the answers are, on a log you have, beside what others would say.",
    rich_help_panel="Ask",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code (api.cli.command says which there are)."""
    try:
        return app(args=arguments, prog_name="sharegraph", standalone_mode=False) or 0
    except typer.TyperException as misuse:
        # Whatever a type of ours says is quoted with the name of the exception before it; choices take a
        # line each, of which `complain` would show one.
        complain(" ".join(misuse.format_message().replace("Value error, ", "").split()))
        return getattr(misuse, "exit_code", MISUSE)
    except KeyboardInterrupt:
        return 130
