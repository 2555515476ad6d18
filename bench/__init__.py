"""``make bench``: the gateway measured beside its peers, in one run, on loopback, with everything started here."""
