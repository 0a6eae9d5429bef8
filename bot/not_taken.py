"""What is raised for a message that is not taken after all."""

from __future__ import annotations


class NotTakenError(RuntimeError):
    """It is no turn, counts nowhere, and nothing has gone wrong."""
