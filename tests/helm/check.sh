#!/usr/bin/env bash
# The chart through helm itself: lint, three ways to run it against Kubernetes' own schemas, the
# restricted standard and the bot's settings, and what is refused. Needs no cluster.
#   HELM    the helm 3 binary, by default the one on the path
#   PYTHON  with the bot, pyyaml and kubernetes-validate, by default the checkout's environment
set -euo pipefail
cd "$(dirname "$0")/../.."

HELM=${HELM:-helm}
PYTHON=${PYTHON:-.venv/bin/python}
VALUES=tests/helm/values

command -v "$HELM" >/dev/null || {
	echo "helm is missing: install it, or name it with HELM=..." >&2
	exit 1
}
"$PYTHON" -c 'import kubernetes_validate' 2>/dev/null || {
	echo "kubernetes-validate is missing: install it beside the bot, or name a Python with PYTHON=..." >&2
	exit 1
}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

for values in "$VALUES"/*.yaml; do
	name=$(basename "$values" .yaml)
	"$HELM" lint --strict --quiet helm -f "$values"
	"$HELM" template bot helm -f "$values" >"$made/$name.yaml"
	for version in 1.25 1.37; do
		"$PYTHON" -m kubernetes_validate --strict --quiet -k "$version" "$made/$name.yaml"
	done
	"$PYTHON" tests/helm/rendered.py "$made/$name.yaml"
	echo "ok   $name: $(grep -c '^kind:' "$made/$name.yaml") objects, as Kubernetes 1.25 and 1.37 want them"
done

# Helm shows NOTES.txt only to a cluster: here it is a value in a document of its own.
cp -r helm "$made/chart"
{
	printf 'kind: Notes\ntext: |\n'
	sed 's/^/  /' helm/templates/NOTES.txt
} >"$made/chart/templates/notes.yaml"
for name in small everything; do
	notes=$("$HELM" template bot "$made/chart" -f "$VALUES/$name.yaml" -s templates/notes.yaml | sed -n 's/^  //p')
	[[ $(wc -l <<<"$notes") == 3 && $notes == *https://*/slack/events* ]] || {
		printf 'FAIL notes of %s:\n%s\n' "$name" "$notes" >&2
		exit 1
	}
	echo "ok   notes of $name: three lines with $(grep -o 'https://[^ ]*' <<<"$notes")"
done

# What is wrong, then what the refusal must say.
refused() {
	local said
	if said=$("$HELM" template bot helm -f "$VALUES/small.yaml" --set "$1" 2>&1); then
		echo "FAIL $1 is accepted" >&2
		exit 1
	fi
	[[ $said == *"$2"* ]] || {
		printf 'FAIL %s is refused with:\n%s\n' "$1" "$said" >&2
		exit 1
	}
	echo "ok   $1: $2"
}

refused replcas=2 "additional properties 'replcas' not allowed"
refused harbors.prod.ulr=https://x "at '/harbors/prod': additional properties 'ulr' not allowed"
refused networkPolicy.enable=true "at '/networkPolicy': additional properties 'enable' not allowed"
refused harbors.Prod.url=https://x "at '/harbors': additional properties 'Prod' not allowed"
refused 'readers={@li}' "at '/readers/0': '@li' does not match pattern"
refused harbors.prod.url=prod.example.com "at '/harbors/prod/url': 'prod.example.com' does not match pattern"
refused harbors.prod.passwordAsFile=true "properties 'username' required, if 'passwordAsFile' exists"
refused existingSecret= "Set existingSecret to the Secret that holds the tokens."
refused harbors=null "Set harbors to at least one Harbor instance"
refused replicas=2 "Set redis.external to true and put REDIS_URL into existingSecret"
refused ingress.enabled=true "Set ingress.host to the host at which Slack reaches the bot."
