"""One chunk of rows, whole or not at all: leads, reasons, news and progress in one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency
from crm.core import changes, events
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from leads.choices import ImportStatus
from leads.events import LeadAssigned, LeadReceived
from leads.models import LeadImport
from leads.services.fields import RECEIVABLE
from leads.services.imports.columns import PLACES, Columns, place_columns
from leads.services.imports.duplicates import DuplicateFinder
from leads.services.imports.operation import record_progress
from leads.services.imports.owners import OwnerDesk
from leads.services.imports.reading import Row, Sheet
from leads.services.imports.report import Report
from leads.services.imports.rows import Candidate, Refusal, RowReader
from leads.services.imports.writing import store_decisions, store_leads, store_refusals
from leads.services.intake import IntakeContext, decide, unique_verdict

Reading = list[Candidate | Refusal]
PROGRESS = ["rows_done", "created_count", "refused_count", "duplicate_count", "last_row", "report"]


@dataclass(slots=True)
class ChunkWriter:
    """Everything loaded once for a whole file, and the import whose progress it keeps."""

    one: LeadImport
    actor: Actor
    context: IntakeContext
    columns: Columns
    finder: DuplicateFinder
    report: Report
    reader: RowReader
    desk: OwnerDesk

    @classmethod
    def begin(cls, one: LeadImport, sheet: Sheet) -> "ChunkWriter":
        """Place the columns, load the rules in force, mark the import as started. Raises UnusableFile."""
        vendor = one.author_user.vendor_code if one.author_user else ""
        columns = place_columns(sheet.header, one.given_mapping, allowed=RECEIVABLE if vendor else PLACES)
        one.status = ImportStatus.PROCESSING
        one.started_at = one.started_at or timezone.now()
        one.rows_total, one.mapping = sheet.total, columns.mapping
        if one.is_dry_run:
            _begin_again(one)
        report = Report.read(one.report)
        report.form, report.columns, report.unplaced = sheet.form, list(columns.headers), columns.unplaced
        one.report = report.document()
        one.save(update_fields=["status", "started_at", "rows_total", "mapping", *PROGRESS])
        context = IntakeContext.load()
        codes = frozenset([one.agency_id] if vendor else Agency.objects.values_list("code", flat=True))
        return cls(
            one=one,
            actor=_actor_of(one),
            context=context,
            columns=columns,
            finder=DuplicateFinder(
                one.pk, context.policy.duplicate_window_days, one.is_dry_run, sees=vendor or None
            ),
            report=report,
            reader=_reader(one, columns, codes, context),
            desk=OwnerDesk(report, creates=one.creates_owners, is_dry_run=one.is_dry_run),
        )

    def read(self, rows: Iterable[Row]) -> Reading:
        """What the rows hold, decided upon. No database: another thread reads while this one writes."""
        read: Reading = []
        for row in rows:
            one = self.reader.read(row)
            if isinstance(one, Candidate):
                self._decide(one)
            read.append(one)
        return read

    def write(self, rows: list[Row], read: Reading) -> None:
        """Take the rows as read. The number of statements does not depend on how many there are."""
        with transaction.atomic():
            candidates = [one for one in read if isinstance(one, Candidate)]
            taken, repeated = self.finder.split(candidates)
            refused = [*(one for one in read if isinstance(one, Refusal)), *repeated]
            for candidate in candidates:
                self._count_status(candidate.status)
            self.desk.assign(taken)
            self._store(taken)
            self._advance(rows, len(taken), refused)

    def refuse(self, row: Row, reason: str) -> None:
        """Put one row aside that the database itself did not take."""
        with transaction.atomic():
            self._advance([row], 0, [Refusal(*row, reason)])

    def restore(self) -> None:
        """Forget what a rolled back chunk had counted."""
        self.one.refresh_from_db(fields=PROGRESS)
        seconds = self.report.seconds
        self.report = Report.read(self.one.report)
        self.report.seconds = seconds
        self.desk = OwnerDesk(self.report, creates=self.one.creates_owners, is_dry_run=self.one.is_dry_run)

    def _count_status(self, status: str) -> None:
        if status:
            meaning = self.reader.meaning_of(status)
            self.report.count_status(status, meaning.disposition.value, is_known=meaning.is_known)

    def _decide(self, candidate: Candidate) -> None:
        lead = candidate.lead
        candidate.document = {
            **decide(lead, self.context, is_valued="lead_value" in candidate.given),
            "duplicate": unique_verdict(lead, self.context.policy.duplicate_window_days),
            "import": {"id": str(self.one.pk), "row": candidate.row},
        }

    def _store(self, taken: list[Candidate]) -> None:
        """Leads, reasons and news. A file tells of thousands of leads at once, one event each: a consumer that
        writes to people must gather them by agent (a digest) where `LeadReceived.source` is `import`, and
        `LeadAssigned.actor` whoever imported.
        """
        if self.one.is_dry_run:
            self.finder.remember(taken)
            return
        if not taken:
            return
        changes.sign(self.actor, action="imported", operation=self.one.pk)
        store_leads(taken)
        store_decisions(taken, self.actor.label)
        events.publish_all(self._news_of(taken))

    def _news_of(self, taken: list[Candidate]) -> Iterator[LeadReceived | LeadAssigned]:
        source, actor = self.actor.source.value, self.actor.label
        for one in taken:
            lead_id, agent_id = str(one.lead.pk), one.lead.assigned_agent_id
            yield LeadReceived(lead_id, one.lead.agency_id, source)
            if agent_id:
                yield LeadAssigned(lead_id, agent_id, previous_agent_id=None, actor=actor)

    def _advance(self, rows: list[Row], created: int, refused: list[Refusal]) -> None:
        for refusal in refused:
            self.report.count_refusal("Repeats a lead or a row." if refusal.is_duplicate else refusal.reason)
        if refused:
            store_refusals(self.one.pk, refused)
        self.one.rows_done += len(rows)
        self.one.created_count += created
        self.one.refused_count += len(refused)
        self.one.duplicate_count += sum(refusal.is_duplicate for refusal in refused)
        self.one.last_row = rows[-1][0]
        self.one.report = self.report.document()
        self.one.save(update_fields=PROGRESS)
        record_progress(self.one)


def _reader(one: LeadImport, columns: Columns, codes: frozenset[str], context: IntakeContext) -> RowReader:
    return RowReader(
        columns=columns,
        agency_code=one.agency_id,
        agency_codes=codes,
        created_by=one.author,
        today=context.today,
        now=one.started_at or timezone.now(),
    )


def _begin_again(one: LeadImport) -> None:
    """A dry run that was interrupted has left nothing that the rest could be compared with."""
    one.rows_done = one.created_count = one.refused_count = one.duplicate_count = one.last_row = 0
    one.report = {}
    one.refusals.all().delete()


def _actor_of(one: LeadImport) -> Actor:
    role = Role(one.author_user.role) if one.author_user else Role.ADMIN
    return Actor(label=one.author, role=role, source=Source.IMPORT, user_id=one.author_user_id)
