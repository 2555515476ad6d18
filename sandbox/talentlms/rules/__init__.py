"""The rules of the portal: what changes when something happens, by whatever way."""
