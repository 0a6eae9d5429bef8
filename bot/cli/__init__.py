"""The `roi` command."""
