"""What is suggested to whom, and why."""

import math
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from api.cli.loads import made_up
from api.sentences import sayings
from graph.analysis import Analysis
from graph.events import Consent, Event, Kind, Product, User, micros
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest import (
    BEST_FIRST,
    SOURCES,
    Alike,
    Answer,
    Ask,
    Blend,
    Context,
    FriendReason,
    InterestReason,
    LikenessReason,
    PeersReason,
    PopularityReason,
    Reason,
    Relation,
    RelationReason,
    RemainderReason,
    Shelf,
    Suggestion,
    explain,
    suggest,
)
from graph.suggest.explain import Language, Names, language
from graph.suggest.filters import Filter
from graph.suggest.proof import social_proof
from graph.ties import ties
from loaders.aside import log_of
from tests.toy import START, events, snapshot

CATALOGUE = [
    Product("tent", "two-person tent", "tents"),
    Product("dome", "dome tent", "tents"),
    Product("bag", "sleeping bag", "bags"),
    Product("tea", "green tea", "tea"),
    Product("mug", "enamel mug", "mugs"),
]


def shop(
    told: str | list[Event], *, catalogue: list[Product] = CATALOGUE, users: list[User] | None = None
) -> tuple[Snapshot, Shelf]:
    taken = snapshot(told, catalogue=catalogue, users=users or [])
    return taken, Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))


def answer(
    told: str, person: str | None, *, limit: int = 10, link: dict[str, str] | None = None
) -> tuple[Snapshot, Answer]:
    taken, on_shelf = shop(told)
    link = link or {}
    excluded = taken.products.keys.row(link.get("exclude", ""))
    context = Context(
        sharer=taken.people.row(link["sharer"]) if "sharer" in link else None,
        product=taken.products.keys.row(link["product"]) if "product" in link else None,
        exclude=frozenset() if excluded is None else frozenset({excluded}),
    )
    row = None if person is None else taken.people.row(person)
    return taken, suggest(on_shelf, [Ask(row, context)], limit=limit)[0]


def shown(told: str, person: str | None, **link: str) -> list[str]:
    taken, found = answer(told, person, link=link)
    return [taken.products.keys[suggestion.product] for suggestion in found.suggestions]


def test_what_a_friend_shared_is_suggested_with_the_friend_as_the_reason():
    taken, found = answer("ana>bea:tea ana>:mug", "bea")
    (first, *_) = found.suggestions
    (reason, *_) = first.reasons
    assert taken.products.keys[first.product] == "mug"
    assert isinstance(reason, FriendReason)
    assert (taken.people.keys[reason.friend], reason.action) == ("ana", Kind.SHARE)
    assert reason.share is not None
    assert taken.shares.ids[reason.share] == "ana/mug"


def test_a_closer_friend_outranks_a_more_distant_one():
    told = "ana>bea:tea ana>:tea ana>bea:tea cy>bea:tea  ana>:mug cy>:tent"
    assert shown(told, "bea")[:2] == ["mug", "tent"]


def test_two_friends_outrank_one():
    told = "ana>bea:tea cy>bea:tea dan>bea:tea  ana>:mug cy>:mug dan>:tent"
    assert shown(told, "bea")[:2] == ["mug", "tent"]


def test_an_older_share_of_the_same_friend_ranks_lower():
    assert shown("ana>bea:tea ana>:mug @60d ana>:tent", "bea")[:2] == ["tent", "mug"]


def test_what_people_of_like_taste_chose_is_suggested_without_any_tie():
    told = "ana$tea ana$mug bea$tea bea$mug cy$tea"
    taken, found = answer(told, "cy")
    mug = found.suggestions[0]
    assert taken.products.keys[mug.product] == "mug"
    assert any(isinstance(reason, InterestReason) for reason in mug.reasons)


def test_what_is_bought_after_a_tent_is_suggested_to_who_bought_a_tent():
    others = "".join(f" p{i}$tent p{i}$bag q{i}$tea" for i in range(12))
    taken, found = answer(others + " cy$tent", "cy")
    why = {type(reason): reason for reason in found.suggestions[0].reasons}
    assert taken.products.keys[found.suggestions[0].product] == "bag"
    complement = why[RelationReason]
    assert isinstance(complement, RelationReason)
    assert (complement.relation, taken.products.keys[complement.to]) == (Relation.COMPLEMENT, "tent")


