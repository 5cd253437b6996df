"""The domain: events, arrays, NetworkX and numbers. No file, no socket, no clock of its own, no chance unasked."""
