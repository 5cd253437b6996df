"""The schema: what can be asked, said and followed."""

import strawberry
from graphql import GraphQLSchema, Undefined
from strawberry.schema.config import StrawberryConfig

from api.rights.guard import guarded
from api.schema.mutation import Mutation
from api.schema.query import Query
from api.schema.subscription import Subscription
from api.types import reasons, recipients
from api.types.scalars import SCALARS

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[
        reasons.FriendReason,
        reasons.InterestReason,
        reasons.PeersReason,
        reasons.LikenessReason,
        reasons.FeedbackReason,
        reasons.PriceReason,
        reasons.RelationReason,
        reasons.PopularityReason,
        reasons.SceneReason,
        reasons.ExplorationReason,
        reasons.RemainderReason,
        recipients.TieReason,
        recipients.CircleReason,
        recipients.ActivityReason,
    ],
    config=StrawberryConfig(scalar_map=SCALARS),
)

core_schema: GraphQLSchema = schema._schema  # noqa: SLF001
"""The same for graphql-core, which runs documents."""

# A Python default of None means "not given"; printed as `= null` it would say nothing to anybody.
for _type in core_schema.type_map.values():
    for _field in getattr(_type, "fields", {}).values():
        for _value in (_field, *getattr(_field, "args", {}).values()):
            if getattr(_value, "default_value", Undefined) is None:
                _value.default_value = Undefined

guarded(core_schema)


def printed() -> str:
    """The schema in GraphQL's own language, as `schema.graphql` holds it."""
    return f"{schema.as_str()}\n"