def test_a_complement_is_directed_and_a_substitute_is_not():
    told = "".join(
        f" @{2 * i}d p{i}$tent p{i}$bag q{i}$tea r{i}.view:tent r{i}.view:dome s{i}.view:mug"
        for i in range(12)
    )
    taken, on_shelf = shop(told)
    row = {key: taken.products.keys.row(key) or 0 for key in ("tent", "bag", "dome")}
    assert [r.product for r in on_shelf.complements.related(row["tent"])] == [row["bag"]]
    assert list(on_shelf.complements.related(row["bag"])) == []
    assert [r.product for r in on_shelf.substitutes.related(row["tent"])] == [row["dome"]]
    assert [r.product for r in on_shelf.substitutes.related(row["dome"])] == [row["tent"]]


def test_somebody_of_whom_nothing_is_known_gets_what_is_popular():
    taken, found = answer("ana>bea:tea cy>dan:tea ana>:mug", None)
    assert [taken.products.keys[s.product] for s in found.suggestions] == ["tea", "mug"]
    assert all(isinstance(reason, PopularityReason) for s in found.suggestions for reason in s.reasons)


def test_a_stranger_on_a_link_is_answered_from_its_sharer_and_its_product():
    others = "".join(f" p{i}$tent p{i}$bag q{i}$tea q{i}$tea" for i in range(12))
    told = others + " ana>cy:tent ana>:mug"
    taken, found = answer(told, None, link={"sharer": "ana", "product": "tent"})
    by_key = {taken.products.keys[s.product]: s for s in found.suggestions}
    assert "tent" not in by_key
    assert type(by_key["mug"].reasons[0]) is FriendReason
    assert any(isinstance(reason, RelationReason) for reason in by_key["bag"].reasons)
    assert {taken.products.keys[s.product] for s in found.suggestions[:2]} == {"mug", "bag"}


CIRCLE = "cy>ana:tea cy>ana:bag dan>ana:tea ana>bea:tent ana$pot"
"""Cy's and Dan's shares reach Ana, who shares the tent."""


def company(taken: Snapshot, found: Answer) -> dict[str, set[tuple[str, Kind]]]:
    """What friends of the sharer did, by product."""
    said: dict[str, set[tuple[str, Kind]]] = {}
    for suggestion in found.suggestions:
        for reason in suggestion.reasons:
            if isinstance(reason, FriendReason) and reason.via is not None:
                assert not reason.named
                assert taken.people.keys[reason.via] == "ana"
                done = taken.people.keys[reason.friend], reason.action
                said.setdefault(taken.products.keys[suggestion.product], set()).add(done)
    return said


@pytest.mark.parametrize("stranger", [None, "new"])
def test_a_stranger_is_answered_from_the_sharers_circle_who_are_never_named(stranger: str | None):
    link = {"sharer": "ana", "product": "tent"}
    taken, found = answer(f"{CIRCLE} new.search", stranger, link=link)
    assert company(taken, found) == {
        "tea": {("cy", Kind.SHARE), ("dan", Kind.SHARE)},
        "bag": {("cy", Kind.SHARE)},
    }


def test_a_stranger_is_answered_from_what_the_sharer_stands_for_and_not_from_what_she_looked_at():
    others = "".join(f" p{i}$pot p{i}$pan q{i}$lamp q{i}$rug" for i in range(12))
    taken, found = answer(f"ana>bea:tent ana$pot ana.view:lamp {others}", None, link={"sharer": "ana"})
    because = {
        taken.products.keys[suggestion.product]: {taken.products.keys[row] for row in reason.because}
        for suggestion in found.suggestions
        for reason in suggestion.reasons
        if isinstance(reason, InterestReason)
    }
    assert because["pan"] == {"pot"}
    assert "rug" not in because


