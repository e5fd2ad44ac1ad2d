"""prefect.yaml is not checked when it is deployed (Prefect#16996), so it is checked here."""

import inspect
import os
from pathlib import Path

import pytest
import yaml

# Prefect reads its settings when it is imported.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document() -> dict:
    return yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def deployments(document) -> dict:
    return {deployment["name"]: deployment for deployment in document["deployments"]}


def test_it_has_prefects_own_form(document) -> None:
    import jsonschema
    from prefect.cli.deploy._models import DeploymentConfig, PrefectYamlModel

    PrefectYamlModel.model_validate(document)
    jsonschema.validate(document, PrefectYamlModel.model_json_schema())
    # The models let unknown fields pass: a misspelt one would be ignored in silence.
    fields = {field.alias or name for name, field in PrefectYamlModel.model_fields.items()}
    assert set(document) <= fields
    for deployment in document["deployments"]:
        assert set(deployment) <= set(DeploymentConfig.model_fields)


def test_nothing_of_the_deploying_machine_is_pulled(document) -> None:
    assert document["pull"] == []


def test_nightly_runs_in_the_night_of_china(deployments) -> None:
    (schedule,) = deployments["nightly"]["schedules"]
    assert schedule["timezone"] == "Asia/Shanghai"
    assert 0 <= int(schedule["cron"].split()[1]) <= 5
    assert deployments["nightly"]["concurrency_limit"]["limit"] == 1


def test_the_others_have_no_schedule(deployments) -> None:
    assert set(deployments) == {"nightly", "reextract", "reextract-shard", "publish", "fixity"}
    assert deployments["reextract"]["schedules"] == deployments["publish"]["schedules"] == []


@pytest.mark.parametrize("name", ["nightly", "reextract", "publish"])
def test_the_entrypoint_is_a_flow_that_takes_the_parameters(deployments, name: str) -> None:
    from prefect.flows import Flow, load_flow_from_entrypoint

    deployment = deployments[name]
    path, _, function = deployment["entrypoint"].partition(":")
    flow = load_flow_from_entrypoint(f"{ROOT / path}:{function}", use_placeholder_flow=False)
    assert isinstance(flow, Flow)
    assert flow.name == name
    accepted = inspect.signature(flow.fn).parameters
    assert set(deployment["parameters"]) <= set(accepted)
    assert all(parameter.default is not parameter.empty for parameter in accepted.values())
    flow.validate_parameters(deployment["parameters"])
