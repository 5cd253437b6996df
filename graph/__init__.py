"""The domain: events, arrays, NetworkX and numbers. No file, no socket, no clock, no chance unasked."""
