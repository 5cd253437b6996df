"""What may be said of reasons, as messages of a catalogue: English here, other languages where the catalogue
has them.

Every message is whole up to names and numbers, so that a language may order them as it likes; one that
counts comes as one and many. Messages stand as literals, so that a catalogue's tools find them.

What a crowd did is said with the word that is true of each of them: they looked at it, which whoever put it
into a cart or bought it did too; and that they bought it where all did.
"""

from collections.abc import Sequence
from typing import Protocol

from graph.events import Kind
from graph.relations import Relation
from graph.scene import Facet
from graph.suggest.reasons import Alike


class Sayings(Protocol):
    """A language's catalogue: what `gettext.NullTranslations` and those derived from it can do."""

    def gettext(self, message: str, /) -> str:
        """The message in this language."""
        ...

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """The message in this language, in the form for so many."""
        ...


def sentence(said: Sayings, clauses: Sequence[str]) -> str:
    """One or two clauses as a sentence; of none, that it is a suggestion.

    >>> from gettext import NullTranslations
    >>> sentence(NullTranslations(), ["ana bought this", "it is popular"])
    'Ana bought this; it is popular.'
    """
    if not clauses:
        whole = said.gettext("a suggestion for you.")
    elif len(clauses) == 1:
        whole = said.gettext("{clause}.").format(clause=clauses[0])
    else:
        whole = said.gettext("{first}; {second}.").format(first=clauses[0], second=clauses[1])
    return whole[0].upper() + whole[1:]


def friends(said: Sayings, called: Sequence[str], others: int, action: Kind) -> str:
    """What friends did, at most two of them called by name and the others counted."""
    if not called:
        who = said.ngettext("a friend", "{count} friends", others).format(count=others)
    elif len(called) == 1:
        who = _and_others(said, called[0], others)
    else:
        who = _two_and_others(said, called[0], called[1], others)
    return did(said, who, len(called) + others, action)


def _and_others(said: Sayings, first: str, others: int) -> str:
    if not others:
        return first
    message = said.ngettext("{first} and 1 other friend", "{first} and {count} other friends", others)
    return message.format(first=first, count=others)


def _two_and_others(said: Sayings, first: str, second: str, others: int) -> str:
    if not others:
        return said.gettext("{first} and {second}").format(first=first, second=second)
    message = said.ngettext(
        "{first}, {second} and 1 other friend", "{first}, {second} and {count} other friends", others
    )
    return message.format(first=first, second=second, count=others)


def circle(said: Sayings, of: str, count: int, action: Kind) -> str:
    """What friends of somebody did; of: who that is, "" for somebody without a name."""
    if of:
        message = said.ngettext("a friend of {name}", "{count} friends of {name}", count)
    else:
        message = said.ngettext(
            "a friend of somebody you know", "{count} friends of somebody you know", count
        )
    return did(said, message.format(name=of, count=count), count, action)


def did(said: Sayings, who: str, count: int, action: Kind) -> str:
    """What so many people did."""
    match action:
        case Kind.SHARE:
            message = said.ngettext("{who} shared this", "{who} shared this", count)
        case Kind.PURCHASE:
            message = said.ngettext("{who} bought this", "{who} bought this", count)
        case Kind.RATE:
            message = said.ngettext("{who} rated this", "{who} rated this", count)
        case _:
            message = said.ngettext("{who} opened a link to this", "{who} opened a link to this", count)
    return message.format(who=who)


def relation(said: Sayings, kind: Relation, product: str, *, own: bool) -> str:
    """How it stands to a product, "" for one without a name. own: it is the person's; else it is on the page,
    of which nobody knows more than that it was opened.
    """
    if not product:
        return _to_the_nameless(said, kind, own=own)
    if kind is Relation.SUBSTITUTE:
        message = said.gettext("it is an alternative to the {product}")
    elif own:
        message = said.gettext("it goes with your {product}")
    else:
        message = said.gettext("it goes with the {product}")
    return message.format(product=product)


def _to_the_nameless(said: Sayings, kind: Relation, *, own: bool) -> str:
    match kind, own:
        case Relation.SUBSTITUTE, True:
            return said.gettext("it is an alternative to something you looked at")
        case Relation.SUBSTITUTE, _:
            return said.gettext("it is an alternative to the one on this page")
        case _, True:
            return said.gettext("it goes with something you have")
        case _:
            return said.gettext("it goes with the one on this page")


