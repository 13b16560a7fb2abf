"""Expected failures: each docstring is the sentence a person reads."""

from __future__ import annotations


class DoorstepError(Exception):
    """Something went wrong on our side. Please try again in a moment."""

    code = "internal"
    http_status = 500
    #: The same work may succeed later, so the queue tries it again by itself.
    passing = False
    #: Whether a try that ends so is one of those after which a job is given up.
    counts = True
    #: What a person typed, or left unanswered, is the reason: no failure of the site.
    typed = False
    #: Commands and the start meet it; no program does.
    for_operators = False
    #: When to come back (seconds), where the one who raises it knows nothing better; None: that is not said.
    usual_retry_seconds: int | None = None
    #: The sentence for a job that was tried again until it was given up, "" if one does for both.
    at_last = ""
    #: The sentence for a terminal, where the one for people speaks of what a page shows; "" if one does for both.
    at_terminal = ""

    def __init__(
        self,
        *,
        retry_after_seconds: int | None = None,
        **details: object,
    ) -> None:
        said = {key: _said(value) for key, value in details.items()}
        self.message = " ".join((self.__doc__ or "").split()).format(**said)
        self.terminal_message = self.at_terminal.format(**said) or self.message
        self.message_at_last = self.at_last.format(**said)
        self.details = details
        self.retry_after_seconds = self.usual_retry_seconds if retry_after_seconds is None else retry_after_seconds
        super().__init__(self.message)


def _said(detail: object) -> object:
    """Return a detail as the sentence has it: several texts with commas between."""
    return ", ".join(detail) if isinstance(detail, tuple) else detail


class ConfigError(DoorstepError):
    """The setting {name} is wrong: {why}."""

    code = "config"
    for_operators = True


# --- what a person typed ---------------------------------------------------------------------------


class InvalidListing(DoorstepError):
    """{why}"""

    code = "invalid-listing"
    typed = True
    http_status = 422

    def __init__(self, *, field: str, why: str, others: tuple[InvalidListing, ...] = ()) -> None:
        self.field = field
        #: What else is wrong, each with its own field.
        self.others = others
        super().__init__(why=why)

    @property
    def by_field(self) -> dict[str, str]:
        """Return every wrong field with what to do about it, in the order of the form."""
        return {each.field: each.message for each in (self, *self.others)}


class AddressNotFound(DoorstepError):
    """Nothing like that is on the map here, which covers {regions}. Check the spelling, or add the town."""

    code = "address-not-found"
    typed = True
    http_status = 422


class AddressUnknown(AddressNotFound):
    """Neither the regions covered here nor the services that this site asks know an address like that. Check the
    spelling, or add the town.
    """

    code = "address-unknown"


class AddressOutsideRegions(DoorstepError):
    """That point lies outside the regions covered here, which are: {regions}."""

    code = "outside-regions"
    typed = True
    http_status = 422


class LinkWithoutPoint(DoorstepError):
    """That link does not carry the coordinates of a place. Paste the address itself, or a link that shows them."""

    code = "link-without-point"
    typed = True
    http_status = 422


class ShortPlusCode(DoorstepError):
    """That Plus Code is a short one, which needs the town beside it: add that, or give the whole code."""

    code = "short-plus-code"
    typed = True
    http_status = 422


class NoHomeHere(DoorstepError):
    """That point lies {where}, where nobody lives, and no address is mapped near it."""

    code = "no-home-here"
    typed = True
    http_status = 422


class NoRegions(DoorstepError):
    """No region has been imported yet, so no address can be looked up. Whoever runs this site needs to import one."""

    code = "no-regions"
    http_status = 503
    passing = True


# --- live services -----------------------------------------------------------------------------------


class ServiceTrouble(DoorstepError):
    """{service} {why}, so this evaluation waits and asks again."""

    code = "service-trouble"
    http_status = 503
    passing = True
    at_last = "{service} {why}, however often this evaluation asked. Try again later."
    usual_retry_seconds = 30
    at_terminal = "{service} {why}."


class ServiceBusy(DoorstepError):
    """Other evaluations are asking {service} right now, one at a time: this one waits for its turn."""

    code = "service-busy"
    http_status = 503
    passing = True
    #: No fault of anything: a job that waits for its turn is not a job that failed.
    counts = False
    at_last = "{service} was busy with other evaluations for so long that this one was given up. Try again later."
    usual_retry_seconds = 5
    at_terminal = "Evaluations are asking {service} right now. Try again in a moment."


