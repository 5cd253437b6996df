"""What is put aside comes back in order, from memory and from disk alike."""

import resource
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.spill import Spill


@given(numbers=st.lists(st.integers(0, 5)), room=st.integers(1, 10))
def test_things_come_back_by_number_and_equals_in_the_order_they_came(numbers: list[int], room: int):
    things = list(enumerate(numbers))
    with Spill[tuple[int, int]](room) as spill:
        for thing in things:
            spill.add(thing[1], thing)
        assert len(spill) == len(things)
        for _ in range(2):
            assert list(spill) == sorted(things, key=lambda thing: thing[1])


def test_two_who_read_at_once_do_not_disturb_each_other():
    with Spill[int](room=2) as spill:
        for number in range(10):
            spill.add(number, number)
        assert list(zip(spill, spill, strict=True)) == [(n, n) for n in range(10)]


def test_what_is_heavy_is_put_on_disk_sooner():
    with Spill[str](room=10) as spill:
        for number in range(5):
            spill.add(number, str(number), weight=5)
            assert len(spill._held) * 5 < 10
        assert "".join(spill) == "01234"


def test_what_was_closed_holds_nothing():
    spill = Spill[int](room=1)
    spill.add(1, 1)
    spill.close()
    spill.close()
    with pytest.raises(ValueError, match="closed"):
        list(spill)


def test_a_full_disk_is_told_with_the_folder():
    spill = Spill[bytes](room=1)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(OSError, match=tempfile.gettempdir()):
            spill.add(1, bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        spill.close()
