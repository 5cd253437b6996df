"""Who is asking: a bearer token, read into a caller with a role.

Two kinds of token. A JSON Web Token (RFC 7519) that the shop signs for one of its people or services, checked
against keys from a file or an address (`tokens`). And an API key that `sharegraph keys` makes, of which only
a hash is kept (`loaders.keyring`). The `gate` takes either, or nobody: without `--dev` there is no anonymous
access.
"""
