# One image for every process of the platform: `docker run IMAGE api`, `… worker`, `… setup`. The payment provider
# simulator, which is not part of the product, is the target "gateway".
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS dependencies
RUN python -m venv --without-pip /opt/venv
COPY locks/runtime.txt /tmp/
# Only wheels: nothing is compiled, so no stage needs a compiler.
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip --python /opt/venv/bin/python install --disable-pip-version-check --root-user-action=ignore \
      --no-deps --only-binary=:all: --require-hashes -r /tmp/runtime.txt

FROM python:${PYTHON}-slim AS source
COPY deploy/container /opt/pedidos/bin
COPY src/pedidos /opt/pedidos/src/pedidos
COPY src/pedidos_gateway /opt/gateway/pedidos_gateway
# The file system is read-only at run time: without this step, Python would compile the modules at each start.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/pedidos/src /opt/gateway

FROM python:${PYTHON}-slim AS base
ARG VERSION=
LABEL org.opencontainers.image.title="pedidos" org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
# The ids are fixed, so that a mounted volume can have the right owner.
RUN groupadd --gid 10001 pedidos \
 && useradd --uid 10001 --gid pedidos --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pedidos \
 && install -d -o pedidos -g pedidos /run/pedidos /var/lib/pedidos /var/lib/pedidos/keys /var/lib/pedidos/figures
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=source /opt/pedidos /opt/pedidos
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/pedidos/src \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONFAULTHANDLER=1 \
    PEDIDOS_STATE_DIR=/run/pedidos \
    PEDIDOS_KEYS_DIR=/var/lib/pedidos/keys \
    PEDIDOS_HEARTBEAT_FILE=/tmp/pedidos.heartbeat \
    PEDIDOS_HOST=0.0.0.0 \
    PEDIDOS_PORT=8000 \
    PEDIDOS_METRICS_HOST=0.0.0.0 \
    PEDIDOS_METRICS_PORT=9100 \
    PEDIDOS_METRICS_FOLDER=/tmp/pedidos.metrics
# The same holds for the catalogues of texts.
RUN python -c "from pedidos import texts; [texts.compiled(each) for each in texts.CATALOGUES]"
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --retries=3 --start-period=120s --start-interval=2s \
  CMD ["python", "-IS", "/opt/pedidos/bin/health.py"]
ENTRYPOINT ["/opt/pedidos/bin/run"]
CMD ["--help"]

FROM base AS static-files
RUN ["python", "-m", "pedidos", "static-files", "/tmp/static-files"]

# The edge is Caddy with our static files and our Caddyfile, over which compose.yaml mounts the checkout's. write_idle needs
# Caddy 2.11.7 or later.
FROM caddy:2 AS edge
COPY deploy/caddy/Caddyfile /etc/caddy/Caddyfile
COPY --from=static-files /tmp/static-files /srv/pedidos

FROM base AS gateway
USER root
RUN install -d -o pedidos -g pedidos /var/lib/pedidos/gateway
COPY --from=source /opt/gateway/pedidos_gateway /opt/pedidos/src/pedidos_gateway
ENV PEDIDOS_GATEWAY_BOOK=/var/lib/pedidos/gateway/book.sqlite
USER 10001:10001
CMD ["gateway"]

FROM base AS product
