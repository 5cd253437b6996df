"""Who is one person, by law and by twin."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.claims import joined

PEOPLE = 7
ANA, BEA, CY, COOKIE, PHONE, TABLET, NOBODY = range(PEOPLE)
Claim = tuple[int, int, int, int]

claims = st.lists(
    st.tuples(
        st.integers(-1, PEOPLE - 1), st.integers(-1, PEOPLE - 1), st.integers(0, 5), st.integers(-9, 9)
    ),
    max_size=25,
    unique_by=lambda claim: claim[2:],
)


def ask(*claims: Claim) -> tuple[list[int], int]:
    rows = np.array(claims, dtype=np.int64).reshape(-1, 4)
    codes = rows[:, :2].astype(np.int32)
    canonical, refused = joined(codes[:, 0], codes[:, 1], rows[:, 2], rows[:, 3], PEOPLE)
    assert canonical.dtype == np.int32
    return canonical.tolist(), refused


def told_in_words(claims: list[Claim]) -> tuple[list[int], int]:
    parent = list(range(PEOPLE))

    def end(code: int) -> int:
        return code if parent[code] == code else end(parent[code])

    pairs = [(u, v) for u, v, _, _ in sorted(claims, key=lambda c: c[2:]) if u >= 0 and v >= 0 and u != v]
    for user, visitor in pairs:
        if parent[visitor] == visitor and end(user) != visitor:
            parent[visitor] = user
    canonical = [end(code) for code in range(PEOPLE)]
    return canonical, len({(u, v) for u, v in pairs if canonical[u] != canonical[v]})


def test_without_claims_everybody_is_themselves() -> None:
    assert ask((ANA, -1, 1, 0), (-1, COOKIE, 2, 0), (BEA, BEA, 3, 0)) == (list(range(PEOPLE)), 0)


def test_the_first_claim_in_time_stands_and_a_later_one_is_refused() -> None:
    canonical, refused = ask((BEA, COOKIE, 9, 0), (ANA, COOKIE, 3, 0), (BEA, COOKIE, 10, 0))
    assert canonical[COOKIE] == ANA
    assert refused == 1


def test_at_the_same_time_the_digest_decides() -> None:
    assert ask((BEA, COOKIE, 3, 5), (ANA, COOKIE, 3, -5))[0][COOKIE] == ANA


def test_an_earlier_user_key_may_be_joined_and_chains_follow() -> None:
    canonical, refused = ask((ANA, COOKIE, 1, 0), (BEA, ANA, 2, 0), (CY, BEA, 3, 0))
    assert [canonical[code] for code in (ANA, BEA, CY, COOKIE)] == [CY] * 4
    assert refused == 0


def test_claims_in_a_circle_are_one_person_and_none_is_refused() -> None:
    canonical, refused = ask((ANA, BEA, 1, 0), (BEA, CY, 2, 0), (CY, ANA, 3, 0))
    assert canonical[:3] == [ANA] * 3
    assert refused == 0


def test_after_a_claim_that_says_nothing_new_the_next_one_on_the_same_key_counts() -> None:
    canonical, _ = ask((ANA, BEA, 1, 0), (BEA, ANA, 2, 0), (CY, ANA, 3, 0))
    assert canonical[:3] == [CY] * 3


@given(claims)
def test_it_equals_hearing_the_claims_one_by_one(claims: list[Claim]) -> None:
    assert ask(*claims) == told_in_words(claims)


@given(claims, st.randoms())
def test_the_order_of_arrival_changes_nothing(claims: list[Claim], chance: Random) -> None:
    shuffled = list(claims)
    chance.shuffle(shuffled)
    assert ask(*claims) == ask(*shuffled)


@given(claims)
def test_everybody_ends_at_an_end(claims: list[Claim]) -> None:
    canonical = np.array(ask(*claims)[0])
    assert (canonical[canonical] == canonical).all()
