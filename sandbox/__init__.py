"""The services that the gateway talks to, for the demo and the tests."""
