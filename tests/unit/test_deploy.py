"""What stands in deploy/ holds what it promises; there is no engine here to run it with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector
from ruamel.yaml import YAML

from bot.counts import Turn
from bot.metrics import Metrics
from bot.paths import PROJECT

DEPLOY = PROJECT / "deploy"
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def documents(name: str) -> Iterator[dict[str, Any]]:
    yaml = YAML(typ="safe", pure=True)
    for part in (DEPLOY / name).read_text(encoding="utf-8").split("\n---\n"):
        # Where Rasa has been imported, ruamel fills in ${...} from the environment.
        yield yaml.load(part.replace("${", "$({"))


KUBERNETES = {
    f"{d['kind']}/{d['metadata']['name']}": d
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    if path.name != "kustomization.yaml"
    for d in documents(f"kubernetes/{path.name}")
}
PODS = {
    name: d["spec"]["template"]["spec"]
    for name, d in KUBERNETES.items()
    if "template" in d.get("spec", {})
}
COMPOSE = next(documents("compose/compose.yml"))


def test_the_kustomization_names_every_file_and_no_other() -> None:
    listed = next(documents("kubernetes/kustomization.yaml"))["resources"]
    files = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert sorted(listed) == sorted(files - {"kustomization.yaml"})


@pytest.mark.parametrize("name", sorted(PODS))
def test_a_pod_runs_as_nobody_in_particular_on_a_read_only_root(name: str) -> None:
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(container["resources"]["limits"])
        assert {"readinessProbe", "livenessProbe"} <= set(container)


def test_secrets_are_named_and_not_written_down() -> None:
    for pod in PODS.values():
        for container in pod["containers"]:
            for variable in container.get("env", ()):
                if re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL|AUTH", variable["name"]):
                    assert "secretKeyRef" in variable["valueFrom"], variable["name"]
    for service in COMPOSE["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL|AUTH|REDIS_URL", name):
                assert "$({" in value, name
    example = (DEPLOY / "compose" / "example.env").read_text(encoding="utf-8")
    assert not re.findall(r"^(?:ROI_SECRET|\w*PASSWORD|\w*TOKEN)=.+$", example, re.MULTILINE)


def test_the_app_is_replaced_without_a_gap_and_stops_after_its_requests() -> None:
    app = KUBERNETES["Deployment/app"]["spec"]
    assert app["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    pod = PODS["Deployment/app"]
    (container,) = pod["containers"]
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] >= waits + 10 + 10  # bot/server.py: _GRACE
    probes = (container[f"{name}Probe"] for name in ("startup", "readiness", "liveness"))
    paths = [probe["httpGet"]["path"] for probe in probes]
    assert paths == ["/ready", "/health", "/health"], "without a database the phone lines remain"


def test_only_what_is_named_may_talk_to_what() -> None:
    nothing = KUBERNETES["NetworkPolicy/nothing"]["spec"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert {"NetworkPolicy/app", "NetworkPolicy/redis"} <= set(KUBERNETES)
    assert {"HorizontalPodAutoscaler/app", "PodDisruptionBudget/app"} <= set(KUBERNETES)
    assert all(COMPOSE["networks"][name]["internal"] for name in ("inside", "numbers"))
    open_to_others = [name for name, s in COMPOSE["services"].items() if s.get("ports")]
    assert open_to_others == ["nginx"]


def test_selectors_select_what_they_are_meant_for() -> None:
    for name, labels in (("app", "Deployment/app"), ("redis", "StatefulSet/redis")):
        of_pod = KUBERNETES[labels]["spec"]["template"]["metadata"]["labels"]
        selected = KUBERNETES[f"Service/{name}"]["spec"]["selector"]
        assert selected.items() <= of_pod.items()


def test_settings_that_are_set_exist() -> None:
    known = set(re.findall(r"^\| `(ROI_[A-Z_]+)`", README, re.MULTILINE))
    text = "".join(
        path.read_text(encoding="utf-8") for path in sorted(DEPLOY.rglob("*")) if path.is_file()
    )
    assert set(re.findall(r"\bROI_[A-Z_]*[A-Z]\b", text)) <= known


def test_the_image_is_made_of_checked_packages_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert len(re.findall(r"^FROM ", text, re.MULTILINE)) == 2
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*:\d+$", last, re.MULTILINE)
    assert "--frozen" in text and "--require-hashes" in text and "bot.cli train" in text
    assert ":latest" not in text
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
        for source in line.split()
    }
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    assert copied == set(re.findall(r"^!(.+)$", ignore, re.MULTILINE))
    assert all((PROJECT / source).exists() for source in copied)


def metrics() -> set[str]:
    """The names of all series that a worker serves."""
    registry = CollectorRegistry()
    counted = Metrics(registry)
    ProcessCollector(registry=registry)
    counted.turn(Turn("web", "en", "fees", "fallback", "human", 0.1))
    counted.turn(Turn("web", "en", "fees", "failed", "none", 0.1))
    counted.limited("session")
    return {sample.name for metric in registry.collect() for sample in metric.samples}


def test_the_dashboard_shows_every_number_that_is_counted_and_no_other() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "roi.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    shown = set(re.findall(r"\b(?:roi|process)_[a-z_]+", " ".join(asked)))
    served = metrics()
    assert shown <= served
    ours = {name for name in served if name.startswith("roi_") and not name.endswith("_created")}
    assert ours - shown <= {"roi_turn_seconds_count", "roi_turn_seconds_sum"}