@pytest.mark.parametrize(("told", "person"), [("zoe>bea:mug", "bea"), ("bea.view:mug", "bea")])
def test_whoever_has_friends_or_a_history_is_answered_from_their_own(told: str, person: str):
    quiet = CIRCLE.replace(">bea:", ">:")
    taken, found = answer(f"{quiet} {told}", person, link={"sharer": "ana", "product": "tent"})
    assert company(taken, found) == {}


def test_a_sharer_who_is_not_to_be_named_has_no_circle():
    told = events(CIRCLE)
    no = replace(
        told[0], id="no", kind=Kind.CONSENT, user="ana", product=None, consent=Consent(named_to_friends=False)
    )
    taken, on_shelf = shop([*told, no])
    context = Context(sharer=taken.people.row("ana"), product=taken.products.keys.row("tent"))
    (found,) = suggest(on_shelf, [Ask(None, context)], limit=10)
    assert company(taken, found) == {}


def test_strangers_of_a_generated_shop_meet_a_circle_of_which_only_the_sharer_is_named(tmp_path: Path):
    made_up(tmp_path / "shop", users=300, events=6_000, seed=5, noise=0.0, shape="csv")
    analysis = Analysis.of(Snapshot.of(log_of([str(tmp_path / "shop")], "sharegraph")))
    shares, named = analysis.snapshot.shares, analysis.shelf.named
    links = [row for row in range(0, len(shares), 10) if named[shares.person[row]]]
    asks = [Ask(None, Context(int(shares.person[row]), int(shares.product[row]))) for row in links]
    met = 0
    for ask, found in zip(asks, suggest(analysis.shelf, asks, limit=20), strict=True):
        friends = [
            reason
            for suggestion in found.suggestions
            for reason in suggestion.reasons
            if isinstance(reason, FriendReason)
        ]
        assert {reason.friend for reason in friends if reason.named} <= {ask.context.sharer}
        met += any(reason.via == ask.context.sharer for reason in friends)
    assert met > len(asks) * 0.9


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ("bea$mug", "owned"),
        ("bea.not_interested:mug", "dismissed"),
        ("bea.already_owned:mug", "owned"),
        ("cy>bea:mug", "seen"),
        ("bea.exposure:mug @1d bea.exposure:mug @2d bea.exposure:mug", "tired"),
    ],
)
def test_each_filter_counts_what_it_drops(told: str, rule: str):
    taken, found = answer(f"ana>bea:tea ana>:mug {told}", "bea")
    assert "mug" not in {taken.products.keys[s.product] for s in found.suggestions}
    assert found.dropped[Filter(rule)] >= 1


def test_what_was_given_back_may_be_suggested_but_was_seen():
    _, found = answer("ana>bea:tea ana>:mug bea$mug=5 bea$mug=-5", "bea")
    assert found.dropped == {"seen": 2}


def test_what_a_friend_gave_back_says_nothing():
    given_back = answer("ana>bea:tea ana$mug=5#o ana$mug=-5#o", "bea")[1]
    assert given_back.suggestions == ()
    taken, on_shelf = shop("ana>bea:tea ana$mug=5#o ana$mug=-5#o")
    (proof,) = social_proof(on_shelf, taken.people.row("bea") or 0, [taken.products.keys.row("mug") or 0])
    assert proof.friends == 0


def test_a_verdict_taken_back_is_no_verdict():
    assert shown("ana>bea:tea ana>:mug bea.not_interested:mug", "bea") == []
    assert shown("ana>bea:tea ana>:mug bea.not_interested:mug bea.clear:mug", "bea") == ["mug"]


