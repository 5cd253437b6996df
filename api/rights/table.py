"""The table: which role may ask for which field.

M member, S storefront, G growth, A analyst, I ingest, P privacy; `M*` of themselves only, `S*` of those whose
key they know. Administrators, and whoever asks a server that was started for development, may ask for
everything. A field that stands in no row may be asked for by nobody else; a test walks the whole schema and
fails there.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from api.auth.caller import Role

EVERYTHING: Final = frozenset({Role.ADMIN, Role.DEV})

LETTERS: Final = {
    "M": Role.MEMBER,
    "S": Role.STOREFRONT,
    "G": Role.GROWTH,
    "A": Role.ANALYST,
    "I": Role.INGEST,
    "P": Role.PRIVACY,
}

ANYBODY: Final = "M S G A I P"

TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    "Query": {
        "node product": ANYBODY,
        "viewer": ANYBODY,
        "user": "M S G A P",
        "exportUser": "M P",
        "suggestions": "M S",
        "kolCandidates kolStanding spread": "G",
        "cascade cascades kFactor headcounts communities": "G A",
        "dataset": "S G A I P",
    },
    "Mutation": {
        "recordEvents upsertUsers upsertProducts": "I",
        "giveFeedback": "M S",
        "setConsent": "M S P",
        "forgetUser": "P",
    },
    "Subscription": {"cascade": "G A"},
    "Node": {"id": ANYBODY},
    "User": {
        "id key name": "M S G A P",
        "region": "M* S G P",
        "suggestions socialProof recipients": "M* S*",
        "friends listeners shares": "M*",
        "community influence": "M* G A",
        "consent": "M* S* P",
        "consentPreview": "M* S*",
    },
    "Tie": {"from to strength transmission lastActiveAt": "M S"},
    "TieConnection": {"edges nodes pageInfo totalCount": "M"},
    "TieEdge": {"node cursor": "M"},
    "SocialProof": {"product friends named action latestAt": "M S"},
    "Product": {
        "id key name category brand price available": ANYBODY,
        "related": "M S G A",
        "audience": "G",
        "cascades": "G A",
    },
    "RelatedProduct": {"product kind score support lift": "M S G A"},
    "Suggestion": {"product rank score rankByScore opens explanation reasons": "M S"},
    "SuggestionConnection": {"edges nodes pageInfo answerId dropped": "M S"},
    "Dropped": {"by products": "M S"},
    "SuggestionEdge": {"node cursor": "M S"},
    "Reason": {"weight": "M S G"},
    "FriendReason": {"weight friend action at share via": "M S"},
    "InterestReason": {"weight bought": "M S G", "because": "M S"},
    "LikenessReason": {"weight because brand by": "M S G"},
    "RelationReason": {"weight kind to": "M S G"},
    "SceneReason": {"weight scene": "M S"},
    "PeersReason": {"weight people bought": "M S"},
    "ExplorationReason": {"weight propensity": "M S"},
    "FeedbackReason": {"weight verdict to": "M S"},
    "PriceReason": {"weight dear": "M S"},
    "PopularityReason": {"weight community": "M S"},
    "RemainderReason": {"weight count": "M S G"},
    "TieReason": {"weight tie opened ofShares": "M S"},
    "CircleReason": {"weight inCommon size": "M S G"},
    "ActivityReason": {"weight opens": "M S G"},
    "Recipient": {"user rank opens reasons": "M S G"},
    "RecipientConnection": {"edges nodes pageInfo": "M S G"},
    "RecipientEdge": {"node cursor": "M S G"},
    "Influence": {"pageRank reach opensCredited": "M G A", "purchasesCredited revenueCredited": "G A"},
    "KolCandidate": {
        "user rank influence marginalReach tiedWith conversionRate communitiesReached topCategories cost": "G"
    },
    "KolCandidateConnection": {
        "edges nodes pageInfo reach certifiedRatio largestCommunityShare currency leftOut": "G"
    },
    "KolCandidateEdge": {"node cursor": "G"},
    "KolStanding": {"user rank reachAlone marginalReach tiedWith covered ruledOutBy": "G"},
    "CategoryFraction": {"category fraction": "M G A"},
    "SpreadForecast": {"users reach newUsers purchases revenue byCommunity": "G"},
    "CommunityReach": {"community reach": "G"},
    "Share": {
        "id user product at": "M S A",
        "opens purchases": "M* S A",
        "channel campaign parent": "M* A",
    },
    "ShareConnection": {"edges nodes pageInfo totalCount": "M"},
    "ShareEdge": {"node cursor": "M"},
    "Cascade": {
        "id product size depth levels structuralVirality reproductionNumber": "G A",
        "inferred inferredFraction startedAt lastActivityAt timeToHalf forecast": "G A",
        "shares opens purchases revenue": "G A",
        "root participants": "A",
    },
    "CascadeConnection": {"edges nodes pageInfo totalCount inferredFraction": "G A"},
    "CascadeEdge": {"node cursor": "G A"},
    "Participant": {"user parent depth at share bought": "A"},
    "ParticipantConnection": {"edges nodes pageInfo totalCount": "A"},
    "ParticipantEdge": {"node cursor": "A"},
    "Community": {"id size cohesion topCategories": "M S G A", "leaders": "G A"},
    "CommunityConnection": {"edges nodes pageInfo totalCount modularity": "G A"},
    "CommunityEdge": {"node cursor": "G A"},
    "HeadcountReport": {"groups keptBack privacy": "G A"},
    "Headcount": {"region category community channel people": "G A"},
    "DifferentialPrivacy": {"epsilon delta groupsEach threshold spent budget": "G A"},
    "KFactorReport": {"overall groups": "G A"},
    "KFactorGroup": {"channel campaign community product kFactor overTime": "G A"},
    "KFactorPeriod": {"from to complete kFactor": "G A"},
    "KFactor": {"people invites converted invitesPerPerson conversion factor": "G A"},
    "Dataset": {
        "version asOf users products ties shares opens purchases noise rejected creditRule": "S G A I P"
    },
    "RejectCount": {"reason rows": "S G A I P"},
    "PageInfo": {"hasNextPage hasPreviousPage startCursor endCursor": ANYBODY},
    "Money": {"amount currency": ANYBODY},
    "Estimate": {"value low high confidence": ANYBODY},
    "MoneyEstimate": {"amount currency": "G"},
    "RecordEventsPayload": {"stored repeated rejected version userErrors": "I"},
    "RejectedEvent": {"id reason": "I"},
    "UpsertPayload": {"stored userErrors": "I"},
    "Consent": {"personalisation namedToFriends location research updatedAt records": "M S P"},
    "ConsentPreview": {"suggestions gone losses": "M S"},
    "ConsentLoss": {"product reason": "M S"},
    "ConsentRecord": {
        "at surface notice personalisation namedToFriends location research": "M S P",
    },
    "SetConsentPayload": {"user userErrors": "M S P"},
    "ForgetUserPayload": {"forgotten userErrors": "P"},
    "GiveFeedbackPayload": {"user userErrors": "M S"},
    "UserError": {"code message field": ANYBODY},
}
"""By type, then by fields."""


def _rows() -> Iterator[tuple[str, str]]:
    for kind, rows in TABLE.items():
        for fields, roles in rows.items():
            for name in fields.split():
                yield f"{kind}.{name}", roles


def _roles(letters: str) -> frozenset[Role]:
    return frozenset(LETTERS[letter.rstrip("*")] for letter in letters.split())


ALLOWED: Final = {coordinate: _roles(letters) | EVERYTHING for coordinate, letters in _rows()}
"""By coordinate, Type.field: who may ask for it at all."""

OWN: Final = {
    coordinate: frozenset(LETTERS[letter[0]] for letter in letters.split() if letter.endswith("*"))
    for coordinate, letters in _rows()
    if "*" in letters
}
"""Who may ask for it only of some people: `Sight.asks_about`."""


def allowed(role: Role, coordinate: str) -> bool:
    """Whether a role may ask for a field, of somebody at least.

    >>> allowed(Role.MEMBER, "User.friends"), allowed(Role.ANALYST, "User.friends")
    (True, False)
    """
    return role in ALLOWED.get(coordinate, EVERYTHING)


def sees(role: Role, kind: str) -> bool:
    """Whether a role may see things of a type: by more than the name of it.

    >>> sees(Role.MEMBER, "Cascade"), sees(Role.ANALYST, "Cascade")
    (False, True)
    """
    return role in EVERYTHING or allowed(role, f"{kind}.id")
