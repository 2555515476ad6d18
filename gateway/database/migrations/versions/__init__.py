"""The changes, one file each, in the order that ``down_revision`` tells."""
