# The bot for a container: no compiler, no pip, no root. Built from a checkout, with what
# requirements.lock pins and nothing else.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/harborbot
ENV PATH=/opt/harborbot/bin:$PATH
# Before the sources, so that a change of those does not install it all again.
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary=:all: -r requirements.lock
COPY pyproject.toml README.md ./
COPY bot bot
COPY handlers handlers
RUN pip install --no-deps --no-build-isolation . && pip uninstall -y setuptools pip

FROM python:${PYTHON}-slim
COPY --from=build /opt/harborbot /opt/harborbot
# Where the embedded store keeps its file when no REDIS_URL is set; mount a volume there to keep it.
RUN install -d -m 0700 -o 10001 -g 10001 /var/lib/harborbot
ENV PATH=/opt/harborbot/bin:$PATH HOST=0.0.0.0 STATE_DIR=/var/lib/harborbot
# Slack's SDK does not load where a user without a name has no home either.
ENV HOME=/var/lib/harborbot
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 3000
ENTRYPOINT ["harborbot"]
CMD ["run"]
