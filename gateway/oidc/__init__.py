"""The relying party: how a person proves at their identity provider who they are (OpenID Connect Core 1.0).

Authlib builds the messages: authorization URL, token request, client authentication. What decides whom we
believe is our own: the transaction (in ``store``), metadata and keys with a lifetime (``metadata``), the token's
validation on joserfc with locally pinned algorithms (``tokens``), and what a preset makes of the claims
(``claims``). This package knows nothing of Flask, and nothing of TalentLMS.
"""
