"""The command that says what is wrong."""

import typer

from api.cli.command import FAILURE, Everywhere


def doctor(everywhere: Everywhere) -> None:
    """What is wrong with the data or the set-up, and the way out.

    Exits with 1 where something fails; warnings are for a person to weigh.
    """
    from api.cli.checks import findings
    from api.cli.tables import examination

    found = findings(everywhere.store)
    verdict = max((finding.verdict for finding in found), key=("ok", "warn", "fail").index)
    said = [
        {"check": f.check, "verdict": f.verdict, "finding": f.says, "remedy": f.remedy or None} for f in found
    ]
    everywhere.tell({"verdict": verdict, "findings": said}, lambda: examination(said))
    if verdict == "fail":
        raise typer.Exit(FAILURE)
