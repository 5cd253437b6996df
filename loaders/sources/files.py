"""Which files a SOURCE means: a file itself, those of a folder that belong to the format, or stdin."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from graph.errors import UnreadableSource
from loaders.sources.records import Travelled
from loaders.sources.streams import STDIN


def files_of(
    sources: Sequence[str], belongs: Callable[[Path], bool], sort: str, *, deep: bool = False
) -> list[str]:
    """The files of all sources, a folder's in the order of their paths.

    belongs: tells which files of a folder are meant; a file named outright always is. deep: folders in
    folders too. sort: what belongs, in words. UnreadableSource where there is no such file, or none in a
    folder.
    """
    files: list[str] = []
    for source in sources:
        path = Path(source)
        if source == STDIN or (path.exists() and not path.is_dir()):
            files.append(source)
        elif path.is_dir():
            files.extend(_in_folder(path, belongs, sort, deep=deep))
        else:
            raise UnreadableSource(f"{source}: no such file or folder")
    return files


def _in_folder(folder: Path, belongs: Callable[[Path], bool], sort: str, *, deep: bool) -> Iterator[str]:
    try:
        inside = sorted(path for path in (folder.rglob("*") if deep else folder.iterdir()) if path.is_file())
    except OSError as error:
        raise UnreadableSource(f"{folder}: {error.strerror or error}") from error
    meant = [str(path) for path in inside if not path.name.startswith((".", "_")) and belongs(path)]
    if not inside:
        raise UnreadableSource(f"{folder}: there is no file in this folder")
    if not meant:
        raise UnreadableSource(f"{folder}: of what is in this folder nothing is {sort}")
    yield from meant


def unzipped_name(file: str | Path) -> str:
    """A file's name without its folder and `.gz`.

    >>> unzipped_name("log/events.csv.gz")
    'events.csv'
    """
    return Path(file).name.removesuffix(".gz")


def travelled_of(files: Sequence[str]) -> Travelled:
    """Nothing read yet of all their bytes; the total is not known where one is no plain file."""
    paths = [Path(file) for file in files]
    if not all(path.is_file() for path in paths):
        return Travelled()
    return Travelled(total=sum(path.stat().st_size for path in paths))
