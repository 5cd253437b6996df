"""What every command takes, and how it ends.

A command is a function of `Everywhere` and of arguments of its own; `command` makes Typer's parameters of
both. It ends in one of these ways: 0 when it did what was asked; 1 with a sentence on stderr when it could
not; 2 with a sentence when it was asked wrongly; 130 at Ctrl-C; 141, and silence, when nobody reads its
output any more. A traceback is printed only under `--debug`.
"""

import inspect
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from graph.errors import InvalidInput, SharegraphError

if TYPE_CHECKING:
    from rich.table import Table

STORE = "sqlite:///sharegraph.db"
FAILURE, MISUSE, INTERRUPTED, UNREAD = 1, 2, 130, 141

EVERY = "Options of every command"

Store = Annotated[
    str,
    typer.Option(
        envvar="SHAREGRAPH_STORE",
        metavar="URL",
        help="Where the log is kept: sqlite:///FILE or neo4j://USER:PASSWORD@HOST:PORT.",
        rich_help_panel=EVERY,
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        envvar="SHAREGRAPH_KEY_FILE",
        metavar="FILE",
        help="Secrets that seal names, regions and attributes on disk; see `keys secret`.",
        rich_help_panel=EVERY,
    ),
]
Audit = Annotated[
    Path | None,
    typer.Option(
        "--audit",
        envvar="SHAREGRAPH_AUDIT",
        metavar="FILE",
        help="Puts on record who asks what about whom; without, nothing is.",
        rich_help_panel=EVERY,
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json", metavar="", help="Print JSON, with the names of the GraphQL API.", rich_help_panel=EVERY
    ),
]
Debug = Annotated[
    bool,
    typer.Option(
        "--debug", metavar="", help="Where something fails, print the traceback.", rich_help_panel=EVERY
    ),
]


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What every command is told: the store's URL, whether JSON is wanted, whether a fault is looked for, and
    the audit log, where one is kept.
    """

    store: str
    json: bool = False
    debug: bool = False
    audit: Path | None = None

    def say(self, thing: "Table | str") -> None:
        """Print a sentence or a table at once; nothing where JSON is wanted."""
        from api.cli.printing import drawn

        if not self.json:
            sys.stdout.write(drawn(thing))
            sys.stdout.flush()

    def tell(self, answer: Mapping[str, Any], shown: "Callable[[], Table | str]") -> None:
        """Print an answer: as JSON where that was asked for, else what `shown` makes of it."""
        from api.cli.printing import as_json, drawn

        sys.stdout.write(as_json(answer) if self.json else drawn(shown()))


def command(run: Callable[..., None]) -> Callable[..., None]:
    """A command as Typer takes it. run: takes an `Everywhere`, then parameters of its own."""

    @wraps(run)
    def ran(
        *, store: str, key_file: Path | None, audit: Path | None, as_json: bool, debug: bool, **own: Any
    ) -> None:
        if key_file is not None:
            # For the processes that this one starts too.
            os.environ["SHAREGRAPH_KEY_FILE"] = str(key_file)
        everywhere = Everywhere(store, as_json, debug, audit)
        if debug:
            _legible(own)
            run(everywhere, **own)
            return
        _hush(logging.getLogger("neo4j"))
        try:
            _legible(own)
            run(everywhere, **own)
            sys.stdout.flush()
        except BrokenPipeError:
            _unread()
        except (typer.Exit, typer.TyperException):
            raise
        except BaseException as error:  # noqa: BLE001 - the person at the terminal gets a sentence
            _end(error)

    own = list(inspect.signature(run, eval_str=True).parameters.values())[1:]
    everywhere = [
        inspect.Parameter("store", inspect.Parameter.KEYWORD_ONLY, default=STORE, annotation=Store),
        inspect.Parameter("key_file", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=KeyFile),
        inspect.Parameter("audit", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Audit),
        inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Json),
        inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug),
    ]
    named = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    ran.__dict__["__signature__"] = inspect.Signature([*named, *everywhere])
    return ran


def _legible(own: Mapping[str, Any]) -> None:
    """InvalidInput where a word is no text: what a terminal sends in another encoding names nobody. The name
    of a file may be any bytes.
    """
    for name, said in own.items():
        for word in said if isinstance(said, list | tuple) else [said]:
            if isinstance(word, str) and not word.isascii():
                try:
                    word.encode()
                except UnicodeEncodeError:
                    raise InvalidInput(f"{name}: {word!a} is no text in UTF-8") from None


def _hush(driver: logging.Logger) -> None:
    """What a driver warns of goes into a server's log, and where there is none to nobody's terminal."""
    if not driver.handlers:
        driver.addHandler(logging.NullHandler())


def _end(error: BaseException) -> NoReturn:
    """Turn whatever stopped a command into a sentence and an exit code."""
    match error:
        case KeyboardInterrupt():
            fail("stopped", INTERRUPTED)
        case typer.Abort():
            fail("nothing was done")
        case InvalidInput():
            fail(str(error), MISUSE)
        case SharegraphError():
            fail(str(error))
        case OSError():
            fail(f"{error.filename or 'the system'}: {error.strerror or error}")
        case Exception():
            fail(f"{type(error).__name__}: {error}. This is a fault of ours: --debug shows where")
    raise error


def flowing(text: str) -> str:
    r"""A docstring as help: each paragraph on one line, for the terminal to break; examples stay as they are.

    >>> flowing("One.\n\n    Two goes\n    on.\n\n        example")
    'One.\n\nTwo goes on.\n\n[cyan]    example[/]'
    """
    paragraphs = inspect.cleandoc(text).split("\n\n")
    # Typer takes away the indent that all paragraphs but the first share; before a tag there is none.
    return "\n\n".join(f"[cyan]{p}[/]" if p.startswith("    ") else " ".join(p.split()) for p in paragraphs)


def fail(sentence: str, code: int = FAILURE) -> NoReturn:
    """End with a sentence on stderr."""
    complain(sentence)
    raise typer.Exit(code)


def complain(sentence: str) -> None:
    """Say on stderr what is wrong, in at most two lines."""
    lines = [line for line in map(str.strip, sentence.splitlines()) if line][:2]
    if lines:
        with suppress(OSError):
            sys.stderr.write("sharegraph: " + "\n  ".join(lines) + "\n")
            sys.stderr.flush()


def _unread() -> NoReturn:
    """End as `cat` does under `| head`; what Python would still flush goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise typer.Exit(UNREAD)
