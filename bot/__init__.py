"""Runtime of the Release of Information assistant."""
