"""What goes wrong with the encoder; every message says the mend."""

from __future__ import annotations


class EncoderError(Exception):
    """The encoder cannot be built or loaded."""
