"""Secrets that seal names, regions and attributes on disk: made, rotated, retired, and given up."""

from api.cli.command import Everywhere


def secret(everywhere: Everywhere) -> None:
    """Make a secret that seals names, regions and attributes on disk.

    With --key-file it goes to that file, which nobody but its owner may open; without, it is printed, for
    SHAREGRAPH_KEY. Keep a copy where the store's backups are not: without it what was sealed is lost.

    [bold]Example[/bold]

        sharegraph keys secret --key-file shop.key
    """
    from loaders.sealing import Secret
    from loaders.secretfile import file_given

    file = file_given()
    if file is None:
        made = Secret.new()
        everywhere.tell({"secret": made.text, "id": made.id}, lambda: made.text)
        return
    made = file.make()
    shown = (
        f"{file.path} holds the secret {made.id}. From now on give it to every command that opens the store; "
        "`sharegraph keys rotate` seals what is there."
    )
    everywhere.tell({"file": str(file.path), "id": made.id}, lambda: shown)


def rotate(everywhere: Everywhere) -> None:
    """Bring names, regions and attributes under a newer secret, while the store is served and written to.

    A store that was plain is sealed under the secret that is there; else a newer one is added to the file
    first. Stopped half-way, it is simply run again. What was there before stays in free pages until
    `compact`.

    [bold]Example[/bold]

        sharegraph keys rotate --key-file shop.key --store sqlite:///shop.db
    """
    from loaders.rotation import rotate

    done = rotate(everywhere.store)
    shown = (
        f"{done.store} is under the secret {done.secret}{', which is new' if done.added else ''}: "
        f"{done.values:,} values were sealed anew. `sharegraph compact` writes over what they were before."
    )
    told = {"store": done.store, "secret": done.secret, "added": done.added, "values": done.values}
    everywhere.tell(told, lambda: shown)


def retire(everywhere: Everywhere) -> None:
    """Drop the secrets that nothing in the store is under any more.

    A backup from before the last rotation opens only with them: keep a copy of the file beside it, or let it
    go.
    """
    from loaders.rotation import retire

    dropped = retire(everywhere.store)
    shown = f"Earlier secrets dropped: {dropped}." if dropped else "There is no earlier secret."
    everywhere.tell({"dropped": dropped}, lambda: shown)


def unseal(everywhere: Everywhere) -> None:
    """Bring names, regions and attributes back to plain text, while the store is served and written to.

    Stopped half-way, it is simply run again. From then on nobody needs the secrets but for earlier backups;
    the store stays plain, whoever is given them, until `keys rotate`.

    [bold]Example[/bold]

        sharegraph keys unseal --key-file shop.key --store sqlite:///shop.db
    """
    from loaders.rotation import unseal

    values = unseal(everywhere.store)
    shown = f"Plain text again: {values:,} values were sealed." if values else "There is nothing sealed."
    everywhere.tell({"values": values}, lambda: shown)


COMMANDS = (secret, rotate, retire, unseal)
