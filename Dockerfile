# One image for the service and its commands. Built in two stages, so that no build tool is in what runs.
# Named by full version; not by digest, because none was verified. It contains the extras redis, tracing, oidc and s3.
FROM python:3.13.14-slim AS build
WORKDIR /build
COPY requirements requirements
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/image.lock \
    && python -m venv /tools && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements/run.lock -r requirements/web.lock
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES.txt schema.graphql ./
COPY migrations migrations
COPY web web
COPY src src
RUN /tools/bin/python web/build.py \
    && /tools/bin/python web/build_ui.py \
    && /tools/bin/python -m hatchling build -t wheel \
    && /venv/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.13.14-slim
RUN useradd --system --uid 10001 --no-create-home customer-gql
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 CUSTOMER_GQL_HOST=0.0.0.0
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; p = os.environ.get; \
u.urlopen('http://127.0.0.1:%s/health/ready' % (p('CUSTOMER_GQL_HEALTH_PORT') or p('CUSTOMER_GQL_PORT') or 8000), timeout=2)"]
ENTRYPOINT ["customer-gql"]
CMD ["serve"]
