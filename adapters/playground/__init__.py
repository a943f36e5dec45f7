"""A phone chat on a local page: a real platform adapter that needs no account."""
