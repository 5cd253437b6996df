"""Where the command `sharegraph` begins: until all that it is made of is imported, Ctrl-C ends it without a
word, as there is nothing yet to be told of.
"""

import signal


def main() -> int:
    """Run the command line; the exit code. Ctrl-C afterwards is `api.cli.command`'s to tell of."""
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from api import cli

    signal.signal(signal.SIGINT, heard)
    return cli.main()
