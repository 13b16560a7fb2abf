"""How the web application is put together."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.cli_jobs import jobs_commands, worker_command
from app.cli_regions import region_commands
from app.config import Config, load_config
from app.routes import (
    assets,
    cookie_key,
    errors,
    health,
    home,
    jobs,
    methods,
    operators,
    polls,
    rate,
    regions,
    score_words,
    security,
    services,
    snapshots,
    words,
)

BLUEPRINTS = (home.bp, jobs.bp, snapshots.bp, regions.bp, methods.bp, operators.bp, health.bp)
ROOT = Path(__file__).resolve().parents[2]


def wire(config: Config | None) -> Flask:
    """Make the application from settings, read from the environment where none are given."""
    config = load_config() if config is None else config
    app = Flask(__name__, root_path=str(ROOT))
    app.config.update(
        SECRET_KEY=config.secret_key or cookie_key.kept_in(config.data_dir),
        MAX_CONTENT_LENGTH=security.MAX_BODY_BYTES,
        SESSION_COOKIE_NAME="doorstep",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=security.COOKIE_SECONDS,
        SEND_FILE_MAX_AGE_DEFAULT=assets.MAX_AGE_SECONDS,
    )
    for module in (services, rate, polls, security, errors, assets, words, score_words):
        module.init_app(app, config)
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in (region_commands, jobs_commands, worker_command):
        app.cli.add_command(command)
    return app
