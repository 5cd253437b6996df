"""What each field costs, and how many items a list may have.

A field that holds an object costs 1 and a plain value nothing, but for those named here: what is simulated,
ranked or looked for, some of it the dearer the more is wanted of it, or by what arguments. A list with
`first` has so many items; one that answers to a list has as many as that; the others as many as are named
here.

`python -m bench.prices` asks for everything that has a price or takes arguments, as dear as it can be made,
and says what the points of a minute buy: nobody's keep more than a core busy. For what the shop's pages may
ask a point is 30 µs then; for what is for services alone, whose minutes hold less, 200 µs.
"""

from collections.abc import Mapping
from typing import Final

from api.limits import SUGGESTED

LEAST: Final = 50
"""What a request costs at the least, whatever becomes of it."""

PRICES: Final = {
    "Query.kolCandidates": 1_000.0,
    "Query.kolStanding": 1_000.0,
    "Query.spread": 1_000.0,
    "Query.exportUser": 2_000.0,
    "Query.kFactor": 400.0,
    "Query.headcounts": 100.0,
    "Query.cascades": 50.0,
    "Query.communities": 20.0,
    "Query.suggestions": 300.0,
    "User.suggestions": 300.0,
    "User.recipients": 150.0,
    "User.influence": 2.0,
    "User.consentPreview": 1_000.0,
    "Product.audience": 250.0,
    "Product.cascades": 50.0,
    "Cascade.participants": 5.0,
    "Dataset.rejected": 5.0,
    "Subscription.cascade": 50.0,
    "Mutation.recordEvents": 10.0,
    "Mutation.upsertUsers": 10.0,
    "Mutation.upsertProducts": 10.0,
    "Mutation.giveFeedback": 700.0,
    "Mutation.setConsent": 700.0,
    "Mutation.forgetUser": 1_000.0,
}
"""By coordinate, Type.field."""

EACH: Final[Mapping[str, tuple[float, int]]] = {
    "Query.suggestions": (6.0, SUGGESTED),
    "User.suggestions": (6.0, SUGGESTED),
}
"""What each item costs that `first` wants of a list, whether or not anything is asked of the items: the list
is made. Of a later page all that may stand before it, as many as are named here.
"""

ARGUED: Final[Mapping[str, Mapping[str, float]]] = {
    "Query.kolCandidates": {"budget": 1_000.0},
    "Query.kolStanding": {"budget": 1_000.0},
}
"""What a field costs beside its price where an argument is given."""

SIZES: Final = {
    "Suggestion.reasons": 10,
    "SuggestionConnection.dropped": 9,
    "Recipient.reasons": 10,
    "InterestReason.because": 3,
    "LikenessReason.because": 3,
    "SocialProof.named": 2,
    "Cascade.revenue": 3,
    "Influence.revenueCredited": 3,
    "SpreadForecast.revenue": 3,
    "SpreadForecast.byCommunity": 100,
    "Community.topCategories": 5,
    "KolCandidate.topCategories": 5,
    "HeadcountReport.groups": 100,
    "KFactorReport.groups": 10,
    "KFactorGroup.overTime": 20,
    "Dataset.rejected": 10,
    "RecordEventsPayload.rejected": 10,
    "RecordEventsPayload.userErrors": 1,
    "UpsertPayload.userErrors": 10,
    "GiveFeedbackPayload.userErrors": 1,
    "SetConsentPayload.userErrors": 1,
    "ForgetUserPayload.userErrors": 1,
    "Consent.records": 100,
    "ConsentPreview.suggestions": 10,
    "ConsentPreview.gone": 100,
    "ConsentPreview.losses": 100,
    "__Schema.types": 150,
    "__Schema.directives": 5,
    "__Directive.args": 1,
    "__Type.fields": 5,
    "__Type.inputFields": 3,
    "__Type.enumValues": 3,
    "__Type.possibleTypes": 1,
    "__Type.interfaces": 1,
    "__Field.args": 2,
}
"""Lists of objects without `first`: how many there are at the most, or are likely to be."""

AS_MANY_AS: Final = {"User.socialProof": "products", "SpreadForecast.users": "users"}
"""Lists that answer to an argument, of their own or of the field above: one item each."""

OF_SCHEMA: Final = 0.14
"""What an object costs that the schema has of itself: nothing is looked for."""

SENT: Final = 2.5
"""What each row costs that a mutation brings."""

LETTERS, BYTES = 25, 250
"""So many letters of a document that is not known yet, and so many bytes of a request, cost 1: what it takes
to find out what is asked, before it can be said what that costs.
"""

ROWS: Final = {
    "Mutation.recordEvents": "events",
    "Mutation.upsertUsers": "users",
    "Mutation.upsertProducts": "products",
}
"""Where in their input these rows are."""

ITEMS: Final = frozenset({"nodes", "edges"})
"""The fields of a page that hold its items."""


def reading(letters: int, size: int) -> int:
    """What it costs to read a request of so many bytes with so many letters that are not known yet.

    >>> reading(0, 249), reading(2_500, 4_000)
    (50, 116)
    """
    return max(LEAST, letters // LETTERS + size // BYTES)


def price(coordinate: str, *, holds_objects: bool) -> float:
    """What a field costs, without what is asked of it.

    >>> price("Query.spread", holds_objects=True), price("User.name", holds_objects=False)
    (1000.0, 0.0)
    """
    object_ = OF_SCHEMA if coordinate.startswith("__") else 1.0
    return PRICES.get(coordinate, object_ if holds_objects else 0.0)
