"""The world outside the gateway: neighbours for the demo and the tests."""
