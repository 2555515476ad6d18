"""SCIM 2.0 as a service provider: resources, filters, PATCH, discovery (RFC 7643, 7644, 9865); plain data in and out.

One table of attributes (``definitions``) says what there is; reading, PATCH, filters and ``/Schemas`` follow from it.
No library is used for it. Models that are classes, such as scim2-models with pydantic, refuse what provisioners send:
e-mail addresses as an object, a manager as a text, an empty list of operations, a group's ``id`` among what is
replaced. The code that would rewrite such messages first is as long as this package, and a second framework for
messages would stand beside marshmallow. Marshmallow's schemas would say every attribute once more than ``/Schemas``
does.
"""
