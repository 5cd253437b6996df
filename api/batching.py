"""Questions of one request that are answered together.

Fields that ask for suggestions, or for recipients, however many and however deep, wait for each other and
become one call of the domain, which reads memory only.
"""

import asyncio
from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from graph.analysis import Analysis
from graph.recipients import Recipient
from graph.recipients import recipients as recipients_of
from graph.suggest import Answer, Ask, suggest

FEW = 2
"""So many asks take less time than handing them to another thread would be worth."""

Asked = tuple[Ask, int]
"""Whom to answer, and how many suggestions are wanted at the most."""


def suggestions(analysis: Analysis) -> DataLoader[Asked, Answer]:
    """What answers asks from one analysis, those of one tick in one batch.

    The first n suggestions for a larger limit are the suggestions for limit n, so a batch has the largest of
    its limits, and each answer is cut to its own.
    """

    async def batch(asked: list[Asked]) -> list[Answer]:
        limit = max(wanted for _, wanted in asked)
        asks = [ask for ask, _ in asked]
        if len(asks) <= FEW:
            answers = suggest(analysis.shelf, asks, limit=limit)
        else:
            answers = await asyncio.to_thread(suggest, analysis.shelf, asks, limit=limit)
        return [
            Answer(answer.suggestions[:wanted], answer.dropped)
            for answer, (_, wanted) in zip(answers, asked, strict=True)
        ]

    return DataLoader(batch)


Sharing = tuple[int, int, int]
"""Who would share what, and how many recipients are wanted at the most."""


def recipients(analysis: Analysis) -> DataLoader[Sharing, Sequence[Recipient]]:
    """What answers who would open it from one analysis, those of one tick in one batch; cut as suggestions
    are.
    """

    def batch_of(asked: list[Sharing]) -> list[Sequence[Recipient]]:
        limit = max(wanted for _, _, wanted in asked)
        questions = [(sharer, product) for sharer, product, _ in asked]
        found = recipients_of(analysis.sharing, questions, limit=limit)
        return [listed[:wanted] for listed, (_, _, wanted) in zip(found, asked, strict=True)]

    async def batch(asked: list[Sharing]) -> list[Sequence[Recipient]]:
        # The first to ask waits for the model to be learned, and nobody else does.
        return await asyncio.to_thread(batch_of, asked)

    return DataLoader(batch)
