"""What the gateway remembers, each kind in its own file; Redis is known here and nowhere else.

For minutes or hours: sessions, sign-in transactions, departures, locks, failed attempts, provider documents. As
long as Redis lasts: which account is whose. Never: a one-time link, a password.
"""
