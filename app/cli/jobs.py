"""`flask jobs ...`: look at the queue and act on it."""

from __future__ import annotations

import click

from app.cli.errors import PlainGroup
from app.config import load_config
from app.queue import open_store
from app.queue.jobs import Job, Status
from app.queue.store import JobStore
from app.queue.waiting import wait_of
from app.sources.advice import advice_on
from app.wording import count, duration, iso


@click.group("jobs", cls=PlainGroup)
def jobs_commands() -> None:
    """Look at the queue and act on it."""


@jobs_commands.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only jobs in this status.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--without-typing-errors", is_flag=True, help="None that only show that somebody mistyped an address.")
def list_jobs(status: str | None, limit: int, without_typing_errors: bool) -> None:
    """List jobs, newest first."""
    wanted = Status(status) if status else None
    for job in _store().list_jobs(wanted, limit, without_typing_errors=without_typing_errors):
        click.echo(_line(job))


@jobs_commands.command("show")
@click.argument("job_id")
def show_job(job_id: str) -> None:
    """Show one job with its stages and its history."""
    store = _store()
    job = store.get_job(job_id)
    click.echo(_line(job))
    click.echo(f"  attempts {job.attempts}, resumed {job.resumed}, worker {job.worker or '-'}")
    if job.error:
        click.echo(f"  {job.error}")
    if due_in_seconds := store.due_in_seconds(job):
        click.echo(f"  tried again in {duration(due_in_seconds)}")
    if wait := wait_of(job, store.clocks.unix(), store.config):
        click.echo(f"  {wait.sentence}")
    if advice := advice_on(job.address, job.error_code, store.config):
        for line in advice.lines:
            click.echo(f"  {line}")
    for stage in store.stages(job_id):
        seconds = "" if stage.seconds is None else f"{stage.seconds:.3f} s"
        click.echo(f"  {stage.stage:<16} {stage.state_in(job.status):<10} {seconds:>10}  {stage.reason}".rstrip())
    for event in store.events(job_id):
        before = event.from_status or "new"
        click.echo(f"  {iso(event.at)}  {before} -> {event.to_status}  {event.worker}  {event.why}")


@jobs_commands.command("retry")
@click.argument("job_id")
def retry_job(job_id: str) -> None:
    """Queue a failed or cancelled job again."""
    click.echo(_line(_store().retry_job(job_id, None)))


@jobs_commands.command("cancel")
@click.argument("job_id")
def cancel_job(job_id: str) -> None:
    """Call a job off: at once when it waits, within a second or so when it runs."""
    click.echo(_line(_store().cancel_job(job_id, None)))


@jobs_commands.command("prune")
@click.option("--days", type=click.FloatRange(min=0), help="Default: DOORSTEP_JOB_RETENTION_DAYS.")
@click.option("--yes", is_flag=True, help="Do not ask before all are cleared away.")
def prune_jobs(days: float | None, yes: bool) -> None:
    """Clear away jobs that ended long ago; reports stay."""
    config = load_config()
    store = open_store(config)
    if days == 0 and not yes:
        click.confirm("Clear away every job that has ended, with its history and batch", abort=True)
    if days != 0 and store.settled_before() is None:
        raise click.ClickException("The site has not run for an hour yet, so its clock is not trusted with that.")
    pruned = store.prune(config.job_retention_days if days is None else days)
    click.echo(f"{count(pruned, 'job')} cleared away.")


@jobs_commands.command("stats")
def show_stats() -> None:
    """Show the queue's figures."""
    stats = _store().stats()
    for status in Status:
        click.echo(f"{status:<10} {getattr(stats, status)}")
    click.echo(f"{'mistyped':<10} {stats.refused}")
    oldest = "-" if stats.oldest_queued_seconds is None else f"{stats.oldest_queued_seconds:.0f} s"
    click.echo(f"oldest waiting {oldest}")
    click.echo(f"created {stats.created_per_minute:.1f} a minute, finished {stats.finished_per_minute:.1f} a minute")


def _store() -> JobStore:
    return open_store(load_config())


def _line(job: Job) -> str:
    stage = f" at {job.current_stage}" if job.current_stage and job.status.live else ""
    return f"{job.job_id}  {iso(job.created_at)}  {job.status}{stage}  {job.address}"
