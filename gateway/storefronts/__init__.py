"""Shops: what their webhooks say, one module per dialect, and what their own APIs add to it.

Nothing outside of this package knows a dialect: ``dialects`` reads any of them into a ``schemas.order.OrderEvent``.
"""