class ServiceResting(ServiceBusy):
    """{service} asked to be left alone for a while, so this evaluation waits until then."""

    code = "service-resting"
    usual_retry_seconds = 30
    at_terminal = "{service} asked to be left alone for a while."


class ServiceSpent(DoorstepError):
    """{service} was asked as often today as this site may ask it. Try again tomorrow, or ask whoever runs this site to
    import the region.
    """

    code = "service-spent"
    http_status = 503
    at_terminal = "{service} was asked as often today as this site may ask it."


class ServiceDenied(DoorstepError):
    """{service} refuses to answer this site ({why}). Whoever runs it needs to look at its settings."""

    code = "service-denied"
    http_status = 503
    at_terminal = "{service} refuses to answer this site ({why}). Look at its settings."


class SurroundingsNotHere(DoorstepError):
    """The streets and places around that address are not here, and this site does not fetch any. Ask whoever runs it
    to import the region.
    """

    code = "surroundings-not-here"
    typed = True
    http_status = 422


# --- how it was sent --------------------------------------------------------------------------------


class ForeignForm(DoorstepError):
    """This request came from another site, so it was not carried out. {what_to_do}"""

    code = "foreign-form"
    http_status = 403


class WrongHost(DoorstepError):
    """This site does not go by the name that the request asks for. Open it at the address that you were given."""

    code = "wrong-host"
    http_status = 400


class WrongToken(DoorstepError):
    """This token is not known here, or it was revoked. Ask whoever runs this site for another one."""

    code = "wrong-token"
    http_status = 401


class BadIdempotencyKey(DoorstepError):
    """An Idempotency-Key is one text of 1 to {longest} printable ASCII characters, such as a UUID."""

    code = "bad-idempotency-key"
    http_status = 400


class IdempotencyKeyWithoutOwner(DoorstepError):
    """An Idempotency-Key needs the cookie of an earlier answer or a token beside it: without, a repeat is not known."""

    code = "idempotency-key-without-owner"
    http_status = 422


class IdempotencyKeyReused(DoorstepError):
    """This Idempotency-Key came with another request before. Give every new request a key of its own."""

    code = "idempotency-key-reused"
    http_status = 422


class TooManyRequests(DoorstepError):
    """That was a lot of requests in a short time. Please wait {seconds} s and send this one again."""

    code = "too-many-requests"
    http_status = 429


# --- jobs and snapshots ----------------------------------------------------------------------------


class JobNotFound(DoorstepError):
    """This evaluation does not exist, or it finished long ago and was cleared away. Start a new one below."""

    code = "job-not-found"
    http_status = 404
    at_terminal = "There is no job with this id, or it ended long ago and was cleared away."


class SnapshotNotFound(DoorstepError):
    """There is no report at this address. The link may be incomplete, or its owner deleted the report."""

    code = "snapshot-not-found"
    http_status = 404


class NotYours(DoorstepError):
    """There is nothing here that you can change: only the browser that started this evaluation can."""

    code = "not-yours"
    http_status = 404


class TransitionRefused(DoorstepError):
    """That is no longer possible: this evaluation is already {status}."""

    code = "transition-refused"
    http_status = 409


class TooManyJobs(DoorstepError):
    """You already have {live} evaluations under way, the most allowed at once. Wait for one to finish or cancel one."""

    code = "too-many-jobs"
    http_status = 429
    at_terminal = "Its owner has {live} evaluations under way, the most allowed at once. Wait for one to end."


class TooManyJobsHere(DoorstepError):
    """From your network {what} are under way, the most allowed at once. Please try again a little later."""

    code = "too-many-jobs-here"
    http_status = 429


class QueueFull(DoorstepError):
    """Many people are asking right now: {ahead} evaluations are ahead. Please try again in a minute."""

    code = "queue-full"
    http_status = 503


class BatchNotFound(DoorstepError):
    """There is no list of addresses here. The link may be incomplete, or its evaluations were cleared away long ago."""

    code = "batch-not-found"
    http_status = 404


