"""What a request may cost, and what it does.

Every field has a price (`prices`), and a list multiplies what is asked of its items by how many may come. A
document is measured once (`plan`): how deep, how many fields, what of its price hangs on variables. Each
caller has an `allowance`, of shape for a document, of cost for a request, and of cost for a minute, which a
`purse` keeps.

The unit is about what looking one thing up in memory takes. Requested is the most that a request may cost, as
its arguments have it, and what is charged; actual is what came.
"""
