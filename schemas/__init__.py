"""The messages themselves: what travels between the rooms and across the walls.

Each file holds one noun: the frozen dataclass that the rooms pass on and, where it crosses a wall, the
marshmallow schema that reads or writes it. This is the leaf of the house: everyone may import it, it imports
nobody.
"""
