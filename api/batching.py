"""Questions of one request that are answered together.

Fields that ask for suggestions, or for recipients, however many and however deep, wait for each other and
become one batch, which reads memory only, and ends in the middle once the request is over.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from strawberry.dataloader import DataLoader

from graph.analysis import Analysis
from graph.recipients import Recipient
from graph.recipients import recipients as recipients_of
from graph.stop import Stop
from graph.suggest import Answer, Ask, suggest

T = TypeVar("T")

FEW = 2
"""So many asks take less time than handing them to another thread would be worth."""

Asked = tuple[Ask, int]
"""Whom to answer, and how many suggestions are wanted at the most."""

Answering = Callable[[Callable[[Stop], list[T]]], Awaitable[list[T]]]
"""Has something computed in a thread, as long as its request lasts."""


def suggestions(analysis: Analysis, answering: Answering[Answer]) -> DataLoader[Asked, Answer]:
    """What answers asks from one analysis, those of one tick in one batch.

    The first n suggestions for a larger limit are the suggestions for limit n, so a batch has the largest of
    its limits, and each answer is cut to its own.
    """

    async def batch(asked: list[Asked]) -> list[Answer]:
        limit = max(wanted for _, wanted in asked)
        asks = [ask for ask, _ in asked]
        ask_all = partial(suggest, analysis.shelf, asks, limit=limit)
        answers = ask_all() if len(asks) <= FEW else await answering(lambda stop: ask_all(stop=stop))
        return [
            Answer(answer.suggestions[:wanted], answer.dropped)
            for answer, (_, wanted) in zip(answers, asked, strict=True)
        ]

    return DataLoader(batch)


Sharing = tuple[int, int, int]
"""Who would share what, and how many recipients are wanted at the most."""


def recipients(
    analysis: Analysis, answering: Answering[Sequence[Recipient]]
) -> DataLoader[Sharing, Sequence[Recipient]]:
    """What answers who would open it from one analysis, those of one tick in one batch; cut as suggestions
    are.
    """

    async def batch(asked: list[Sharing]) -> list[Sequence[Recipient]]:
        limit = max(wanted for _, _, wanted in asked)
        questions = [(sharer, product) for sharer, product, _ in asked]
        found = await answering(
            lambda stop: [*recipients_of(analysis.sharing, questions, limit=limit, stop=stop)]
        )
        return [listed[:wanted] for listed, (_, _, wanted) in zip(found, asked, strict=True)]

    return DataLoader(batch)
