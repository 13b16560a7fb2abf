"""`flask sources ...`: ask each live service a real question, and clear away what was fetched."""

from __future__ import annotations

import time

import click

from app.cli.errors import PlainGroup
from app.config import load_config
from app.errors import DoorstepError
from app.queue import open_store
from app.queue.store import JobStore
from app.sources.live.asking.checking import check, left_today
from app.sources.live.asking.client import Client
from app.sources.live.services import Service, all_of, services_in
from app.wording import count, duration

OFF = "Live sources are off. DOORSTEP_LIVE=on and DOORSTEP_CONTACT turn them on."
NOBODY = "Live sources are on, but no service is."


@click.group("sources", cls=PlainGroup)
def sources_commands() -> None:
    """Look after the live services that are asked about addresses outside all regions."""


@sources_commands.command("check")
def check_sources() -> None:
    """Ask each service that is on a real question; exit with 1 if one does not answer it."""
    config = load_config()
    services = all_of(services_in(config))
    if not services:
        click.echo(OFF if config.live == "off" else NOBODY)
        return
    store = open_store(config)
    client = Client(config, store)
    are_well = [_check_one(client, store, service) for service in services]
    if not all(are_well):
        raise click.exceptions.Exit(1)


def _check_one(client: Client, store: JobStore, service: Service) -> bool:
    """Ask one service, say what came of it, and return whether it answered."""
    began = time.perf_counter()
    try:
        check(client, service)
        said, is_well = f"ok in {duration(time.perf_counter() - began)}", True
    except DoorstepError as error:  # the answer to the question
        said, is_well = error.terminal_message, False
    click.echo(f"{service.name:10} {said.removesuffix('.')}; {left_today(service, store)}.")
    return is_well


@sources_commands.command("clear")
@click.option("--answers", is_flag=True, help="Only the answers.")
@click.option("--tiles", is_flag=True, help="Only the streets and places made of them.")
def clear_sources(answers: bool, tiles: bool) -> None:
    """Clear away the answers of services, and the streets and places that were made of them.

    Evaluations that are under way can finish; later ones ask again.
    """
    config, both = load_config(), answers == tiles
    store = open_store(config)
    if answers or both:
        cleared = store.clear_answers()
        store.db.shorten_log()
        click.echo(f"{count(cleared, 'answer')} cleared away.")
    if tiles or both:
        # Imported here: every process of the site loads this module, and none of them makes tiles.
        from app.sources.live.tiles.tiles import Tiles

        cleared = Tiles(config, None, Client(config, store)).clear()
        click.echo(f"{count(cleared, 'tile')} cleared away.")
