"""The second real identity provider of the journeys: django-oauth-toolkit, which shares no code with Authlib.

Started as ``python -m tests.journeys.django_provider``; it listens on loopback only and knows one client.
"""
