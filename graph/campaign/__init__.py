"""Campaigns: whom to ask to share, what they add, cost and bring, and how sure that is.

A `market` puts together what a shop knows: ties and their chances, strangers who come, and what reaching
somebody is `worth`. An `audience` says what is shared, whom it should reach and who may be chosen, a
`listing` chooses within it, under a budget and a cap, by what is `simulated` or by who will be `openers`,
`kol` describes those chosen, and a `forecast` says what a given set of people would set off. Money is counted
in one currency (`rates`).
"""
