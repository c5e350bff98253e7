"""What operations are drawn from: known leads, people who are signed in, and a way to set the scene."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from psycopg.rows import class_row

from crm.benchmark.client import Answer, Client, Request, send_json
from crm.benchmark.databases import Database
from crm.benchmark.servers import Sites

KNOWN = 2000  # leads read once and drawn from
MANAGER, AGENT = "manager@demo.test", "agent1@demo.test"


class RefusedError(Exception):
    """A server did not do what was asked."""

    def __init__(self, answer: Answer, what: str = "") -> None:
        self.answer = answer
        super().__init__(what or f"answered {answer.status}: {answer.beginning}")

    @property
    def is_missing(self) -> bool:
        """Whether there is no such endpoint (yet)."""
        return self.answer.status in (404, 405)


@dataclass(frozen=True, slots=True)
class Known:
    """A lead as operations need it: `id` is ours, `row` the floor's."""

    id: UUID
    row: int
    first_name: str
    last_name: str
    email: str
    phone: str
    vendor_code: str
    campaign_source: str
    disposition: str
    state: str
    agent: int | None
    agent_email: str | None
    tags: list[str]
    notes: str
    created_at: datetime
    filing_deadline: date | None


KNOWN_SQL = """
SELECT l.id, f.id AS row, l.first_name, l.last_name, l.email, l.phone, l.vendor_code, l.campaign_source, l.disposition,
       l.state, u.id AS agent, u.email AS agent_email, l.tags, l.notes, l.created_at, l.filing_deadline
  FROM floor.leads f JOIN leads_lead l ON l.id = f.public_id LEFT JOIN core_user u ON u.id = l.assigned_agent_id
 WHERE f.id = ANY(%s) AND l.disposition <> 'Duplicate' ORDER BY f.id
"""


class World:
    """One run's surroundings on one database. `random` decides what is drawn: the same seed asks for the same."""

    fresh = (
        random.SystemRandom()
    )  # for what must not have been there before: a kept database knows earlier runs

    def __init__(self, database: Database, sites: Sites, seed: int) -> None:
        self.database = database
        self.sites = sites
        self.seed = seed
        self.random = random.Random(seed)
        self.connection = database.connect()
        self.client = Client(sites.ours)
        self.size = self._number("SELECT max(id) FROM floor.leads")
        self.known = self._read_known()
        self.agents: list[tuple[int, str]] = self.connection.execute(
            "SELECT id, email FROM core_user WHERE role = 'agent' AND is_active AND availability = 'active' ORDER BY id"
        ).fetchall()
        self.agency = self._active_agency()
        self.headers: dict[str, dict[str, str]] = {}
        self.sign_in()

    def close(self) -> None:
        self.connection.close()
        self.client.close()

    def sign_in(self) -> None:
        """Sign everybody in; access tokens last 15 minutes, so this is done for each operation."""
        for name, email in (("manager", MANAGER), ("agent", AGENT)):
            credentials = {"email": email, "password": settings.DEMO_PASSWORD}
            signed_in = self.ask(send_json("POST", "/api/auth/login", credentials))
            self.headers[name] = {"Authorization": f"Bearer {signed_in['access']}"}
        if "vendor" not in self.headers:
            path = f"/api/agencies/{self.agency}/api-keys"
            issued = self.ask(self.signed(send_json("POST", path, {"name": "benchmark"}), "manager"))
            self.headers["vendor"] = {"X-API-Key": issued["key"]}

    def signed(self, request: Request, who: str) -> Request:
        """The request with the credentials of `manager`, `agent` or `vendor`."""
        return replace(request, headers={**request.headers, **self.headers[who]})

    def ask(self, request: Request) -> Any:
        """What the server answers to a request that belongs to the setting and is not measured."""
        return accepted(self.client.send(request)).document()

    def lead(self, **wanted: bool) -> Known:
        """A known lead, drawn; `email=True` asks for one that has an e-mail address, and so on."""
        for _ in range(KNOWN * 10):
            drawn = self.random.choice(self.known)
            if all(bool(getattr(drawn, name)) == is_given for name, is_given in wanted.items()):
                return drawn
        raise LookupError(f"no lead with {wanted} among {len(self.known)} known ones")

    def leads(self, count: int) -> list[tuple[UUID, int]]:
        """Up to `count` leads at random, each once: our id and the floor's. None that are duplicates of another."""
        rows = self.random.sample(range(1, self.size + 1), min(count, self.size))
        return self.connection.execute(
            "SELECT public_id, id FROM floor.leads WHERE id = ANY(%s)"
            " AND public_id IN (SELECT id FROM leads_lead WHERE disposition <> 'Duplicate')",
            [rows],
        ).fetchall()

    def stage(self, leads: Sequence[UUID], *, disposition: str, unassigned: bool = False) -> None:
        """Have these leads stand at `disposition`, so that the move to be measured is one that is allowed."""
        assignment = ", assigned_agent_id = NULL" if unassigned else ""
        with self.database.connect() as connection:  # its triggers' plans are made for as many rows
            connection.execute(
                f"UPDATE leads_lead SET disposition = %s{assignment} WHERE id = ANY(%s)".encode(),
                [disposition, list(leads)],
            )

    def _read_known(self) -> list[Known]:
        rows = self.random.sample(range(1, self.size + 1), min(KNOWN, self.size))
        with self.connection.cursor(row_factory=class_row(Known)) as cursor:
            return cursor.execute(KNOWN_SQL, [rows]).fetchall()

    def _active_agency(self) -> str:
        found = self.connection.execute(
            "SELECT code FROM agencies_agency WHERE status = 'active' ORDER BY code LIMIT 1"
        ).fetchone()
        assert found is not None  # noqa: S101 - the demo world has agencies
        code: str = found[0]
        return code

    def _number(self, query: str) -> int:
        found = self.connection.execute(query.encode()).fetchone()
        assert found is not None  # noqa: S101 - an aggregate has one row
        return int(found[0])


def accepted(answer: Answer) -> Answer:
    """The answer, if it is one of success."""
    if not 200 <= answer.status < 300:
        raise RefusedError(answer)
    return answer
