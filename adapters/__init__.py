"""How platforms talk: one folder each, no rules, no SQL.

A platform is a folder with `adapter.py` (its life), `incoming.py` (its events as
ours) and `outgoing.py` (our messages as its own), and one line in
`bot/platforms.py`. What it must provide is `dialogues.ports.Adapter`.
"""
