"""`flask reports prune`: clear stored reports away, by age or until the rest fits."""

from __future__ import annotations

import click

from app.cli.errors import PlainGroup
from app.config import load_config
from app.queue import open_store
from app.queue.store.people import GIGABYTE
from app.wording import count


@click.group("reports", cls=PlainGroup)
def reports_commands() -> None:
    """Look after the stored reports."""


@reports_commands.command("prune")
@click.option("--older-than", "days", type=click.FloatRange(min=0, min_open=True), help="Days since it was stored.")
@click.option("--over", "gigabytes", type=click.FloatRange(min=0), help="Gigabytes that all may take.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune_reports(days: float | None, gigabytes: float | None, yes: bool) -> None:
    """Delete old reports for good, the oldest first; those on a shortlist stay.

    The file does not shrink: new reports take the room. A backup that is restored is small again.
    """
    if days is None and gigabytes is None:
        raise click.UsageError("Say which: --older-than DAYS, --over GIGABYTES, or both.")
    store = open_store(load_config())
    if days is not None and store.settled_before() is None:
        raise click.ClickException("The site has not run for an hour yet, so its clock is not trusted with that.")
    if not yes:
        click.confirm("Delete these reports for good? Their links will lead nowhere", abort=True)
    over = None if gigabytes is None else gigabytes * GIGABYTE
    pruned = store.prune_reports(older_than_days=days, over_bytes=over)
    store.db.shorten_log()
    click.echo(f"{count(pruned, 'report')} deleted; {store.db.used_bytes() / GIGABYTE:.2f} GB in use.")
