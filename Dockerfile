# One image for web, worker, beat and migrations; docker-compose.yml tells them apart by their command.

FROM python:3.11-slim AS build
# observability: with what SENTRY_DSN and OTEL_EXPORTER_OTLP_ENDPOINT need.
ARG EXTRAS=""
COPY requirements/bootstrap.lock requirements/base.lock requirements/observability.lock /requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r /requirements/bootstrap.lock \
    && python -m venv --without-pip /venv \
    && for name in base $EXTRAS; do \
        uv pip install --no-cache --python /venv/bin/python --no-deps --require-hashes --compile-bytecode \
            -r /requirements/$name.lock || exit 1; done
WORKDIR /despacho
COPY manage.py ./
COPY config config
COPY orders orders
COPY marketplaces marketplaces
COPY warehouse warehouse
# Settings want servers and keys; collecting files uses none of them.
RUN SECRET_KEY=unused FIELD_ENCRYPTION_KEYS=unused DATABASE_URL=postgresql://unused REDIS_URL=redis://unused \
    /venv/bin/python manage.py collectstatic --noinput \
    && /venv/bin/python -m compileall -q config orders marketplaces warehouse

FROM python:3.11-slim
RUN groupadd --system --gid 10001 despacho \
    && useradd --system --uid 10001 --gid despacho --no-create-home --home-dir /despacho despacho
COPY --from=build /venv /venv
COPY --from=build /despacho /despacho
WORKDIR /despacho
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-I", "config/alive.py", "web"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
    "--limit-request-line", "8190", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
