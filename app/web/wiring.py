"""How the web application is put together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import Flask, url_for

from app.cli.backup import backup_command, restore_command
from app.cli.development import work_beside_pages
from app.cli.errors import plainly_for_commands
from app.cli.evaluating import evaluate_all_command
from app.cli.jobs import jobs_commands
from app.cli.moving import to_postgres_command, to_sqlite_command
from app.cli.regions import region_commands
from app.cli.reports import reports_commands
from app.cli.sources import sources_commands
from app.cli.tokens import token_commands
from app.cli.worker import worker_command
from app.config import Config, load_config
from app.routes import (
    about,
    api,
    batch,
    comparing,
    embedding,
    exports,
    health,
    home,
    jobs,
    maps,
    metrics,
    operators,
    reports,
    resubmitting,
    shortlist,
    snapshots,
    where,
)
from app.seeing import sentry
from app.sources.live.services import services_in
from app.sources.live.told import live_sources
from app.views import maps as map_views
from app.views import panel, report
from app.views.town import likeness
from app.web import compression, errors, measuring, pictures, polls, proxies, services, towns
from app.web.programs import tokens
from app.web.security import cookies, floods, foreign, headers, hosts, live_jobs, reading
from app.wording import (
    amount,
    calm,
    clock,
    count,
    day,
    duration,
    exact,
    iso,
    limit,
    metres,
    minutes,
    moment,
    number,
    percent,
    sentence,
    together,
)

#: Links to static files change with the file's content, so browsers may keep them for a year.
ASSET_SECONDS = 365 * 24 * 3600

#: The filters with which templates write numbers and times.
FILTERS = (
    calm,
    count,
    minutes,
    metres,
    limit,
    number,
    exact,
    percent,
    duration,
    clock,
    day,
    moment,
    iso,
    amount,
    sentence,
    together,
)
BLUEPRINTS = (
    *(home.bp, jobs.bp, reports.bp, snapshots.bp, comparing.bp, embedding.bp, exports.bp, maps.bp, resubmitting.bp),
    *(batch.bp, shortlist.bp, where.bp, about.bp, api.bp, operators.bp, metrics.bp, health.bp),
)
COMMANDS = (
    *(region_commands, jobs_commands, reports_commands, token_commands, worker_command),
    *(evaluate_all_command, sources_commands, backup_command, restore_command),
    *(to_postgres_command, to_sqlite_command),
)
ROOT = Path(__file__).resolve().parents[2]


@plainly_for_commands()
def wire(config: Config | None) -> Flask:
    """Return the application for these settings, or for those in the environment."""
    config = load_config() if config is None else config
    sentry.check(config)
    live = live_sources(services_in(config), extras_in_regions=config.extras_in_regions == "on")  # raises ConfigError
    app = Flask(__name__, root_path=str(ROOT))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = ASSET_SECONDS
    measuring.init_app(app)
    guards = (hosts, reading, foreign, floods, live_jobs, cookies, headers)
    modules = (
        services,
        polls,
        compression,
        *guards,
        tokens,
        errors,
        pictures,
        towns,
        report,
        map_views,
        likeness,
        panel,
    )
    for module in modules:
        module.init_app(app, config)
    for function in FILTERS:
        app.add_template_filter(function)
    app.add_template_global(_asset_links(app))
    app.jinja_env.globals.update(live_sources=live)
    proxies.init_app(app, config)  # in front of all that reads where a request comes from
    app.wsgi_app = measuring.Measured(app.wsgi_app, config)  # type: ignore[method-assign]
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    work_beside_pages(config)
    return app


def _asset_links(app: Flask) -> Callable[[str], str]:
    """Return the function that templates call as `asset(name)` for the link to a static file."""
    folder = Path(str(app.static_folder))

    @cache
    def digest(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=digest(name))

    return asset
