"""What takes from a score, on shops of a few products."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.events import Product, Verdict
from graph.suggest import Answer, Ask, FeedbackReason, Shelf, suggest
from graph.suggest.doubts import DISMISSED, HELD_BACK, SAME_CATEGORY
from graph.ties import ties
from tests.toy import snapshot

CATALOGUE = [
    Product("tent", category="tents"),
    Product("dome", category="tents"),
    Product("bag", category="bags"),
    Product("mug", category="mugs"),
    Product("cup", category="mugs"),
]
ALL = "a>:tent b>:dome c>:bag d>:mug e>:cup a~bea b~bea c~bea d~bea e~bea"


def answered(
    told: str, person: str = "bea"
) -> tuple[dict[str, float], dict[str, list[FeedbackReason]], Answer]:
    taken = snapshot(told, catalogue=CATALOGUE)
    on_shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))
    (found,) = suggest(on_shelf, [Ask(taken.people.row(person))], limit=10)
    keys = taken.products.keys
    score = {keys[one.product]: one.score for one in found.suggestions}
    why = {
        keys[one.product]: [reason for reason in one.reasons if isinstance(reason, FeedbackReason)]
        for one in found.suggestions
    }
    return score, why, found


def test_what_is_of_the_category_of_something_not_wanted_loses_a_little_and_says_why():
    before, _, _ = answered(ALL)
    after, why, _ = answered(f"{ALL} bea.not_interested:tent")
    assert "tent" not in after
    assert after["dome"] == pytest.approx(before["dome"] * (1 - HELD_BACK * SAME_CATEGORY))
    assert after["bag"] == pytest.approx(before["bag"])
    (reason,) = why["dome"]
    assert reason.verdict is Verdict.NOT_INTERESTED
    assert reason.weight == pytest.approx(after["dome"] - before["dome"])
    assert why["bag"] == why["mug"] == []


def test_of_more_than_are_heard_what_was_dismissed_last_counts():
    many = " ".join(f"bea.not_interested:n{i:02d}" for i in range(2 * DISMISSED))
    before, _, _ = answered(f"{many} {ALL}")
    after, why, _ = answered(f"{many} {ALL} bea.not_interested:tent")
    assert after["dome"] < before["dome"] * 0.95
    assert [reason.verdict for reason in why["dome"]] == [Verdict.NOT_INTERESTED]


def test_what_the_same_people_chose_loses_more():
    chosen = " ".join(f"u{n}$bag u{n}$cup" for n in range(20))
    after, why, _ = answered(f"{ALL} {chosen} bea.not_interested:bag")
    before, _, _ = answered(f"{ALL} {chosen}")
    assert after["cup"] < before["cup"] * (1 - HELD_BACK * SAME_CATEGORY)
    assert [reason.weight < 0 for reason in why["cup"]] == [True]
    assert why["mug"] == []


def test_a_verdict_taken_back_takes_nothing():
    cleared, why, _ = answered(f"{ALL} bea.not_interested:tent bea.clear:tent")
    assert cleared == pytest.approx(answered(ALL)[0], rel=1e-4)
    assert not any(why.values())


def test_what_is_liked_raises_what_is_like_it_until_that_is_taken_back():
    chosen = " ".join(f"u{n}$bag u{n}$cup" for n in range(20))
    before, _, _ = answered(f"{ALL} {chosen}")
    liked, _, _ = answered(f"{ALL} {chosen} bea.like:bag")
    cleared, _, _ = answered(f"{ALL} {chosen} bea.like:bag bea.clear:bag")
    assert liked["cup"] > before["cup"] * 1.01
    assert cleared == pytest.approx(before, rel=1e-4)


def test_what_is_liked_does_not_speak_for_itself():
    """It may still be suggested, with what was said for it before."""
    took = " ".join(f"u{n}$tent u{n}$bag u{n}$cup" for n in range(60))
    before, _, _ = answered(f"{ALL} {took} bea.view:tent")
    after, _, found = answered(f"{ALL} {took} bea.view:tent bea.like:cup")
    assert after["mug"] > before["mug"] * 1.01
    assert after["cup"] == pytest.approx(before["cup"], rel=1e-4)
    cup = next(one for one in found.suggestions if one.score == after["cup"])
    assert not any(cup.product in getattr(reason, "because", ()) for reason in cup.reasons)


def test_only_who_said_it_is_held_back_from_it():
    _, why, _ = answered(f"{ALL} a~cy b~cy bea.not_interested:tent", "cy")
    assert not any(why.values())


@given(st.sets(st.sampled_from(["tent", "dome", "bag", "mug", "cup"]), max_size=4), st.integers(0, 6))
def test_a_score_is_the_sum_of_its_reasons_and_a_doubt_leaves_at_least_half(unwanted: set[str], buyers: int):
    chosen = " ".join(f"u{n}$tent u{n}$dome u{n}$cup" for n in range(buyers))
    said = " ".join(f"bea.not_interested:{product}" for product in sorted(unwanted))
    before, _, _ = answered(f"{ALL} {chosen}")
    after, _, found = answered(f"{ALL} {chosen} {said}")
    assert after.keys() == before.keys() - unwanted
    for one in found.suggestions:
        assert one.score == pytest.approx(sum(reason.weight for reason in one.reasons), abs=1e-12)
    for product, score in after.items():
        assert (1 - HELD_BACK) * before[product] * 0.999 <= score <= before[product] * 1.001
