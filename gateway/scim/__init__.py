"""SCIM 2.0 as a service provider: resources, filters, PATCH, discovery (RFC 7643, 7644, 9865); plain data in and out.

One table of attributes (``definitions``) says what there is; reading, PATCH, filters and ``/Schemas`` follow from it.
There is no library below it. Models that are classes, such as scim2-models with pydantic, refuse before anybody can
forgive: e-mail addresses as an object, a manager as a text, an empty list of operations, a group's ``id`` among what
is replaced; what forgives them first is as long as what is here, and a second framework for messages stands beside
it. Marshmallow's schemas would say every attribute once more than ``/Schemas`` does.
"""
