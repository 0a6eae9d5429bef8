"""Where things stand on disk."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CONTENT = PROJECT / "bot" / "content"
BUILD = Path(os.environ.get("ROI_BUILD") or PROJECT / "build")
MODELS = BUILD / "models"
VAR = Path(os.environ.get("ROI_VAR") or PROJECT / "var")
