"""A thin skin: GraphQL and the command line over the same answers."""
