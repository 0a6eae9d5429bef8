"""What a start imports, and that what it leaves out is there for whoever needs it.

Each in a process of its own, since what has been imported stays imported.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent

ANSWER = """
import asyncio, sys
from bot.quiet import configure_logging, prepare_environment
prepare_environment()
configure_logging()
from bot.conversation import Conversation
from bot.runtime import load_agent
from bot.training import model_path
result = asyncio.run(Conversation(load_agent(model_path())).turn("test:start", "web", text="hello"))
assert result.recorded and result.replies
print(*sys.modules)
"""

DIET = """
import asyncio, copy, json, sys, tarfile
from pathlib import Path
from bot.quiet import configure_logging, prepare_environment
prepare_environment()
configure_logging()
from rasa.engine.graph import GraphSchema
from rasa.model_training import train
from rasa.core.agent import Agent
from bot.rasa_fast.speed_up import speed_up
speed_up()
assert "tensorflow" not in sys.modules
result = train("domain.yml", "config.yml", ["nlu.yml"], "models", force_training=True)
agent = Agent.load(result.model)
parsed = asyncio.run(agent.parse_message("hello"))
assert "tensorflow" in sys.modules
with tarfile.open(result.model) as archive:
    written = json.load(archive.extractfile("metadata.json"))["train_schema"]
read = agent.processor.model_metadata.train_schema
assert read.as_dict() == GraphSchema.from_dict(copy.deepcopy(written)).as_dict()
print(parsed["intent"]["name"], *(node.uses.__name__ for node in read.nodes.values()))
"""

CONFIG = """
recipe: default.v1
assistant_id: small
language: en
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: DIETClassifier
  epochs: 40
  random_seed: 7  # the outcome is looked at, and after a few epochs from any start it may be either
policies:
- name: RulePolicy
"""
NLU = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
- intent: bye
  examples: |
    - see you later
    - good night
rules:
- rule: greet
  steps:
  - intent: greet
  - action: action_listen
"""


def _python(code: str, folder: Path) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_an_answer_takes_no_tensorflow_and_no_other_platforms_clients(model_path):
    imported = set(_python(ANSWER, PROJECT).split())
    left_out = {
        "tensorflow", "jax", "keras", "sklearn", "scipy.stats", "matplotlib", "boto3.session",
        "slack_sdk", "aiogram", "google.auth", "questionary", "apscheduler", "typer", "dask.local",
    }  # fmt: skip
    assert imported & left_out == set()


def test_a_pipeline_of_rasas_that_needs_tensorflow_gets_it(tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "nlu.yml").write_text(NLU)
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: [greet, bye]\n')
    said = _python(DIET, tmp_path).splitlines()[-1].split()
    assert said[0] == "greet" and "DIETClassifier" in said
