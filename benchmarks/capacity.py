"""Computes the tables of docs/capacity.md from the inputs that stand in it.

After changing an input run ``.venv/bin/python -m benchmarks.capacity``: it writes the tables anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from bot.paths import PROJECT

DOCUMENT = PROJECT / "docs" / "capacity.md"
BEGIN, END = "<!-- computed by benchmarks/capacity.py -->", "<!-- until here -->"

PLACES = {"hospital": 1_000, "state": 50_000, "country": 5_000_000}
"""Conversations in the busiest hour."""


def inputs(text: str) -> dict[str, float]:
    """The inputs that a document states, by name."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d,.]+) \|", text, re.MULTILINE)
    return {name: float(value.replace(",", "")) for name, value in rows}


def needs(given: Mapping[str, float], conversations: int) -> dict[str, float]:
    """What so many conversations an hour need.

    Args:
        given: The inputs of the document.
        conversations: In the busiest hour.
    """
    i = given
    turns = conversations * i["turns"] / 3600
    workers = max(2, math.ceil(turns * i["worker_ms"] / 1000 / i["busy"]) + 1)
    kept = conversations * i["day_hours"] * i["turns"] * i["keep_hours"] / 24
    return {
        "turns a second": turns,
        "workers (a core each)": workers,
        "memory of the workers, GB": workers * i["worker_mb"] / 1024,
        "machines of 16 cores and 32 GB": max(
            2, math.ceil(workers / min(16, 32e3 / i["worker_mb"]))
        ),
        "cores of PostgreSQL": turns * i["postgresql_ms"] / 1000 / i["busy"],
        "commits a second": turns * i["commits"],
        "rows written a second": turns * i["rows"],
        "write-ahead log, MB a second": turns * i["wal_kb"] / 1000,
        "conversations kept, GB": kept * i["stored_kb"] * i["bloat"] / 1e6,
        "connections to PostgreSQL": workers * i["connections"],
        "Redis commands a second": turns * i["redis"],
        "cores of Redis": turns * i["redis_ms"] / 1000,
        "cores of nginx": turns * i["nginx_ms"] / 1000 / i["busy"],
        "network of people, Mbit a second": turns * i["network_kb"] * 8 / 1000,
    }


def cells(given: Mapping[str, float], conversations: int) -> dict[str, float]:
    """How many of each part would be needed, were each filled to what one of it can do."""
    all_of_it = needs(given, conversations)
    return {
        "PostgreSQL, by commits": all_of_it["commits a second"] / given["postgresql_commits"],
        "PostgreSQL, by connections": all_of_it["connections to PostgreSQL"]
        / given["postgresql_connections"],
        "Redis, by commands": all_of_it["Redis commands a second"] / given["redis_commands"],
        "Redis, by its one core": all_of_it["cores of Redis"] / given["busy"],
        "nginx, by cores": all_of_it["cores of nginx"] / given["nginx_cores"],
    }


def tables(given: Mapping[str, float]) -> str:
    """The computed part of the document."""
    heads = [f"{name}: {number:,} an hour" for name, number in PLACES.items()]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    computed = [needs(given, number) for number in PLACES.values()]
    lines += [_row(name, [each[name] for each in computed]) for name in computed[0]]
    lines += ["", f"| how many of one part | {' | '.join(PLACES)} |", lines[1]]
    filled = [cells(given, number) for number in PLACES.values()]
    lines += [_row(name, [each[name] for each in filled]) for name in filled[0]]
    return "\n".join(lines)


def updated(text: str) -> str:
    """The document with its computed part made anew."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables(inputs(text))}\n{END}{rest.partition(END)[2]}"


def _row(name: str, values: list[float]) -> str:
    return f"| {name} | {' | '.join(map(_shown, values))} |"


def _shown(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2g}"


if __name__ == "__main__":
    document = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(updated(document), encoding="utf-8")
    print(tables(inputs(document)))
