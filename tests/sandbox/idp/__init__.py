"""Tests of the sandbox's identity provider, over real HTTP."""
