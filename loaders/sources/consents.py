"""What a call says somebody allows, as purposes of ours: Segment's `context.consent.categoryPreferences`, and
RudderStack's `context.consentManagement` with its lists of allowed and denied ids.

Both stamp every call with the categories that a shop's consent tool knows, under names of the shop's own.
`Reading.consents` says which category is which of our purposes; a category that is not named there says
nothing to us, since to allow advertising is not to allow being named to friends.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graph.errors import InvalidInput
from graph.events import Consent
from loaders.reasons import Refused
from loaders.sources import values
from loaders.sources.records import Said
from loaders.sources.traits import inner

PURPOSES = {
    "personalisation": "personalisation",
    "namedToFriends": "named_to_friends",
    "location": "location",
    "research": "research",
}
"""Our purposes by the contract's name, and the field of `Consent` each is."""

SURFACE = "consent"
"""Where a consent was given that a call carried; it tells these apart from those said outright."""

_SKIPPED = str.maketrans("", "", " -_")


def categories(named: Mapping[str, str]) -> Mapping[str, str]:
    """A shop's categories and our purposes' names, as `Reading.consents` wants them. InvalidInput for a
    purpose there is not.

    >>> categories({"Advertising & Profiles": "personalisation"})
    {'advertising&profiles': 'personalisation'}
    """
    for category, purpose in named.items():
        if purpose not in PURPOSES:
            raise InvalidInput(f"{category}={purpose}: the purposes are {', '.join(PURPOSES)}")
    return {_plain(category): PURPOSES[purpose] for category, purpose in named.items()}


def consent_in(call: Said, purpose_of: Mapping[str, str]) -> Consent | None:
    """The purposes that a call says are allowed or not, None where it says nothing of any.

    A purpose with several categories is allowed only where all that are said are. What is neither true nor
    false says nothing.
    """
    said: dict[str, Any] = {}
    for category, preference in _preferences(call):
        purpose, allowed = purpose_of.get(_plain(category)), _truth(preference)
        if purpose is not None and allowed is not None:
            said[purpose] = said.get(purpose, True) and allowed
    return Consent(**said) if said else None


def _preferences(call: Said) -> Iterator[tuple[str, object]]:
    """Categories and whether they are allowed, as Segment stamps them, or as RudderStack does."""
    try:
        context = inner(call, "context")
        yield from inner(inner(context, "consent"), "categoryPreferences").items()
        ids = inner(context, "consentManagement")
    except Refused:
        return
    for name, allowed in (("allowedConsentIds", True), ("deniedConsentIds", False)):
        categories = ids.get(name)
        if isinstance(categories, list):
            yield from ((category, allowed) for category in categories if isinstance(category, str))


def _truth(value: object) -> bool | None:
    try:
        return values.truth(value)
    except Refused:
        return None


def _plain(category: str) -> str:
    """A category's name without what differs between its spellings."""
    return category.translate(_SKIPPED).casefold()


OWN_NAMES = {
    _plain(name): field for name, field in (*PURPOSES.items(), ("personalization", "personalisation"))
}
"""Categories that have our purposes' own names, however they are spelt."""
