"""A small shop for the demo and the tests: it sells three courses and tells the gateway of it in four dialects.

It posts signed events as Shopify, WooCommerce, Stripe and a shop of one's own would, on request also twice, in the
wrong order or with a forged signature, and shows what the gateway answered. It imports nothing of the gateway and must
only ever listen on loopback.
"""

from sandbox.storefront.config import Config, Storefront
from sandbox.storefront.server import Server, running_shop

__all__ = ["Config", "Server", "Storefront", "running_shop"]
