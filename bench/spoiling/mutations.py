"""What goes wrong with a row on its way: every mutation takes a row and dice, and gives the row spoilt.

`spoilt_line` works on bytes, as an editor, a bad disk or a program that was killed would; `spoilt_fields` on
a row taken apart at its separators, `spoilt_object` on what a line of JSON says. `WORDS` are the values that
programs stumble over: extremes of numbers and dates, blanks and signs that look like others, what other
formats take for nothing.
"""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

WORDS: Sequence[str] = (
    *("", " ", "\t", "null", "NULL", "None", "NaN", "nan", "inf", "-Infinity", "undefined", "N/A", "-", "''"),
    *("0", "-0", "-1", "1.5", "1,5", "1e3", "1e308", "1e400", "-1e-400", "0x10", "1_000", "٣", "½", "²"),
    *("2147483648", "9223372036854775808", "9" * 40, "9" * 5_000, "0." + "0" * 400 + "1", "+7", "７"),
    *("0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z"),
    *("2026-05-01", "2026-02-30T00:00:00Z", "2026-05-01T24:00:00Z", "2026-05-01T23:59:60Z", "-62135596801"),
    *("2026-05-01T08:00:00", "2026-05-01T08:00:00+99:99", "2026-05-01 08:00:00z", "2026-W18-5", "1746086400"),
    *(
        "1969-12-31T23:59:59.9999999Z",
        "２０２６-05-01T08:00:00Z",
        "2026-05-01T08:00:00+08:00:30",
        "yesterday",
    ),
    *("true", "TRUE", "yes", "share", "SHARE ", "USER", "tie", "RT", "MT", "self", "~0", "forgotten-0"),
    *("é", "e\u0301", "ß", "İ", "\u200b", "\u202etea", "\ufeff", "\u2028", "\x85", "\x1f", "\U0001f375" * 9),
    *("=1+1", "@cmd", "'; DROP TABLE events; --", "${jndi:x}", "../../etc/passwd", "<b>", '"', "a,b", "a;b"),
    *(
        "x" * 1_000,
        "x" * 1_001,
        "two\nlines",
        'say "tea"\r\nor not',
        "x" * 10_001,
        "茶" * 400,
        "茶" * 1_001,
        "{}",
        "[]",
        '{"amount": 1}',
    ),
)

ODD_BYTES: Sequence[bytes] = (
    *(b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\xaf", b"\xef\xbb\xbf", b"\xa0"),
    *(b"\r", b"\n", b"\r\n", b"\n\n", b"\x0b", b"\x0c", b"\x1a", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8"),
    *(b'"', b'""', b"'", b"\\", b",", b";", b"\t", b" ", b"{", b"}", b"[", b"]", b":", b"#", b"\x1f\x8b"),
)

OBJECTS: Sequence[object] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        1e308,
        2**63,
        -(2**63),
        2**64 - 1,
        10**18,
        [],
        {},
        [[]],
        [None],
        [1, "a"],
    ),
    *({"amount": "1", "currency": "CNY"}, {"amount": None}, {"amount": {}}, {"name": "a", "value": "b"}),
)

NEW_NAMES = ("kind", "at", "userId", "user ", "User", "amount", "currency", "share", "products", "type", "")


def spoilt_line(dice: Random, line: bytes) -> bytes:
    """A line with one thing wrong with its bytes; it may have become several, or none."""
    here, there = sorted(dice.randrange(len(line) + 1) for _ in range(2))
    return dice.choice(_LINES)(dice, line, here, there)


def _flipped(dice: Random, line: bytes, here: int, _: int) -> bytes:
    return line[:here] + bytes((dice.randrange(256),)) + line[here + 1 :]


def _odd(dice: Random, line: bytes, here: int, _: int) -> bytes:
    return line[:here] + dice.choice(ODD_BYTES) + line[here:]


def _word(dice: Random, line: bytes, here: int, there: int) -> bytes:
    return line[:here] + dice.choice(WORDS).encode() + line[there:]


