"""The catalogues that sentences for end users are translated with (graph.suggest.phrases).

`LANGUAGE.po` is what translators edit, `LANGUAGE.mo` what is read; both are committed and a test holds them
together. After a change of messages: `make sentences`.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from graph.suggest.explain import Language


@cache
def sayings(spoken: Language) -> NullTranslations:
    """The catalogue of a language; English is what the messages are written in.

    >>> sayings(Language.CHINESE).gettext("it is popular")
    '它很受欢迎'
    """
    if spoken is Language.ENGLISH:
        return NullTranslations()
    with (files(__package__) / f"{spoken.value}.mo").open("rb") as catalogue:
        return GNUTranslations(catalogue)
