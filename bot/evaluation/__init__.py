"""How well messages are understood: labelled messages, measures, and reports on them."""
