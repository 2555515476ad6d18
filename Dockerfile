# syntax=docker/dockerfile:1
# Two stages: the first builds and installs, the second holds only what runs. Neither the sandbox nor the tests are in it.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt
RUN python -m venv /opt/gateway && /opt/gateway/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE app.py ./
COPY schemas schemas
COPY gateway gateway
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/gateway/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.13-slim
# A user without a home, a shell or a password; the files are root's, so the process cannot change them.
RUN useradd --system --no-create-home --shell /usr/sbin/nologin gateway
# Here it keeps what lasts, unless GATEWAY_DATABASE_URL names a PostgreSQL: put a volume there.
RUN install --directory --owner=gateway --group=gateway --mode=0700 /var/lib/talentlms-gateway
COPY --from=build /opt/gateway /opt/gateway
WORKDIR /srv/gateway
COPY gunicorn.conf.py ./
ENV PATH=/opt/gateway/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATE_DIRECTORY=/var/lib/talentlms-gateway
VOLUME /var/lib/talentlms-gateway
USER gateway
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
