"""Tests of the neighbours in the sandbox."""