class TooManyBatches(DoorstepError):
    """A list of yours is still under way, and there is room for one at a time. Wait for it to end, or cancel it."""

    code = "too-many-batches"
    http_status = 429


class ListNotFound(DoorstepError):
    """There is no shortlist at this address. The link may be incomplete, or its owner stopped sharing it."""

    code = "list-not-found"
    http_status = 404


class NotOnList(DoorstepError):
    """That report is not on this shortlist, or no longer. Reload the page to see what is."""

    code = "not-on-list"
    http_status = 404


class ListFull(DoorstepError):
    """This shortlist holds {most} {what}, the most it can. Remove one first."""

    code = "list-full"
    http_status = 409


class ListShared(DoorstepError):
    """This browser has a shared shortlist of its own, which another one would replace. Stop sharing it first."""

    code = "list-shared"
    http_status = 409


class SiteFull(DoorstepError):
    """This site holds as many reports as it has room for, so it takes no new address until some are cleared away."""

    code = "site-full"
    http_status = 503
    usual_retry_seconds = 3_600


class QueueUnavailable(DoorstepError):
    """The list of evaluations cannot be reached right now. Nothing was lost; please try again in a moment."""

    code = "queue-unavailable"
    http_status = 503
    passing = True
    usual_retry_seconds = 5


class TextNotKept(DoorstepError):
    """The text holds a character that stands for nothing (NUL), which cannot be kept. Please type it anew."""

    code = "text-not-kept"
    typed = True
    http_status = 422


class DiskFull(QueueUnavailable):
    """The disk of this site is full, so nothing new can be kept right now. Nothing was lost; please try again later."""

    code = "disk-full"
    usual_retry_seconds = 60


class DatabaseSwapped(QueueUnavailable):
    """The database file {name} was replaced, moved or deleted under the running site, so nothing is written. Whoever
    runs this site needs to put it back, or to stop the site and restore a backup.
    """

    code = "database-swapped"
    usual_retry_seconds = 60


class SiteMoving(QueueUnavailable):
    """This site is moving its data to another place, so nothing new can be kept right now, while all that is there can
    be read. Nothing was lost; please try again in a few minutes.
    """

    code = "site-moving"
    usual_retry_seconds = 60
    at_terminal = "{why}"


class SiteMoved(SiteMoving):
    """The data of this site has moved to another place, and this part of the site has not followed yet: it shows what
    there was, and keeps nothing new. Nothing was lost; please try again in a few minutes.
    """

    code = "site-moved"


class DatabaseDamaged(DoorstepError):
    """The database file {name} is damaged or not a Doorstep database. Nothing was changed in it; restore a backup."""

    code = "database-damaged"
    http_status = 503
    usual_retry_seconds = 60


class DatabaseFaulty(DatabaseDamaged):
    """The database {name} is damaged: {what}. Whoever runs this site needs to restore a backup."""

    code = "database-faulty"


class DiskNearlyFull(DiskFull):
    """The disk has {free} MB left for the database, less than the {least} MB that Doorstep needs to work well."""

    code = "disk-nearly-full"
    for_operators = True


class DatabaseTooNew(DatabaseDamaged):
    """The database file {name} is from a newer version of Doorstep: its tables are of version {version}, and this one
    knows up to {known}. Nothing was changed in it; install that version, or restore a backup from before the upgrade.
    """

    code = "database-too-new"


class StageTimeout(DoorstepError):
    """The step "{stage}" took longer than {seconds} seconds and was stopped."""

    code = "stage-timeout"
    http_status = 503
    passing = True


class EvaluationCrashed(DoorstepError):
    """The evaluation stopped without finishing {attempts} times in a row, so we do not try again by ourselves."""

    code = "evaluation-crashed"


class QuestionExpired(DoorstepError):
    """You were asked which place was meant and nobody answered within {time}, so this evaluation was closed. Try again
    to see the question once more.
    """

    code = "question-expired"
    typed = True


class EvaluationFailed(DoorstepError):
    """Something unexpected went wrong while evaluating this address. Error {error_id}."""

    code = "evaluation-failed"


# --- backups -----------------------------------------------------------------------------------------


class BadBackup(DoorstepError):
    """{file} cannot be restored: {why}."""

    code = "bad-backup"
    for_operators = True


class BackupRefused(DoorstepError):
    """No backup was made: {why}."""

    code = "backup-refused"
    for_operators = True


