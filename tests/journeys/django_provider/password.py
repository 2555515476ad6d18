"""The password that everybody has."""

PASSWORD = "password-of-everybody"
