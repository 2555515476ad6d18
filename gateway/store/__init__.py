"""What the gateway remembers, each kind in its own file; Redis is known here and nowhere else.

For minutes or hours: sessions, sign-in transactions, sign-outs under way, locks, failed attempts,
provider documents. Never: a one-time link, a password.
"""
