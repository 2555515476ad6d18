"""Tests of the services in the sandbox."""
