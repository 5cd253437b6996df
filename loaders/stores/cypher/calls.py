"""Calls under idempotency keys, in a graph: `(:Call)` nodes that nothing leads to and no version counts.

graph.calls has the law.
"""

from graph.calls import Call, answered, oldest_kept, too_many
from loaders.stores.cypher.ask import Ask

_UNANSWERED = "MATCH (c:Call {key: $key}) WHERE c.content = $content AND c.answer IS NULL"


def begin(ask: Ask, key: bytes, content: bytes, at: int, token: bytes) -> Call | None:
    """Begin a call; None where it is the caller's to make, else the one that stands there. token: of this
    attempt, by which it knows the call that it began itself, should nobody have told it so.
    """
    standing = _standing(ask, key, but=token)
    if standing is not None and not standing.given_up(at) and standing.at > oldest_kept(at):
        return standing
    _make_room(ask, at)
    ask(
        "MERGE (c:Call {key: $key}) SET c.content = $content, c.at = $at, c.token = $token "
        "REMOVE c.answer, c.room",
        key=key.hex(),
        content=content,
        at=at,
        token=token,
    )
    return None


def answer(ask: Ask, key: bytes, content: bytes, sealed: bytes) -> bytes:
    """Keep what a call was answered; what is kept, should somebody else have answered it before."""
    ask(
        f"{_UNANSWERED} SET c.answer = $sealed, c.room = $room",
        key=key.hex(),
        content=content,
        sealed=sealed,
        room=len(sealed),
    )
    return answered(_standing(ask, key), content) or sealed


def drop(ask: Ask, key: bytes, content: bytes) -> None:
    """A call that was begun was not made."""
    ask(f"{_UNANSWERED} DELETE c", key=key.hex(), content=content)


def take_out(ask: Ask) -> None:
    """Keep none of them: any may have named whoever is forgotten."""
    ask("MATCH (c:Call) DELETE c")


def _standing(ask: Ask, key: bytes, but: bytes = b"") -> Call | None:
    """The call under a key; None for one that was begun with this token."""
    rows = ask(
        "MATCH (c:Call {key: $key}) WHERE coalesce(c.token <> $but, true) RETURN c.content, c.at, c.answer",
        key=key.hex(),
        but=but,
    )
    return Call(*rows[0]) if rows else None


def _make_room(ask: Ask, at: int) -> None:
    ask("MATCH (c:Call) WHERE c.at <= $oldest DELETE c", oldest=oldest_kept(at))
    ((calls, room),) = ask("MATCH (c:Call) RETURN count(c), coalesce(sum(c.room), 0)")
    gone = too_many(calls, room)
    if gone:
        ask("MATCH (c:Call) WITH c ORDER BY c.at LIMIT $gone DELETE c", gone=gone)