def interest(said: Sayings, products: Sequence[str], *, bought: bool) -> str:
    """What those took to who took to the same; at most two products are called by name. Whose they are, the
    person's, or those of a link's sharer, is not said. bought: all that was done with any of them was to buy.
    """
    first, second = (*products, "", "")[:2]
    match len(products[:2]), bought:
        case 0, True:
            message = said.gettext("people who bought the same bought this too")
        case 0, _:
            message = said.gettext("people who looked at the same looked at this too")
        case 1, True:
            message = said.gettext("people who bought the {product} bought this too")
        case 1, _:
            message = said.gettext("people who looked at the {product} looked at this too")
        case _, True:
            message = said.gettext("people who bought the {first} or the {second} bought this too")
        case _:
            message = said.gettext("people who looked at the {first} or the {second} looked at this too")
    return message.format(product=first, first=first, second=second)


def audience(said: Sayings, *, bought: bool) -> str:
    """What those took to who listen to whom the person listens to."""
    if bought:
        return said.gettext("people who listen to the same friends bought this")
    return said.gettext("people who listen to the same friends looked at this")


def peers(said: Sayings, people: int, *, bought: bool) -> str:
    """How many people took to it who took to what the person did, or to what is on the page. bought: all of
    them bought it.
    """
    if bought:
        message = said.ngettext(
            "{count} person who looked at similar things bought this",
            "{count} people who looked at similar things bought this",
            people,
        )
    else:
        message = said.ngettext(
            "{count} person who looked at similar things looked at this too",
            "{count} people who looked at similar things looked at this too",
            people,
        )
    return message.format(count=people)


def likeness(said: Sayings, product: str, *, by: Alike) -> str:
    """What it has in common with a product, "" for one without a name."""
    named = _likeness(said, by) if product else _likeness_to_nothing_named(said, by)
    return named.format(product=product)


def _likeness(said: Sayings, by: Alike) -> str:
    match by:
        case Alike.BRAND:
            return said.gettext("it is from the brand of the {product}")
        case Alike.SHOP:
            return said.gettext("it is from the shop of the {product}")
        case Alike.PRICE:
            return said.gettext("it is in the price range of the {product}")
        case Alike.DEPARTMENT:
            return said.gettext("it is from the department of the {product}")
        case Alike.TAG:
            return said.gettext("it has a tag of the {product}")
        case Alike.KIND:
            return said.gettext("it is of the same kind as the {product}")


def _likeness_to_nothing_named(said: Sayings, by: Alike) -> str:
    match by:
        case Alike.BRAND:
            return said.gettext("it is from a brand that may interest you")
        case Alike.SHOP:
            return said.gettext("it is from a shop that may interest you")
        case Alike.PRICE:
            return said.gettext("it is in a price range that may interest you")
        case Alike.KIND:
            return said.gettext("it is of a kind that may interest you")
        case Alike.DEPARTMENT:
            return said.gettext("it is from a department that may interest you")
        case Alike.TAG:
            return said.gettext("it has a tag that may interest you")


def popularity(said: Sayings, *, around: bool, own: bool) -> str:
    """That much is made of it. around: in one circle, the person's own, or else that of a link's sharer."""
    if not around:
        return said.gettext("it is popular")
    if own:
        return said.gettext("it is popular in your circle")
    return said.gettext("it is popular in the sharer's circle")


def popular_of_kind(said: Sayings, product: str) -> str:
    """That much is made of it among products of its kind; product: one of them, "" for none with a name."""
    if product:
        return said.gettext("it is popular among what is like the {product}").format(product=product)
    return said.gettext("it is popular among what is like it")


def scene(said: Sayings, facet: Facet) -> str:
    """That it is wanted more than usual in the scene at hand."""
    match facet:
        case Facet.PART_OF_DAY:
            return said.gettext("it draws more interest at this time of day")
        case Facet.WEEKDAY:
            return said.gettext("it draws more interest on this day of the week")
        case Facet.MONTH:
            return said.gettext("it draws more interest this month than in others")
        case Facet.FESTIVAL:
            return said.gettext("it draws more interest around this festival")
        case Facet.REGION:
            return said.gettext("it draws more interest in this region")
        case Facet.SURFACE:
            return said.gettext("it draws more interest here")


def exploration(said: Sayings) -> str:
    """That nothing speaks for it yet."""
    return said.gettext("it is something new, to see whether you like it")
