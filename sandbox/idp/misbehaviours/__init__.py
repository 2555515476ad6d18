"""The misbehaviours by topic; `sandbox.idp.registry` puts them together."""
