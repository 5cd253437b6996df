"""What is served, judged as of each later choice: what is known then, what is asked, and who is ahead."""

import numpy as np
import pytest

from api.cli.evaluate.moments import drawn, shown, told
from graph.errors import InvalidInput
from graph.evaluate.moments import BEST, POPULARITY, SERVED, START, WITHOUT, Evaluation, evaluate, friendless
from graph.suggest import Ask, Shelf, suggest
from graph.ties import strengths
from tests.toy import events, log_of, snapshot

CROWD = " ".join(f"c{i}$p{(i * j) % 15}" for i in range(40) for j in range(1, 4))


@pytest.fixture(scope="module")
def found() -> Evaluation:
    """Everybody opens, within the hour, what their one friend shared; thirty of them after the cut."""
    ties = " ".join(f"a{i}>b{i}:old" for i in range(30))
    news = " ".join(f"@{10 + i}d a{i}>:n{i % 3} @{10 + i}.02d a{i}>b{i}:n{i % 3}" for i in range(30))
    return evaluate(log_of(events(f"c1$n0 c2$n1 c3$n2 {CROWD} {ties} {news}")), train_share=0.85)


def test_what_a_friend_shared_within_the_hour_is_foretold_and_only_by_ties(found: Evaluation):
    assert found.models[f"{SERVED}-news"].figures["recall@5"].value == 1
    assert found.models[SERVED].figures["recall@5"].value == 1
    assert found.friends["all"]["ndcg@10"].by.value > 0
    assert found.ahead[POPULARITY]["ndcg@10"].p < 0.05


def test_every_choice_is_of_something_new_and_everybody_counts_once(found: Evaluation):
    assert found.choices == found.products == found.people["all"]
    assert sum(found.people.values()) == 2 * found.people["all"]
    assert not found.untold
    assert {SERVED, WITHOUT, BEST, START, POPULARITY} <= set(found.models)
    assert "page" in found.silent
    assert not {f"{SERVED}-{name}" for name in found.silent} & set(found.models)


def test_what_could_not_be_shown_is_counted_by_why_and_not_asked_about():
    """Bea had the tea, nobody ever touched the lamp, and of the jug dan had heard from nobody."""
    told = f"{CROWD} e$jug ana>bea:tea dan$p1 @9d bea$tea @9.1d bea$lamp @9.2d ana>:mug @9.3d ana>bea:mug"
    some = evaluate(log_of(events(told)), train_share=123 / 126)
    assert dict(some.barred) == {"seen": 1, "unavailable": 1}
    assert (some.choices, some.untold) == (1, 0)


def test_people_count_once_however_much_they_chose():
    """Bea's two choices are foretold, cy's one is not."""
    told = f"{CROWD} ana>bea:tea cy$p1 e$jug @9d ana>:n0 ana>:n1 @9.1d ana>bea:n0 @9.2d ana>bea:n1 cy$jug"
    some = evaluate(log_of(events(told)), train_share=122 / 125)
    assert (some.people["all"], some.choices) == (2, 3)
    assert some.models[f"{SERVED}-news"].figures["recall@50"].value == pytest.approx(0.5)


def test_a_shelf_without_friends_hears_nobody():
    taken = snapshot("ana>bea:tea ana>:mug cy$tea")
    shelf = Shelf.of(taken, strengths(taken), np.zeros(len(taken.people), np.int32))
    bea = taken.people.row("bea")
    assert bea is not None
    assert shelf.hears(bea)[0].tolist() == [taken.people.row("ana")]
    assert not friendless(shelf).hears(bea)[0].size
    (heard,), (deaf,) = (suggest(one, [Ask(bea)], limit=5) for one in (shelf, friendless(shelf)))
    assert heard.suggestions[0].score > deaf.suggestions[0].score


def test_it_is_told_as_a_table_as_json_and_as_a_picture(found: Evaluation):
    assert told(found)["models"][SERVED]["ndcg@10"]["value"] == found.models[SERVED].figures["ndcg@10"].value
    assert set(told(found)["friends_add"]) == set(found.people)
    text = shown(found)
    assert "no source could tell" in text
    assert "What friends add" in text
    assert drawn(found).startswith("<svg")


def test_a_log_after_whose_cut_nothing_new_is_chosen_says_so():
    with pytest.raises(InvalidInput, match="could have been shown"):
        evaluate(log_of(events(f"{CROWD} cy$tea @9d cy$tea")), train_share=120 / 122)
