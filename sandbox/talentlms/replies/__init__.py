"""The answers: which keys, in which order, as which type. Nearly every value is a text."""
