"""Storefronts: what they send, and what they are asked for."""

from gateway.errors.root import GatewayError


class WebhookRefused(GatewayError):
    """A webhook that is not taken. ``note`` never holds anything of its body."""


class WebhookUnsigned(WebhookRefused):
    """A webhook without the header with its signature."""

    code = "webhook-unsigned"


class WebhookSignatureWrong(WebhookRefused):
    """A webhook whose signature is not by any of the storefront's secrets."""

    code = "webhook-signature-wrong"


class WebhookStale(WebhookRefused):
    """A webhook that was rightly signed, but not within five minutes of now."""

    code = "webhook-stale"


class WebhookUnreadable(WebhookRefused):
    """A webhook that is rightly signed, and is not JSON in UTF-8, or not what its kind should hold."""

    code = "webhook-unreadable"


class WebhooksBusy(GatewayError):
    """So many large webhooks are being read that another one has to wait."""

    code = "webhooks-busy"


class ShopError(GatewayError):
    """A shop's own API answered with something that is not the order that was asked for."""

    code = "shop-error"


class ShopUnavailable(ShopError):
    """A shop's own API cannot be reached, or has a fault that may pass."""

    code = "shop-unavailable"


class ShopMisunderstood(ShopUnavailable):
    """A shop's own API is there, and its answer is one that nobody foresaw: it may pass, or not."""

    code = "shop-misunderstood"


class ShopKeyRefused(ShopError):
    """A shop's own API does not accept ``shop_api_key``, or does not let it read orders."""

    code = "shop-key-refused"


class ShopOrderUnknown(ShopError):
    """A shop's own API knows no such order."""

    code = "shop-order-unknown"
