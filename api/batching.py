"""Questions of one request that are answered together.

Fields that ask for suggestions, however many and however deep, wait for each other and become one call of the
domain, which reads memory only.
"""

import asyncio

from strawberry.dataloader import DataLoader

from graph.analysis import Analysis
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