class BackupOfServer(DoorstepError):
    """Jobs and reports of this site are in PostgreSQL, whose own programs back them up. Type: {words}
    The cookie key is not in it: keep DOORSTEP_SECRET_KEY, too.
    """

    code = "backup-of-server"
    for_operators = True


class DatabaseInUse(DoorstepError):
    """{name} is in use: stop the site, each `flask worker` and every other program that has it open, then try again."""

    code = "database-in-use"
    for_operators = True


# --- moving to another database ----------------------------------------------------------------------


class MoveRefused(DoorstepError):
    """Nothing was moved: {why}."""

    code = "move-refused"
    for_operators = True


class MoveFailed(DoorstepError):
    """The move was broken off: {why}. The site goes on with its data where it was, and nothing was lost."""

    code = "move-failed"
    for_operators = True


class MoveUnsure(DoorstepError):
    """The move was broken off at its last step ({why}), and whether all has arrived could not be seen. The site takes
    nothing new until that is known: run the same command again, and it finishes the move or opens the site.
    """

    code = "move-unsure"
    for_operators = True


# --- regions -----------------------------------------------------------------------------------------


class BadExtract(DoorstepError):
    """{file} cannot be imported: {why}."""

    code = "bad-extract"
    for_operators = True


class BadContent(DoorstepError):
    """What it holds contradicts itself ({fault})."""

    code = "bad-content"
    for_operators = True


class BadFeed(DoorstepError):
    """{file} is not a usable timetable: {why}."""

    code = "bad-feed"
    for_operators = True


class TimetableNotFound(DoorstepError):
    """The region {name} has no timetable named {feed}, but these: {known}."""

    code = "timetable-not-found"
    for_operators = True


class TimetableGone(DoorstepError):
    """There is no file {file} any more, from which the region {name} has its timetable. Give the timetables that it is
    to have with --gtfs, or go on without this one by --drop-gtfs {feed}
    """

    code = "timetable-gone"
    for_operators = True


class RegionNotFound(DoorstepError):
    """There is no region named {name}."""

    code = "region-not-found"
    for_operators = True
    http_status = 404


class RegionChanged(DoorstepError):
    """The region {name} was imported again in the meantime: what was begun on its data of before ends here."""

    code = "region-changed"
    for_operators = True
    at_terminal = (
        "The region {name} was imported again in the meantime, so the evaluation of its addresses was called off. "
        "Start it anew: it begins with the data of now."
    )


class RegionWithoutAddresses(DoorstepError):
    """The region {name} has no addresses on its map, so there is nothing to evaluate."""

    code = "region-without-addresses"
    for_operators = True


class ParquetMissing(DoorstepError):
    """Parquet needs a library that is not installed: pip install 'doorstep[parquet]'."""

    code = "parquet-missing"
    for_operators = True


class RunNotFound(DoorstepError):
    """There is no evaluation of all addresses of {name} with these options, or it was forgotten."""

    code = "run-not-found"
    for_operators = True
    http_status = 404


class RunUnderWay(DoorstepError):
    """The evaluation of all addresses of {name} is still under way: call it off first."""

    code = "run-under-way"
    for_operators = True
    http_status = 409


class TokenNotFound(DoorstepError):
    """There is no token named {name} in use."""

    code = "token-not-found"
    for_operators = True
    http_status = 404


class TokenNameTaken(DoorstepError):
    """There is a token named {name} already. Revoke it first, or choose another name."""

    code = "token-name-taken"
    for_operators = True
    http_status = 409


class BadRegionName(DoorstepError):
    """{name} cannot name a region: use 1 to 40 lower-case letters, digits and hyphens."""

    code = "bad-region-name"
    for_operators = True


class AtlasUnreadable(DoorstepError):
    """The data of the region {name} cannot be read, so nothing can be looked up there."""

    code = "atlas-unreadable"
    http_status = 503

    def __init__(self, *, name: str, file: str = "", why: str = "") -> None:
        self.name, self.file, self.why = name, file, why
        super().__init__(name=name, why=why)

    @property
    def finding(self) -> str:
        """Return what was found and what to do, for whoever runs the site."""
        return self.message

    def again(self) -> AtlasUnreadable:
        """Return the same as an exception of its own: one that is raised twice gathers tracebacks."""
        return type(self)(name=self.name, file=self.file, why=self.why)


