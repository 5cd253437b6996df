"""What to show somebody, measured by what they then chose: lists over all items, beside every baseline.

`held` says what may be learned from and what is asked; `lists` asks a fitted model of graph.taste for
everybody's best fifty of all items but those they had; `metrics` counts what of them was held out, and how
broad the lists are together; `sure` gives intervals over users and paired tests; `compare` puts the models of
a roster side by side. `logs` cuts a log of events in time and asks what is served the same; `diversity` draws
what it costs to show more of the shop. `offpolicy` tells from logged chances what another way to choose would
have earned.
"""
