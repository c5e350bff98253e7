"""Accepting a file: who may import what, and the record that the work starts from."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import IO, Any

from django.core.files import File
from django.db import transaction

from agencies.models import Agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.text import control_characters
from leads.exceptions import AgencyPaused, InvalidInput, NotAllowed
from leads.models import LeadImport
from leads.services.imports.operation import record_start
from leads.services.imports.reading import SAMPLE, kind_of

MOST_SHOWN = 50


def start_import(
    file: IO[bytes],
    *,
    filename: str,
    agency_code: str,
    actor: Actor,
    mapping: Mapping[str, Any] | None = None,
    is_dry_run: bool = False,
    creates_owners: bool = False,
) -> LeadImport:
    """Keep the file and its record, queued; whoever calls has `run_import` done.

    Raises NotAllowed, InvalidInput (agency, map), AgencyPaused (a vendor's own), UnusableFile (no CSV, no XLSX).
    """
    agency = _agency_for(agency_code.strip().upper(), actor)
    if creates_owners and actor.role != Role.ADMIN:
        raise NotAllowed("Only admins make accounts, also for the owners that a file names.")
    kind = kind_of(file.read(SAMPLE))
    file.seek(0)
    one = LeadImport(
        agency=agency,
        author=actor.label,
        author_user_id=actor.user_id,
        filename=_plain_name(filename),
        is_dry_run=is_dry_run,
        creates_owners=creates_owners,
        given_mapping=_checked_map(mapping or {}),
    )
    one.file.save(f"{one.pk}.{kind}", File(file), save=False)
    with transaction.atomic():
        one.save(force_insert=True)
        record_start(one, actor)
    return one


def _agency_for(code: str, actor: Actor) -> Agency:
    if actor.role == Role.VENDOR:
        if code and code != actor.vendor_code:
            raise InvalidInput(
                "agency: not your agency.", agency=["Leave it out, or send your own agency's code."]
            )
        code = actor.vendor_code
    elif not actor.is_manager:
        raise NotAllowed("Agents do not import leads.")
    agency = Agency.objects.filter(pk=code).first() if code else None
    if agency is None:
        codes = list(Agency.objects.order_by("code").values_list("code", flat=True)[: MOST_SHOWN + 1])
        known = ", ".join(codes[:MOST_SHOWN]) + (", …" if len(codes) > MOST_SHOWN else "")
        what = f"There is no agency {code!r}" if code else "Name the agency the leads come from"
        message = f"{what}. Known: {known or 'none yet'}."
        raise InvalidInput(f"agency: {message}", agency=[message])
    if actor.role == Role.VENDOR and not agency.is_sending:
        raise AgencyPaused(f"Agency {agency.code} is {agency.status}: its leads are not taken now.")
    return agency


def _checked_map(mapping: Mapping[str, Any]) -> dict[str, Any]:
    for header, meant in mapping.items():
        if not (meant is None or isinstance(meant, str | Mapping)):
            message = f"The map must send {header!r} to a field's name or to null."
            raise InvalidInput(f"mapping: {message}", mapping=[message])
    return dict(mapping)


def _plain_name(name: str) -> str:
    plain = PurePath(name.replace("\\", "/")).name
    return "".join(char for char in plain if not control_characters(char))[-255:] or "leads"
