"""What a first question would wait for is learned behind the answers."""

import pytest
from structlog.testing import capture_logs

from api.refresh import AT_ONCE
from api.warming import Warming
from graph.analysis import Analysis
from tests.toy import snapshot

SHOP = "ana>bea:tea bea>cy:mug"


def learned(analysis: Analysis) -> bool:
    """Whether nobody has to wait for it."""
    return "sharing" in vars(analysis)


def test_a_first_fit_is_warmed_and_the_log_says_so():
    warming, fit = Warming(), Analysis.of(snapshot(SHOP))
    with capture_logs() as lines:
        warming.warm(fit)
        warming.wait()
    assert learned(fit)
    (line,) = [line for line in lines if line["event"] == "recipients learned"]
    assert line["version"] == fit.version
    assert line["seconds"] >= 0


def test_of_a_small_shop_no_later_fit_is():
    warming, later = Warming(), Analysis.of(snapshot(SHOP + " ana>:cup"))
    warming.warm(Analysis.of(snapshot(SHOP)))
    warming.wait()
    warming.warm(later)
    warming.wait()
    assert later.held <= AT_ONCE
    assert not learned(later)


def test_what_cannot_be_learned_is_told_and_left_to_who_asks(monkeypatch: pytest.MonkeyPatch):
    fit = Analysis.of(snapshot(SHOP))
    monkeypatch.setattr("graph.analysis.fitted", None)
    with capture_logs() as lines:
        warming = Warming()
        warming.warm(fit)
        warming.wait()
    assert [line["event"] for line in lines] == ["recipients not learned"]
    assert not learned(fit)
