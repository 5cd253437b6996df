"""What the embedded store asks of SQLite; loaders.stores.embedded says who may ask when."""
