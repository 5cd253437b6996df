"""The documents that a server may be told to take, and no others."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.command import Everywhere


def trust(
    everywhere: Everywhere,
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="GraphQL documents, one in each file.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where they are gathered.")] = Path(
        "trusted.json"
    ),
) -> None:
    """Gather GraphQL documents into a file that `serve --trusted` takes.

    Each is checked against the schema first; nothing is written unless all are right. A client then sends
    `documentId`, as this prints it, in place of `query`.

    [bold]Example[/bold]

        sharegraph trust examples/frontend/*.graphql --out trusted.json

        sharegraph serve --trusted trusted.json --only-trusted --keys keys.json
    """
    from api.cost.allowance import UNBOUNDED
    from api.documents import Documents, Invalid
    from api.schema import core_schema
    from api.trusted import Trusted, id_of
    from graph.errors import InvalidInput

    documents, texts = Documents(core_schema), {}
    for file in files:
        try:
            texts[file] = file.read_text("utf-8")
        except OSError as unreadable:
            raise InvalidInput(f"{file} cannot be read: {unreadable.strerror}") from None
        except UnicodeDecodeError as unreadable:
            raise InvalidInput(f"{file} cannot be read: {unreadable}") from None
        document = documents.of(texts[file], UNBOUNDED)
        if isinstance(document, Invalid):
            error = document.errors[0]
            line = f":{error.locations[0].line}" if error.locations else ""
            raise InvalidInput(f"{file}{line}: {error.message}")
    out.write_bytes(Trusted.manifest(list(texts.values())))
    ids = {str(file): id_of(text) for file, text in texts.items()}
    everywhere.tell({"out": str(out), "documents": ids}, lambda: _listed(ids, out))


def _listed(ids: dict[str, str], out: Path) -> str:
    lines = [f"{id_}  {file}" for file, id_ in ids.items()]
    counted = "1 document is" if len(ids) == 1 else f"{len(ids):,} documents are"
    return "\n".join([*lines, f"{counted} in {out}"])
