"""The image that the chart runs: what is pinned, and nobody's root."""

import re
from pathlib import Path


ROOT = Path(__file__).parent.parent.parent
LINES = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text()).splitlines()
FINAL = LINES[max(number for number, line in enumerate(LINES) if line.startswith("FROM ")) :]


def test_only_what_is_pinned_by_hash_is_installed():
    """Each pip install in the image checks hashes, or installs the bot itself without more."""
    installs = [line for line in LINES if "pip install" in line]
    assert len(installs) == 2
    assert "--require-hashes --only-binary=:all: -r requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_the_bot_is_not_root():
    """The user is a number other than 0, as runAsNonRoot needs it, and nothing follows as root."""
    users = [line for line in FINAL if line.startswith("USER ")]
    assert len(users) == 1
    assert re.fullmatch(r"USER [1-9]\d*:[1-9]\d*", users[0])
    assert not any(line.startswith(("RUN", "COPY")) for line in FINAL[FINAL.index(users[0]) :])


def test_the_user_without_a_name_has_a_home():
    """Slack's SDK asks for the home directory when it is loaded, and fails without one."""
    assert [line for line in FINAL if line.startswith("ENV HOME=/")]


def test_the_container_is_the_command():
    """`docker run IMAGE` runs the bot where others reach it, `docker run IMAGE why …` asks."""
    assert 'ENTRYPOINT ["harborbot"]' in FINAL
    assert 'CMD ["run"]' in FINAL
    assert any("HOST=0.0.0.0" in line for line in FINAL if line.startswith("ENV "))


def test_no_tool_of_the_build_is_left():
    """The final stage takes the environment alone, without pip in it."""
    copies = [line for line in FINAL if line.startswith("COPY")]
    assert copies == ["COPY --from=build /opt/harborbot /opt/harborbot"]
    assert any(line.endswith("pip uninstall -y setuptools pip") for line in LINES)


def test_only_what_is_copied_is_sent_to_the_builder():
    """A .env with tokens in it never gets into an image, nor into its cache."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        word
        for line in LINES
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert "*" in ignored
    assert let_in == copied


def test_the_store_is_where_the_chart_mounts_it():
    """The embedded store's folder in the image is the one that the pod may write to."""
    deployment = (ROOT / "helm" / "templates" / "deployment.yaml").read_text()
    (folder,) = {found for line in FINAL for found in re.findall(r"STATE_DIR=(\S+)", line)}
    assert f"{{name: STATE_DIR, value: {folder}}}" in deployment
    assert f"{{name: state, mountPath: {folder}}}" in deployment
    assert any(line.startswith("RUN install -d") and line.endswith(folder) for line in FINAL)
