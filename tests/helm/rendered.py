"""What helm made of the chart, held against the restricted standard and the bot's settings.

Called by ``check.sh`` with a file of manifests; ends with a sentence where one does not hold.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot import settings


MOUNTED = "/etc/harborbot"
SECRET = {
    "REDIS_URL": "rediss://harborbot:made-up@redis.example.com/0",
    "SLACK_PROXY": "http://user:made-up@proxy.example.com:3128",
}


def main(path: Path) -> None:
    """Check every object in the file."""
    found: dict[str, Any] = {
        document["kind"]: document for document in yaml.safe_load_all(path.read_text()) if document
    }
    deployment = found["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]

    _restricted(pod)
    _selected(found, deployment, labels)
    _mounted(pod)
    _understood(pod["containers"][0]["env"])
    print(f"ok   {path.stem}: restricted, selected, mounted, and the bot accepts the settings")


def _restricted(pod: dict[str, Any]) -> None:
    outside, (container,) = pod["securityContext"], pod["containers"]
    inside = container["securityContext"]
    _hold("the pod runs as root", outside["runAsNonRoot"] is True)
    _hold("seccomp is off", outside["seccompProfile"] == {"type": "RuntimeDefault"})
    _hold("privileges can grow", inside["allowPrivilegeEscalation"] is False)
    _hold("the root file system is writable", inside["readOnlyRootFilesystem"] is True)
    _hold("capabilities are left", inside["capabilities"] == {"drop": ["ALL"]})
    _hold("the pod has a token", pod["automountServiceAccountToken"] is False)
    _hold("the pod sees other Services' names", pod["enableServiceLinks"] is False)
    _hold("a host's namespace is used", not any(name.startswith("host") for name in pod))
    kinds = {kind for volume in pod["volumes"] for kind in volume} - {"name"}
    _hold("a volume is of the host", kinds <= {"emptyDir", "secret", "configMap"})


def _selected(found: dict[str, Any], deployment: dict[str, Any], labels: dict[str, str]) -> None:
    selectors = [deployment["selector"]["matchLabels"], found["Service"]["spec"]["selector"]]
    if "PodDisruptionBudget" in found:
        selectors.append(found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"])
    if "NetworkPolicy" in found:
        selectors.append(found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"])
    for selector in selectors:
        _hold("a selector misses the pod", selector.items() <= labels.items())
        _hold("a selector names a version", not any("version" in key for key in selector))
    if "Ingress" in found:
        (rule,) = found["Ingress"]["spec"]["rules"]
        service = rule["http"]["paths"][0]["backend"]["service"]["name"]
        _hold("the ingress misses", service == found["Service"]["metadata"]["name"])


def _mounted(pod: dict[str, Any]) -> None:
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    _hold("a volume is not mounted", {volume["name"] for volume in pod["volumes"]} == set(mounts))
    for entry in pod["containers"][0]["env"]:
        if entry["name"].endswith(("_FILE", "STATE_DIR")):
            held = any(Path(entry["value"]).is_relative_to(path) for path in mounts.values())
            _hold(f"{entry['name']} is not mounted", held)


def _understood(entries: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as made:
        environment = {}
        for entry in entries:
            name, value = entry["name"], entry.get("value", SECRET.get(entry["name"], "made-up"))
            if value.startswith(MOUNTED):
                value = made + value
                Path(value).parent.mkdir(parents=True, exist_ok=True)
                Path(value).write_text("made-up")
            environment[name] = value
        _hold("a name is set twice", len(environment) == len(entries))
        settings.read(environment, dotenv=Path(made) / ".env", needs_slack=True)


def _hold(otherwise: str, good: bool) -> None:  # noqa: FBT001
    if not good:
        sys.exit(f"FAIL {otherwise}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
