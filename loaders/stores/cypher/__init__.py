"""What the store in Neo4j asks of its graph; loaders.stores.neo4j says who may ask when, and alone knows the
driver.
"""