def _long(dice: Random, line: bytes, here: int, _: int) -> bytes:
    return line[:here] + b"x" * dice.choice((1_000, 20_000, 300_000)) + line[here:]


_LINES: Sequence[Callable[[Random, bytes, int, int], bytes]] = (
    *(_flipped, _flipped, _odd, _odd, _odd, _word, _word),
    lambda _, line, here, __: line[:here],
    lambda _, line, here, __: line[here:],
    lambda _, line, here, there: line[:here] + line[there:],
    lambda _, line, here, there: line[:there] + line[here:],
    lambda _, line, *__: line + b"\n" + line,
    lambda _, line, *__: line.upper(),
    lambda _, line, *__: line.decode("latin-1").encode("utf-16-le"),
    lambda _, line, *__: line + b"\r",
    lambda _, line, *__: b" " + line + b" ",
)

SELDOM: Callable[[Random, bytes, int, int], bytes] = _long
"""What is slow to write and to read, and so done once in a thousand rows."""


def spoilt_fields(dice: Random, fields: Sequence[str]) -> list[str]:
    """Fields of which one has another value, or that are more, fewer, or in another order."""
    spoilt, here = list(fields), dice.randrange(len(fields))
    match dice.randrange(8):
        case 0:
            del spoilt[here]
        case 1:
            spoilt.insert(here, dice.choice(WORDS))
        case 2:
            other = dice.randrange(len(fields))
            spoilt[here], spoilt[other] = spoilt[other], spoilt[here]
        case 3:
            spoilt[here] += dice.choice(WORDS)
        case _:
            spoilt[here] = dice.choice(WORDS)
    return spoilt


def spoilt_object(dice: Random, said: dict[str, Any]) -> dict[str, Any]:
    """What a row says, with one name or value, however deep, spoilt."""
    spoilt = dict(said)
    name = dice.choice(list(spoilt)) if spoilt else "kind"
    value = spoilt.get(name)
    match dice.randrange(10):
        case 0:
            spoilt.pop(name, None)
        case 1:
            spoilt[dice.choice(NEW_NAMES)] = spoilt.pop(name, None)
        case 2:
            spoilt[name] = dice.choice(OBJECTS)
        case 3:
            spoilt[name] = [value] if dice.random() < 0.5 else {name: value}
        case 4 | 5 | 6 if isinstance(value, dict) and value:
            spoilt[name] = spoilt_object(dice, value)
        case 4 | 5 | 6 if isinstance(value, list) and value and isinstance(value[0], dict):
            spoilt[name] = [spoilt_object(dice, value[0]), *value[1:]]
        case _:
            spoilt[name] = dice.choice(WORDS)
    return spoilt


def spoilt_json(dice: Random, text: str) -> str:
    """The text of an object, spoilt as only text can be."""
    return dice.choice(_TEXTS)(dice, text, text.rstrip()[1:-1])


_NUMBERS = ("1e999", "9" * 400, "-0", "01", "NaN", "1.")
_TEXTS: Sequence[Callable[[Random, str, str], str]] = (
    lambda _, __, inside: f"{{{inside},{inside.partition(',')[0]}}}",
    lambda _, __, inside: f'{{{inside},"surface":"\\ud800"}}',
    lambda _, __, inside: f'{{{inside},"surface":"a\\u0000b"}}',
    lambda dice, _, inside: f'{{{inside},"x":{_nest(dice.choice((100, 2_000)))}}}',
    lambda dice, _, inside: f'{{{inside},"quantity":{dice.choice(_NUMBERS)}}}',
    lambda _, text, __: json.dumps(json.loads(text), indent=1),
    lambda _, text, __: f"[{text}]",
)
"""A name twice, half a character, a NUL, a deep nest, numbers that no number holds, many lines, a list."""


def _nest(deep: int) -> str:
    return "[" * deep + "]" * deep
