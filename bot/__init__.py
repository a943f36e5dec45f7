"""How it runs: everything concrete meets here."""
