"""The table of rights as a page."""

from api.auth.caller import Role
from api.rights.table import LETTERS, TABLE

HEAD = """# Who may see what

Made by `sharegraph export-roles` from the table that the server goes by; a test compares the two. ● may ask
for it; ○ of themselves only, the storefront only of people whose key it knows; administrators may ask for
everything, and so may whoever asks a server that was started with `--dev`.

What is not for a role is refused before a document runs, naming the field: what a role may ask is no secret,
and what the schema is may be read by whoever is let in. What is about somebody whom the caller may not see
looks like what is not there. An analyst knows people and shares by pseudonyms that stay the same, and may ask
with these; a member knows friends by name where these allow it, and by pseudonyms else; the storefront knows
whom it asks about by their key and who allows to be named, and others by pseudonyms, without name or region.
Analysts are told of no community and no group of fewer than ten people, nor of one that would follow from the
others (complementary suppression). In how many people two products were seen together, members and analysts
are told to the nearest ten. Suggestions, social proof and recipients name nobody who does not allow it,
whoever asks.

| role | is |
|---|---|
| member | one end user, who signed in at the shop; the token says who |
| storefront | the shop's server: what to show anybody, strangers included; no listing of people |
| growth | KOL candidates, spread, audiences; nobody's events |
| analyst | cascades, communities and figures of the whole; people by pseudonyms |
| ingest | what comes in: events, users, products |
| privacy | what is held about a person, and its end |
| admin | everything |
"""


def printed() -> str:
    """The page, in Markdown."""
    lines = [HEAD, "| field | " + " | ".join(role.value for role in LETTERS.values()) + " |"]
    lines.append("|---|" + ":-:|" * len(LETTERS))
    for kind, rows in TABLE.items():
        for fields, letters in rows.items():
            named = ", ".join(fields.split())
            marks = " | ".join(_mark(letters, role) for role in LETTERS.values())
            lines.append(f"| `{kind}`: {named} | {marks} |")
    return "\n".join(lines) + "\n"


def _mark(letters: str, role: Role) -> str:
    said = {LETTERS[letter[0]]: letter for letter in letters.split()}
    if role not in said:
        return ""
    return "○" if said[role].endswith("*") else "●"
