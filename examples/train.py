#!/usr/bin/env python3
"""Plays a training run of an experiment of a model registry, from its parameters to the version that comes of it.

    REGISTRY_URL=https://registry.example.com REGISTRY_TOKEN=… \\
        python3 examples/train.py EXPERIMENT_ID --model MODEL_ID --name yolov8m-night

What it trains is tiny, so that it needs nothing but Python; all that it says to the registry is what a real script
would say. It can be run again when it was broken off: what it sends twice the registry takes once.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "clients" / "python"))
from model_registry import NotFound, Refused, Registry, RegistryError  # noqa: E402

READ = """
query ($id: ID!) {
  experiment(by: { id: $id }) {
    name
    status
    parameters { name value }
    datasetVersions { alias datasetVersion { name url dataset { name } } }
    artifacts(first: 100) { nodes { id name } }
  }
}"""

SET_STATUS = """
mutation ($id: ID!, $status: ExperimentStatus!) {
  answer: setExperimentStatus(id: $id, status: $status) { userErrors { code field message } }
}"""

LOG_METRICS = """
mutation ($id: ID!, $metrics: [MetricInput!]!) {
  answer: logMetrics(id: $id, input: { metrics: $metrics }) { userErrors { code field message } }
}"""

EXPORT = """
mutation ($id: ID!, $modelId: ID!, $name: String!, $key: String!) {
  answer: exportExperiment(id: $id, modelId: $modelId, input: { name: $name }, idempotencyKey: $key) {
    modelVersion { id version }
    warnings { message }
    userErrors { code field message }
  }
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Plays a training run, and exports it as a version.")
    parser.add_argument("experiment", help="the id of the experiment")
    parser.add_argument("--model", required=True, metavar="ID", help="the model that gets the version")
    parser.add_argument("--name", required=True, help="what the version is to be called")
    args = parser.parse_args()
    for name in ("REGISTRY_URL", "REGISTRY_TOKEN"):
        if not os.environ.get(name):
            parser.error(f"{name} is needed in the environment")
    try:
        registry = Registry(os.environ["REGISTRY_URL"], os.environ["REGISTRY_TOKEN"])
        run(registry, args.experiment)
        # The same key as in an earlier run, which may have been broken off before it had the answer.
        key = f"{args.experiment} as {args.name}"
        answer = change(registry, EXPORT, id=args.experiment, modelId=args.model, name=args.name, key=key)
    except RegistryError as error:
        print(f"train: {error}", file=sys.stderr)
        return error.exit_code
    for warning in answer["warnings"]:
        note(f"warning: {warning['message']}")
    print(answer["modelVersion"]["id"])
    return 0


def run(registry: Registry, id: str) -> None:
    """Trains, unless it has been done already. However it ends, the registry knows."""
    experiment = registry.query(READ, {"id": id}, retry=True)["experiment"]
    if experiment is None:
        raise NotFound(f"There is no experiment {id!r}.")
    if experiment["status"] == "SUCCESS":
        return
    for used in experiment["datasetVersions"]:
        version = used["datasetVersion"]
        note(f"{used['alias']}: {version['dataset']['name']} / {version['name']} at {version['url']}")
    set_status(registry, id, "RUNNING")
    try:
        with tempfile.TemporaryDirectory() as folder:
            train(registry, id, experiment, Path(folder))
    except KeyboardInterrupt:
        set_status(registry, id, "CANCELED")
        raise
    except Exception:
        set_status(registry, id, "FAILED")
        raise
    set_status(registry, id, "SUCCESS")


def train(registry: Registry, id: str, experiment: dict[str, Any], folder: Path) -> None:
    """Begins with the weights of the base, logs what each epoch comes to, and leaves the new weights in their place."""
    parameters = {each["name"]: each["value"] for each in experiment["parameters"]}
    files = {
        artifact["name"]: registry.pull(artifact["id"], to=folder / str(number))
        for number, artifact in enumerate(experiment["artifacts"]["nodes"])
    }
    weights = read_weights(files.get("weights"))
    for epoch, (weights, metrics) in enumerate(epochs(weights, parameters)):
        note(f"epoch {epoch}: {metrics}")
        # With its step, a value that is sent again does no harm.
        points = [{"name": name, "step": epoch, **metric} for name, metric in metrics.items()]
        change(registry, LOG_METRICS, id=id, metrics=points)
    path = folder / "trained.json"
    path.write_text(json.dumps(weights))
    registry.push(path, id, name="weights", replace=True, content_type="application/json")


def read_weights(path: Path | None) -> dict[str, Any]:
    """Those that an earlier run of this script has left; those of any other network are of no use to it."""
    try:
        return json.loads(path.read_text()) if path else {"w": [0, 0], "bias": 0}
    except ValueError:
        note("The weights of the base are another network's: beginning with none.")
        return read_weights(None)


def epochs(
    start: dict[str, Any], parameters: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """A logistic regression that learns on which side of a line points are: weights and metrics of each epoch."""
    (w0, w1), bias = start["w"], start["bias"]
    rate, chance = parameters.get("lr0", 0.5), random.Random(parameters.get("seed", 0))
    points = [(chance.random(), chance.random()) for _ in range(200)]
    for _ in range(parameters.get("epochs", 10)):
        loss = hits = 0.0
        for x, y in points:
            above = 1 if x + y > 1 else 0
            guess = 1 / (1 + math.exp(-(w0 * x + w1 * y + bias)))
            loss -= math.log(guess if above else 1 - guess) / len(points)
            hits += (guess > 0.5) == bool(above)
            step = rate * (above - guess)
            w0, w1, bias = w0 + step * x, w1 + step * y, bias + step
        accuracy = {"value": hits / len(points), "goal": "MAXIMIZE"}
        yield {"w": [w0, w1], "bias": bias}, {"loss": {"value": loss, "goal": "MINIMIZE"}, "accuracy": accuracy}


def set_status(registry: Registry, id: str, status: str) -> None:
    change(registry, SET_STATUS, id=id, status=status)


def change(registry: Registry, document: str, **variables: Any) -> dict[str, Any]:
    """Only for mutations that may be sent twice."""
    answer = registry.query(document, variables, retry=True)["answer"]
    if answer["userErrors"]:
        raise Refused(answer["userErrors"])
    return answer


def note(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
