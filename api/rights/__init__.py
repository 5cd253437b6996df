"""What each role may see: a table of fields, and for whatever speaks of a person, whose it is.

Three steps, each in one place. `table` says which role may ask for which field, and a document that asks for
more is refused before it runs. `guard` stands before the fields that a member may ask for of nobody but
themselves. And a `sight` decides at every door where people come in by their keys or go out by their rows:
somebody whom a caller may not see is as if they did not exist, and one whom a caller may see but not know is
called by a pseudonym.
"""
