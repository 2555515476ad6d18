# Three images of one file: `docker build -t talentlms-gateway .` makes the gateway, which holds only what runs;
# `docker build --target demo .` adds the sandbox, for compose.yaml's profile of that name. The base is pinned by its
# digest; --build-arg PYTHON_IMAGE=… takes another.
ARG PYTHON_IMAGE=python:3.13.9-slim-bookworm@sha256:b685a4fa58bb19d1814d78a1ec0f0208f351452724f78b20212c984d6e124a34

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt
RUN python -m venv /opt/gateway && /opt/gateway/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE app.py ./
COPY schemas schemas
COPY gateway gateway
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/gateway/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM ${PYTHON_IMAGE} AS gateway
# A user without a home, a shell or a password, always of this number; the files are root's, so the process cannot change
# them. It runs on a read-only file system, too: it writes to /tmp, /dev/shm and the folder below alone.
RUN groupadd --system --gid 10001 gateway \
 && useradd --system --uid 10001 --gid gateway --no-create-home --shell /usr/sbin/nologin gateway
# Here it keeps what lasts, unless GATEWAY_DATABASE_URL names a PostgreSQL: put a volume there.
RUN install --directory --owner=gateway --group=gateway --mode=0700 /var/lib/talentlms-gateway
COPY --from=build /opt/gateway /opt/gateway
WORKDIR /srv/gateway
COPY gunicorn.conf.py ./
ENV PATH=/opt/gateway/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATE_DIRECTORY=/var/lib/talentlms-gateway
VOLUME /var/lib/talentlms-gateway
# By its number, which Kubernetes can check.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]

FROM gateway AS demo
COPY sandbox sandbox
CMD ["python", "-m", "sandbox.demo"]

FROM gateway
