# syntax=docker/dockerfile:1
# The application alone, from the locked dependencies, run by a user who owns nothing but its data folder.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/sharegraph
COPY requirements.lock requirements-build.lock ./
# Dependencies change less often than code: this layer outlives most builds.
RUN /opt/sharegraph/bin/python -m pip install --require-hashes --requirement requirements.lock
RUN python -m pip install --require-hashes --requirement requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY graph graph
COPY loaders loaders
COPY api api
RUN python -m hatchling build -t wheel -d /tmp/dist \
 && /opt/sharegraph/bin/python -m pip install --no-deps /tmp/dist/sharegraph-*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/sharegraph --create-home sharegraph
COPY --from=build /opt/sharegraph /opt/sharegraph
ENV PATH=/opt/sharegraph/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/var/lib/sharegraph/kernels \
    SHAREGRAPH_STORE=sqlite:////var/lib/sharegraph/sharegraph.db \
    SHAREGRAPH_KEYS=/var/lib/sharegraph/keys.json
USER 10001
WORKDIR /var/lib/sharegraph
# Compiled once here, so that no start has to; a new volume begins with what is in this folder.
RUN sharegraph warm
VOLUME /var/lib/sharegraph
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["sharegraph"]
# Whoever asks has a key; the first is made by `keys create admin`, in the same volume.
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