def test_what_is_out_of_stock_or_on_the_page_already_is_not_suggested():
    sold_out = [Product("mug", available=False)]
    taken, on_shelf = shop("ana>bea:tea ana>:mug ana>:tent", catalogue=sold_out)
    (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"))], limit=10)
    assert [taken.products.keys[s.product] for s in found.suggestions] == ["tent"]
    assert found.dropped == {"seen": 1, "unavailable": 1}
    assert shown("ana>bea:tea ana>:mug ana>:tent", "bea", exclude="mug") == ["tent"]


def test_what_nobody_touched_for_half_a_year_is_stale():
    _, found = answer("ana>bea:tea ana>:mug @200d ana>bea:tent", "bea")
    assert found.dropped == {"seen": 2, "stale": 1}


def test_a_product_pushed_by_bursts_no_person_can_make_is_not_suggested():
    burst = " ".join(f"@{i * 0.01}s spam>bot:mug" for i in range(30))
    taken, on_shelf = shop(f"{burst} @1h spam>:mug spam>bea:tea")
    (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"))], limit=10)
    assert found.suggestions == ()
    assert found.dropped == {"seen": 1, "noise": 1}


def test_somebody_who_allows_no_personal_answer_gets_none_and_speaks_to_nobody():
    from dataclasses import replace

    from graph.events import Consent

    told = events("ana>bea:tea ana>:mug cy>bea:tea cy>:tent")
    no = replace(told[-1], id="no", kind=Kind.CONSENT, product=None, consent=Consent(personalisation=False))
    silent_friend = snapshot([*told, replace(no, user="ana")])
    on_shelf = Shelf.of(silent_friend, ties(silent_friend), np.zeros(len(silent_friend.people), np.int32))
    (found,) = suggest(on_shelf, [Ask(silent_friend.people.row("bea"))], limit=10)
    assert [silent_friend.products.keys[s.product] for s in found.suggestions] == ["tent"]
    silent_self = snapshot([*told, replace(no, user="bea")])
    on_shelf = Shelf.of(silent_self, ties(silent_self), np.zeros(len(silent_self.people), np.int32))
    (found,) = suggest(on_shelf, [Ask(silent_self.people.row("bea"))], limit=10)
    assert {type(reason) for s in found.suggestions for reason in s.reasons} == {PopularityReason}


def test_the_first_of_many_are_the_answer_for_few():
    told = "ana>bea:tea " + " ".join(f"ana>:p{i}" for i in range(30))
    _, many = answer(told, "bea", limit=20)
    _, few = answer(told, "bea", limit=7)
    assert many.suggestions[:7] == few.suggestions


def test_the_eleventh_reason_is_gathered_into_the_tenth():
    told = " ".join(f"f{i}>bea:tea f{i}>:mug" for i in range(14))
    _, found = answer(told, "bea")
    reasons = found.suggestions[0].reasons
    assert len(reasons) == 10
    assert isinstance(reasons[-1], RemainderReason)
    assert reasons[-1].count >= 5
    assert math.isclose(found.suggestions[0].score, sum(reason.weight for reason in reasons))


def test_a_card_says_how_many_friends_acted_and_names_two():
    taken, on_shelf = shop("ana>bea:tea cy>bea:tea dan>bea:tea ana$mug=5 cy$mug=5 dan>:mug")
    mug, tent = (taken.products.keys.row(key) or 0 for key in ("mug", "tent"))
    bea = taken.people.row("bea") or 0
    proof, nothing = social_proof(on_shelf, bea, [mug, tent])
    assert (proof.friends, proof.action, len(proof.named)) == (3, Kind.PURCHASE, 2)
    assert (nothing.friends, nothing.action, nothing.latest_at) == (0, None, None)


ENGLISH, CHINESE = sayings(Language.ENGLISH), sayings(Language.CHINESE)
NAMES = [User("ana", "Ana"), User("cy", "Cy"), User("dan", "Dan")]


@pytest.mark.parametrize(
    ("sharers", "sentence", "chinese"),
    [
        ("ana", "Ana shared this.", "Ana分享了它。"),
        ("ana cy", "Cy and Ana shared this.", "Cy和Ana分享了它。"),
        ("ana cy dan", "Dan, Cy and 1 other friend shared this.", "Dan、Cy和另外一位朋友分享了它。"),
        ("ana cy dan eve", "Dan, Cy and 2 other friends shared this.", "Dan、Cy和另外 2 位朋友分享了它。"),
        ("eve", "A friend shared this.", "一位朋友分享了它。"),
        ("eve fay", "2 friends shared this.", "2 位朋友分享了它。"),
    ],
)
def test_a_sentence_names_the_two_latest_friends_and_counts_the_others(
    sharers: str, sentence: str, chinese: str
):
    told = " ".join(f"{who}>bea:tea {who}>:mug" for who in sharers.split())
    taken, on_shelf = shop(told, users=NAMES)
    (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"))], limit=1)
    names = Names(taken.people.names, taken.products.names)
    only_friends = found.suggestions[0]
    assert explain(only_friends, names, ENGLISH).startswith(sentence[:-1])
    assert explain(only_friends, names, CHINESE).startswith(chinese[:-1])


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [
        ("zh-Hans", "zh-Hans"),
        ("en-GB", "en"),
        ("fr,zh;q=0.5", "zh-Hans"),
        ("", "en"),
        ("en;q=0.1, zh;q=0.9", "zh-Hans"),
        ("de, zh_CN ; Q=0.5 , en;q=0.7", "en"),
        ("zh;q=0, en;q=0.001", "en"),
        ("zh;q=0", "en"),
        ("zh;q=0.8,en;q=0.8", "zh-Hans"),
    ],
)
def test_of_the_known_languages_the_one_liked_best_is_spoken(tag: str, spoken: str):
    assert language(tag).value == spoken


@pytest.mark.parametrize(
    ("friends", "sentence", "chinese"),
    [
        (2, "Ana shared this; 2 friends of Ana bought this.", "Ana分享了它；Ana的 2 位朋友买了它。"),
        (1, "Ana shared this; a friend of Ana bought this.", "Ana分享了它；Ana的一位朋友买了它。"),
    ],
)
def test_a_sentence_counts_the_sharers_friends_and_names_the_sharer(
    friends: int, sentence: str, chinese: str
):
    hers = FriendReason(0.6, 0, True, Kind.SHARE, 0, None)
    theirs = [FriendReason(0.1, row, False, Kind.PURCHASE, 0, None, via=0) for row in range(1, friends + 1)]
    told = Suggestion(0, 1, 0.6 + 0.1 * friends, (hers, *theirs))
    names = Names(["Ana", "Bea", "Cy"], ["mug"])
    assert explain(told, names, ENGLISH) == sentence
    assert explain(told, names, CHINESE) == chinese


def test_a_sentence_says_what_of_ones_own_it_goes_with_and_what_on_the_page():
    others = "".join(f" p{i}$tent p{i}$bag q{i}$tea" for i in range(12))
    taken, on_shelf = shop(others + " cy$tent")
    names = Names(taken.people.names, taken.products.names)
    tent = taken.products.keys.row("tent")
    own, page = suggest(on_shelf, [Ask(taken.people.row("cy")), Ask(None, Context(product=tent))], limit=1)
    assert "goes with your two-person tent" in explain(own.suggestions[0], names, ENGLISH)
    assert "goes with the two-person tent" in explain(page.suggestions[0], names, ENGLISH)
    assert "它和你的“two-person tent”很搭" in explain(own.suggestions[0], names, CHINESE)


PAGE_REASONS = (
    RelationReason(1.0, Relation.SUBSTITUTE, 0, own=False),
    RelationReason(1.0, Relation.COMPLEMENT, 0, own=False),
    InterestReason(1.0, (0,)),
    PeersReason(1.0, 2),
    LikenessReason(1.0, (0,), Alike.KIND),
    LikenessReason(1.0, (0,), Alike.BRAND),
    FriendReason(1.0, 0, True, Kind.OPEN, 0, None),
)


@pytest.mark.parametrize("reason", PAGE_REASONS, ids=lambda reason: type(reason).__name__)
def test_a_stranger_on_a_link_to_what_has_no_name_is_told_nothing_of_a_past_or_a_taste(reason: Reason):
    told = Suggestion(1, 1, 1.0, (reason,))
    names = Names(["Ana"], ["", "mug"])
    assert not re.search(r"\b(your|you (looked|have)|like)\b", explain(told, names, ENGLISH))
    chinese = explain(told, names, CHINESE)
    assert chinese != explain(told, names, ENGLISH)
    assert not any(claim in chinese for claim in ("你看过", "你已有", "你的", "口味", "你喜欢"))


def reasons_for(told: str, person: str, product: str, kind: type[Reason]) -> list[Reason]:
    taken, found = answer(told, person)
    rows = {taken.products.keys[one.product]: one.reasons for one in found.suggestions}
    return [reason for reason in rows.get(product, ()) if isinstance(reason, kind)]


def test_what_a_friends_friend_shared_is_told_as_that_of_a_friend_of_theirs():
    taken, found = answer("ana>bea:tea cy>ana:tea cy>ana:pot cy>:mug", "bea")
    reasons = {taken.products.keys[one.product]: one.reasons for one in found.suggestions}["mug"]
    [theirs] = [reason for reason in reasons if isinstance(reason, FriendReason)]
    assert theirs.via is not None
    assert (taken.people.keys[theirs.friend], taken.people.keys[theirs.via]) == ("cy", "ana")
    assert not theirs.named


def test_a_friend_who_is_known_by_a_browser_alone_is_heard_and_not_named():
    [reason] = reasons_for("?v>bea:tea ?v>:mug", "bea", "mug", FriendReason)
    assert isinstance(reason, FriendReason)
    assert not reason.named
    [reason] = reasons_for("?v>bea:tea ?v>:mug dan=?v", "bea", "mug", FriendReason)
    assert isinstance(reason, FriendReason)
    assert reason.named


def test_nobody_is_heard_through_a_friend_who_is_not_to_be_named():
    told = events("ana>bea:tea cy>ana:tea cy>ana:pot cy>:mug")
    silence = Consent(named_to_friends=False)
    refusal = Event("no", Kind.CONSENT, told[-1].at, user="ana", consent=silence)
    taken, on_shelf = shop([*told, refusal])
    (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"))], limit=9)
    friends = [
        reason for one in found.suggestions for reason in one.reasons if isinstance(reason, FriendReason)
    ]
    assert all(reason.via is None for reason in friends)


def test_people_of_like_taste_are_counted_and_one_alone_is_not_told():
    told = "ana$tea ana$mug ana$bag bea$tea bea$mug bea$bag cy$tea cy$mug dan$tea dan$pot"
    [reason] = reasons_for(told, "cy", "bag", PeersReason)
    assert isinstance(reason, PeersReason)
    assert reason.people == 2
    assert reasons_for(told, "cy", "pot", PeersReason) == []


@pytest.mark.parametrize(
    ("also", "crowd", "counted"),
    [
        ("", "bought the mug bought this too", "looked at similar things bought this"),
        (
            "eve$mug eve.view:bag",
            "looked at the mug looked at this too",
            "looked at similar things looked at this too",
        ),
        (
            "eve$mug eve.cart:bag",
            "looked at the mug looked at this too",
            "looked at similar things looked at this too",
        ),
    ],
)
def test_people_are_said_to_have_bought_what_all_of_them_bought_and_else_to_have_looked_at_it(
    also: str, crowd: str, counted: str
):
    told = " ".join(f"p{n}$mug p{n}$bag" for n in range(12))
    taken, found = answer(f"{also} {told} cy$mug", "cy")
    [bag] = [one for one in found.suggestions if taken.products.keys[one.product] == "bag"]
    names = Names(taken.people.names, ["mug"] * len(taken.products))
    said = {
        type(reason): explain(replace(bag, reasons=(reason,)), names, ENGLISH)
        for reason in bag.reasons
        if isinstance(reason, InterestReason | PeersReason)
    }
    assert said[InterestReason] == f"People who {crowd}."
    assert said[PeersReason] == f"{12 + bool(also)} people who {counted}."


def test_that_all_bought_it_is_not_told_of_a_few():
    told = "ana$tea ana$mug ana$bag bea$tea bea$mug bea$bag cy$tea cy$mug"
    for kind in (PeersReason, InterestReason):
        [reason] = reasons_for(told, "cy", "bag", kind)
        assert isinstance(reason, PeersReason | InterestReason)
        assert not reason.bought


def test_a_product_that_nobody_touched_is_suggested_by_what_it_is():
    taken, found = answer("ana$tent bea$mug", "ana")
    by_key = {taken.products.keys[one.product]: one.reasons for one in found.suggestions}
    [reason] = [reason for reason in by_key["dome"] if isinstance(reason, LikenessReason)]
    assert [taken.products.keys[row] for row in reason.because] == ["tent"]
    assert "of the same kind as the two-person tent" in explain(
        next(one for one in found.suggestions if taken.products.keys[one.product] == "dome"),
        Names(taken.people.names, taken.products.names),
        ENGLISH,
    )


def test_somebody_who_did_one_thing_is_told_what_is_popular_of_its_kind_before_what_is_popular():
    taken, found = answer(" ".join(f"p{i}$mug" for i in range(20)) + " cy$dome dan$dome ana$tent", "ana")
    first, second = found.suggestions[:2]
    assert [taken.products.keys[one.product] for one in (first, second)] == ["dome", "mug"]
    assert isinstance(first.reasons[0], LikenessReason)


def spoken(told: str, source: str, at: timedelta | None = None) -> dict[str, float]:
    """What one source alone says to bea, at a weight of one, by product. at: so long after the start."""
    taken, on_shelf = shop(told)
    alone = Blend({source: (1.0,) * 5}).only(source, [one.name for one in SOURCES])
    context = Context(moment=Moment(None if at is None else micros(START + at)))
    (found,) = suggest(replace(on_shelf, blend=alone), [Ask(taken.people.row("bea"), context)], limit=9)
    return {taken.products.keys[one.product]: one.score for one in found.suggestions}


def test_news_is_what_friends_did_within_a_day_and_friends_say_all():
    told = "ana>bea:tea ana>:mug @9d ana>:tent"
    assert set(spoken(told, "friends")) == {"mug", "tent"}
    assert set(spoken(told, "news")) == {"tent"}


def test_half_of_the_news_is_gone_in_two_hours_and_all_of_it_in_a_day():
    said = spoken("ana>bea:tea @5d ana>:old @5.0417d ana>:bag @5.9583d ana>:mug @6.0417d ana>:tent", "news")
    assert set(said) == {"bag", "mug", "tent"}
    assert said["mug"] / said["tent"] == pytest.approx(1 / 2, rel=0.01)
    assert said["bag"] / said["tent"] == pytest.approx(1 / 13, rel=0.02)


def test_news_is_as_old_as_it_is_when_it_is_shown_and_no_younger_than_in_the_log():
    told = "ana>bea:tea @5d ana>:mug @5.0833d ana>:tent"
    now, before, then = (spoken(told, "news", at) for at in (None, timedelta(days=3), timedelta(days=5.1667)))
    assert now == before
    assert now["mug"] == pytest.approx(now["tent"] / 2, rel=0.01)
    assert then["tent"] == pytest.approx(now["tent"] / 2, rel=0.01)
    assert then["mug"] == pytest.approx(now["tent"] / 3, rel=0.01)


def test_a_log_of_last_year_is_answered_from_though_nothing_in_it_is_news():
    told = "ana>bea:tea @9d ana>:mug @9.1d ana>:tent"
    later = timedelta(days=400)
    assert spoken(told, "news", later) == {}
    assert spoken(told, "friends", later) == spoken(told, "friends")


@pytest.mark.parametrize("news", [0.0, 0.01, 4.0])
def test_the_same_act_never_counts_for_less_for_being_newer(news: float):
    """Whatever is learned: bea's friend shared ten products, from three days ago until now."""
    told = " ".join(
        f"@{5 + hours / 24}d ana>:p{hours}" for hours in (0, 30, 48, 49, 55, 63, 69, 71, 71.5, 72)
    )
    taken, on_shelf = shop(f"ana>bea:tea {told}")
    blend = Blend({"friends": (0.5,) * 5, "news": (news,) * 5})
    heard = blend.without(*(one.name for one in SOURCES if one.name not in blend.weights))
    ask = Ask(taken.people.row("bea"))
    (found,) = suggest(replace(on_shelf, blend=heard, order=BEST_FIRST), [ask], limit=20)
    newest_first = [
        max(one.at for one in said.reasons if isinstance(one, FriendReason)) for said in found.suggestions
    ]
    assert len(newest_first) == 10
    assert newest_first == sorted(newest_first, reverse=True)


def test_what_is_said_elsewhere_in_a_whisper_does_not_decide_which_share_of_the_day_comes_first():
    """Who is heard through ana's friends adds a little to what ana shared in the morning."""
    told = "ana>bea:tea ana>bea:pot cy>ana:tea dan>ana:tea @9d ana>:mug cy>:mug dan>:mug @9.4d ana>:tent"
    taken, on_shelf = shop(told)
    (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"))], limit=5)
    assert taken.products.keys[found.suggestions[0].product] == "tent"


def test_an_act_that_is_news_too_is_one_reason():
    taken, found = answer("ana>bea:tea @9d ana>:mug", "bea")
    (said,) = [one for one in found.suggestions if taken.products.keys[one.product] == "mug"]
    (friend,) = [reason for reason in said.reasons if isinstance(reason, FriendReason)]
    assert friend.weight == pytest.approx(said.score - sum(r.weight for r in said.reasons if r is not friend))
    assert said.score == pytest.approx(sum(reason.weight for reason in said.reasons))


def test_what_speaks_against_a_product_is_not_said_for_it():
    told = Suggestion(0, 1, 0.5, (PopularityReason(0.9, None), PeersReason(-0.4, 3)))
    assert explain(told, Names([], ["mug"]), ENGLISH) == "It is popular."


@pytest.mark.parametrize("source", [source.name for source in SOURCES])
def test_a_source_alone_and_a_blend_without_it_are_answers_too(source: str):
    taken, on_shelf = shop("ana>bea:tea cy>ana:mug bea$tent cy$tent cy$bag ana>:pot")
    names = [one.name for one in SOURCES]
    link = Context(sharer=taken.people.row("ana"), product=taken.products.keys.row("tea"))
    asks = [Ask(taken.people.row("bea")), Ask(None, link)]
    alone = replace(on_shelf, blend=on_shelf.blend.only(source, names))
    without = replace(on_shelf, blend=on_shelf.blend.without(source))
    scores = [
        {one.product: one.score for one in found.suggestions}
        for part in (on_shelf, alone, without)
        for found in suggest(part, asks, limit=9)
    ]
    for whole, mine, rest in zip(scores[:2], scores[2:4], scores[4:], strict=True):
        assert set(whole) == set(mine) | set(rest)
        assert all(math.isclose(score, mine.get(p, 0.0) + rest.get(p, 0.0)) for p, score in whole.items())


def test_what_nobody_looks_at_is_stale_however_often_we_show_it():
    _, found = answer("ana>bea:tea ana>:mug @199d bea.exposure:mug @200d ana>bea:tent", "bea")
    assert found.dropped == {"seen": 2, "stale": 1}


def test_what_is_popular_in_the_category_of_the_page_is_not_called_popular_with_everybody():
    taken, on_shelf = shop("ana$tent bea$dome cy$tea dan$tea eve$tea")
    (found,) = suggest(on_shelf, [Ask(None, Context(product=taken.products.keys.row("tent")))], limit=9)
    dome = next(one for one in found.suggestions if taken.products.keys[one.product] == "dome")
    names = Names(taken.people.names, taken.products.names)
    assert "popular among what is like the two-person tent" in explain(dome, names, ENGLISH)
    assert "popular among what is like it" in explain(dome, Names([], [""] * 9), ENGLISH)


@pytest.mark.parametrize(
    ("others", "sentence"),
    [("", "A suggestion for you."), ("cy.view:cup cy.view:tea", "People who looked at the cup")],
)
def test_what_one_person_looked_at_is_told_of_nobody(others: str, sentence: str):
    """Neither as people nor by name: it tells what Ana did between her and the shop."""
    taken, on_shelf = shop(f"ana>bea:cup ana.view:tea {others}")
    (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"))], limit=5)
    (tea,) = (one for one in found.suggestions if taken.products.keys[one.product] == "tea")
    told = explain(tea, Names(taken.people.names, list(taken.products.keys)), ENGLISH)
    assert told.startswith(sentence)
