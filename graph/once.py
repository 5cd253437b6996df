"""A property computed once for each object, however many threads ask for it at the same time."""

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 (stands where `property` stands)
    """A read-only property that is computed when it is first asked for and kept.

    `functools.cached_property` has no lock since Python 3.12, so that two threads compute a heavy property
    twice; before, it had one for all objects. Here whoever asks for what is being computed waits for it, and
    for nothing else: each object has a lock for each of its properties, only while that is computed. One
    property may ask for others. Where computing raises, nothing is kept, and the next to ask tries again.

    >>> class Sum:
    ...     @once
    ...     def total(self):
    ...         print("computed")
    ...         return 42
    >>> one = Sum()
    >>> one.total, one.total
    computed
    (42, 42)
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name, self._lock = name, f"lock of {name}"

    @overload
    def __get__(self, instance: None, owner: type) -> "once[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "T | once[T]":
        if instance is None:
            return self
        # What is kept is found in the object's dictionary before this is called; `setdefault` is atomic.
        kept = instance.__dict__
        with kept.setdefault(self._lock, RLock()):
            if self._name not in kept:
                kept[self._name] = self._compute(instance)
            kept.pop(self._lock, None)
            found: T = kept[self._name]
        return found
