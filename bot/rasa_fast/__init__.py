"""Work that Rasa 3.6.21 does without need, done once or not at all; see docs/performance.md.

Each change gives the same results as Rasa's own code; tests/components/test_rasa_fast.py compares.
"""
