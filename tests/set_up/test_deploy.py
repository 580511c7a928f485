"""deploy/: what Kubernetes, Prometheus and Grafana are told agrees with the code and with docker-compose.yml."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplaces import metrics

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
SOURCE = Path(metrics.__file__).read_text()
METRICS = set(re.findall(r'"(despacho_\w+)"', SOURCE))
#: One family for each moment of an account.
METRICS |= {f"despacho_account_{name}_seconds" for name in re.findall(r'"(\w+)": \("Seconds', SOURCE)}
DASHBOARD = json.loads((DEPLOY / "grafana/despacho.json").read_text())
RULES = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"][0]["rules"]


def documents(folder: str) -> list[dict[str, Any]]:
    return [
        document
        for path in sorted((DEPLOY / folder).glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
        if path.name != "kustomization.yaml"
    ]


def containers() -> dict[str, dict[str, Any]]:
    specs = [
        document["spec"]["template"]["spec"]
        for document in documents("kubernetes")
        if "template" in document.get("spec", {})
    ]
    return {spec["containers"][0]["name"]: spec["containers"][0] | {"pod": spec} for spec in specs}


@pytest.mark.parametrize("name", ["migrate", "worker", "beat"])
def test_both_ways_of_running_it_give_the_same_command(name: str) -> None:
    assert containers()[name]["command"] == SERVICES[name]["command"]


def test_a_pod_that_ends_is_given_the_time_that_compose_gives() -> None:
    worker = containers()["worker"]["pod"]["terminationGracePeriodSeconds"]
    assert f"{worker}s" == SERVICES["worker"]["stop_grace_period"]


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "beat"])
def test_containers_have_no_more_rights_than_they_need(name: str) -> None:
    container = containers()[name]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["pod"]["securityContext"]["runAsNonRoot"] is True
    assert "memory" in container["resources"]["limits"]


def test_a_marketplace_of_its_own_listens_to_its_own_queues_and_is_else_a_worker_like_the_others() -> None:
    example = yaml.safe_load((DEPLOY / "kubernetes/overlay-example/worker-shopee.yaml").read_text())
    command = example["spec"]["template"]["spec"]["containers"][0]["command"]

    usual = [
        "pull.shopee,push.shopee" if word == "control,push,pull" else word for word in SERVICES["worker"]["command"]
    ]
    assert command == usual
    assert "pull.shopee,push.shopee" in (ROOT / "docs/growing.md").read_text()


def test_every_file_of_the_kustomization_is_there_and_listed() -> None:
    listed = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text())["resources"]
    there = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert set(listed) == there


def test_what_is_configured_is_documented() -> None:
    (configuration,) = [one for one in documents("kubernetes") if one["kind"] == "ConfigMap"]
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE))
    assert set(configuration["data"]) <= documented


def test_alerts_ask_for_figures_that_exist() -> None:
    asked = {name for rule in RULES for name in re.findall(r"despacho_\w+", rule["expr"])}
    assert asked <= METRICS
    assert all(rule["annotations"]["description"] for rule in RULES)


def test_the_dashboard_shows_every_figure_and_no_other() -> None:
    shown = {
        name
        for panel in DASHBOARD["panels"]
        for target in panel["targets"]
        for name in re.findall(r"despacho_\w+", target["expr"])
    }
    assert shown == METRICS


def test_the_autoscaler_follows_a_figure_that_exists() -> None:
    (scaler,) = [one for one in documents("kubernetes") if one["kind"] == "HorizontalPodAutoscaler"]
    assert scaler["spec"]["metrics"][0]["external"]["metric"]["name"] in METRICS
