"""The data classes that the packages pass to each other, and the schemas of what comes from outside.

Each file holds one frozen dataclass and, where it is read from outside or written there, its marshmallow schema.
Every package may import this one; it imports none of them.
"""
