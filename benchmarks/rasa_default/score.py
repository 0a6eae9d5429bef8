"""Prints the intents that a trained default gives to sentences: `MODEL < texts.json`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys


def main(model: str) -> None:
    """Reads a JSON list of texts; prints a JSON list of the likeliest intents."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    found = []
    for text in json.load(sys.stdin):
        parsed = asyncio.run(agent.parse_message(text))
        ranking = [row["name"] for row in parsed["intent_ranking"]]
        # Not the fallback: what it would have answered counts.
        found.append(next((name for name in ranking if name != "nlu_fallback"), ""))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
