"""`roi train`: trains when the data have changed."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")


def run(options: argparse.Namespace) -> int:
    """Trains if needed and prints the model's path."""
    from bot.training import ensure_model

    print(ensure_model(force=options.force))
    return 0
