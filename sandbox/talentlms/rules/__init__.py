"""The rules of the academy: what changes when something happens, whoever asked for it."""
