# The site in a container: `docker build -t doorstep .`, then `docker run -p 8000:8000 -v doorstep:/data doorstep`.
# All that is kept lies in the one volume, /data. docs/operations.md says how to run commands in it.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/doorstep
RUN python -m venv /opt/venv
COPY pyproject.toml constraints.txt README.md ./
COPY app app
RUN /opt/venv/bin/pip install -c constraints.txt -e '.[preview]'

FROM python:3.11-slim-bookworm
# Names on the pictures that others show of a link need a font.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin doorstep \
    && install -d -o doorstep -g doorstep -m 0750 /data
WORKDIR /srv/doorstep
COPY --from=build /opt/venv /opt/venv
COPY pyproject.toml gunicorn_config.py LICENSE ./
COPY deploy/start.sh deploy/healthcheck.py deploy/
COPY data/samples data/samples
COPY static static
COPY templates templates
COPY app app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 DOORSTEP_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8000
# The first start imports the sample regions before the site answers.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "deploy/healthcheck.py"]
CMD ["deploy/start.sh"]