class AtlasDamaged(AtlasUnreadable):
    """The data of the region {name} is damaged, so nothing can be looked up there. Whoever runs this site needs to
    import it again, or to restore its files.
    """

    code = "atlas-damaged"

    @property
    def finding(self) -> str:
        """Return which file has which fault."""
        fault = f" ({self.file} {self.why})" if self.file else ""
        return f"The data of the region {self.name} is damaged{fault}. Import it again, or restore its files."


class AtlasOutdated(AtlasUnreadable):
    """The data of the region {name} is of {why} version of Doorstep, so nothing can be looked up there. Whoever runs
    this site needs to import it again.
    """

    code = "atlas-outdated"

    @property
    def finding(self) -> str:
        """Return the command that mends it."""
        begin = f"The data of the region {self.name} is of {self.why} version of Doorstep"
        return f"{begin}; run flask region update {self.name}"


class TooManyOpenFiles(AtlasUnreadable):
    """The site has too many files open to read the region {name} right now. Whoever runs it needs to raise the limit of
    open files.
    """

    code = "too-many-open-files"
    passing = True


class MaybeInDamagedRegion(DoorstepError):
    """Nothing like that is on the map here, but it may lie in a region whose data is damaged: {name}. Whoever runs this
    site needs to import that again, or to restore its files.
    """

    code = "maybe-in-damaged-region"
    http_status = 503


class BuildGone(DoorstepError):
    """The data of {name} that this evaluation runs on is no longer on the machine that took it up, so it waits for one
    that has it.
    """

    code = "build-gone"
    http_status = 503
    passing = True
    counts = False
    at_last = "The data of {name} that this evaluation runs on is on no machine of this site any more. Try again."
    usual_retry_seconds = 5


class BadRegionStore(DoorstepError):
    """{store} cannot be a region store: {why}."""

    code = "bad-region-store"
    for_operators = True


class RegionStoreNotSet(DoorstepError):
    """No region store is named. Set DOORSTEP_REGION_STORE to a folder or to s3://bucket/prefix, or name one with
    {option}.
    """

    code = "region-store-not-set"
    for_operators = True


class RegionStoreTrouble(DoorstepError):
    """The region store {store} {why}. Nothing was lost; try again."""

    code = "region-store-trouble"
    for_operators = True
    http_status = 503


class RegionNotPublished(DoorstepError):
    """The catalogue of this site has no region named {name}. Publish it first: flask region publish {name}"""

    code = "region-not-published"
    for_operators = True
    http_status = 404


class BuildNotInStore(DoorstepError):
    """The region store {store} does not hold the build {build} of the region {name}, or not all of it: {file} is
    missing. Publish it again from a host that has it: flask region publish {name}
    """

    code = "build-not-in-store"
    for_operators = True
    http_status = 404


class StoredBuildDamaged(DoorstepError):
    """In the region store {store} the build {build} of the region {name} is damaged ({file} {why}), so it was not put
    in place. Publish it again from a host that has it: flask region publish {name} --again
    """

    code = "stored-build-damaged"
    for_operators = True


class BuildOutdated(DoorstepError):
    """The build {build} of the region {name} is of {why} version of Doorstep than this host runs, so it was not put in
    place. Run the same version on all hosts; a region of an older one is published again after flask region update.
    """

    code = "build-outdated"
    for_operators = True


class NoRoomForRegion(DoorstepError):
    """There is no room for the region {name} on this host: {needed} MB of it are still to be fetched, and {free} MB are
    free. What was there before stays in place.
    """

    code = "no-room-for-region"
    for_operators = True


class AtlasReplaced(DoorstepError):
    """The data of the region {name} was replaced while it was read. Please try again."""

    code = "atlas-replaced"
    http_status = 503
    passing = True


def typing_errors() -> frozenset[str]:
    """Return the codes of errors whose reason is what a person typed."""
    kinds = (kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, DoorstepError))
    return frozenset(kind.code for kind in kinds if kind.typed)


def waiting_errors() -> frozenset[str]:
    """Return the codes of errors after which a job only waits for its turn."""
    kinds = (kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, DoorstepError))
    return frozenset(kind.code for kind in kinds if not kind.counts)
