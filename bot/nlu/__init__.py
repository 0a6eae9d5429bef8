"""Language understanding: pure cores and the thin Rasa components around them."""
