"""A bulk operation's record in words: what was asked for, how the leads were chosen, how it went."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm.core.actors import Actor
from leads.admin.changelist import lead_names
from leads.admin.conditions import told_filters
from leads.admin.explaining import field_name, shown, words
from leads.choices import AssignmentStrategy, OperationKind
from leads.models import BulkOperation

REASONS_TOLD = 3
GONE = "a lead that is gone"
TELLS_ITS_LEADS = (OperationKind.IMPORT, OperationKind.UNDO, OperationKind.MERGE)
LISTED = 200
"""So many leads of a record are listed one by one, the rest counted."""

Row = tuple[str, str]


def counted(number: int) -> str:
    """So many leads, in words."""
    return f"{number:,} lead{'' if number == 1 else 's'}"


def told_outcome(operation: BulkOperation, done: str) -> SafeString:
    """What became of the leads, why some were refused, and the way to the operation and its undo."""
    parts = [f"{counted(operation.changed_count)} {done}."]
    if operation.unchanged_count:
        parts.append(f"{operation.unchanged_count:,} stood like this already.")
    if operation.failed_count:
        parts.append(f"{operation.failed_count:,} refused. {told_reasons(operation.failures)}")
    return format_html("{} {}", " ".join(parts), links_to(operation))


def links_to(operation: BulkOperation) -> SafeString:
    """The way from a message to an operation, and to its undo."""
    links = [("Show the operation", reverse("admin:leads_bulkoperation_change", args=[operation.pk]))]
    if operation.changed_count:
        links.append(("Undo", reverse("admin:leads_bulkoperation_undo", args=[operation.pk])))
    ways = ((url, name) for name, url in links)
    return format_html_join(" · ", '<a class="underline" href="{}">{}</a>', ways)


def reasons_of(failures: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Why leads were refused, the commonest reason first."""
    return Counter(failure["error"] for failure in failures).most_common()


def told_reasons(failures: Iterable[Mapping[str, Any]]) -> str:
    """The commonest reasons, each with the number of leads."""
    reasons = reasons_of(failures)
    told = [
        f"{sentence} ({counted(number)})" if number > 1 else sentence
        for sentence, number in reasons[:REASONS_TOLD]
    ]
    if len(reasons) > REASONS_TOLD:
        told.append(f"{len(reasons) - REASONS_TOLD} more reasons are in the operation.")
    return " ".join(told)


def told_kind(operation: BulkOperation) -> str:
    """What it was; of an undo, of what."""
    kinds = dict(OperationKind.choices)
    undone = operation.request.get("kind")
    return f"Undo of: {kinds.get(undone, undone)}" if undone else str(operation.get_kind_display())


def request_rows(operation: BulkOperation, names: Mapping[str, str] | None = None) -> list[Row]:
    """What was asked for; the undone operation and the leads of a merge have links of their own.

    With the `names` of leads by id also which lead each field of a merge was taken from by choice.
    """
    if operation.kind == OperationKind.MERGE:
        return _merge_rows(operation.request.get("fields", {}), names)
    asked = {name: operation.request[name] for name in sorted(operation.request, key=_place)}
    asked |= operation.request.get("updates", {})
    left_out = {"updates", "operation", "kind"}
    if "assignment_strategy" in asked:
        asked["agents"] = asked.get("agents") or "all who are present"
        if asked["assignment_strategy"] == AssignmentStrategy.MANUAL:
            left_out.add("agents")
    return [_row(name, value) for name, value in asked.items() if name not in left_out and value]


def _merge_rows(fields: Mapping[str, str], names: Mapping[str, str] | None) -> list[Row]:
    told = [
        field_name(name) if names is None else f"{field_name(name)} of {names.get(lead_id) or GONE}"
        for name, lead_id in fields.items()
    ]
    return [("Taken by choice", ", ".join(told))] if told else []


def merged_leads(
    operation: BulkOperation, names: Mapping[str, str]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lead that a merge kept, then those that it merged; of another operation none."""
    if operation.kind != OperationKind.MERGE:
        return []
    kept = operation.request["kept"]
    others = [str(lead_id) for lead_id in operation.lead_ids if str(lead_id) != kept]
    return [
        (title, [{"lead_id": lead_id, "name": names.get(lead_id)} for lead_id in lead_ids])
        for title, lead_ids in (("Kept", [kept]), ("Merged into it", others))
    ]


def _place(name: str) -> bool:
    return name != "assignment_strategy"  # how, then among whom


def _row(name: str, value: Any) -> Row:
    if name == "assignment_strategy":
        return "How", AssignmentStrategy(value).label if value in AssignmentStrategy else str(value)
    if isinstance(value, Mapping):
        return words(name), ", ".join(f"{field_name(key)}: {shown(one)}" for key, one in value.items())
    return words(field_name(name)), shown(value)


def selection_rows(operation: BulkOperation) -> list[str]:
    """How the leads were chosen."""
    by = operation.selection
    if not by:
        return [] if operation.kind in TELLS_ITS_LEADS else ["Named one by one"]
    lines: list[str] = []
    for name, value in by.items():
        if isinstance(value, Mapping):
            lines += told_filters(value) or ["Every lead"]
        else:
            lines.append(f"{words(name)}: {shown(value)}")
    return lines


def left_rows(operation: BulkOperation, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What an undo left alone: field by field, why, and what stands now."""
    return [
        {
            **entry,
            "name": names.get(entry["lead_id"]),
            "field": field_name(entry["field"]),
            "ours": shown(entry.get("ours")),
            "now": shown(entry.get("now")),
        }
        for entry in operation.report.get("left", ())[:LISTED]
    ]


def failure_rows(operation: BulkOperation, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The leads refused, by name where they can be seen."""
    return [{**failure, "name": names.get(failure["lead_id"])} for failure in operation.failures[:LISTED]]


def names_of_listed(operation: BulkOperation, actor: Actor) -> dict[str, str]:
    """The leads that the page lists, by id. One statement, where it lists any."""
    listed = [*operation.failures[:LISTED], *operation.report.get("left", ())[:LISTED]]
    lead_ids = {UUID(entry["lead_id"]) for entry in listed}
    if operation.kind == OperationKind.MERGE:
        lead_ids |= set(operation.lead_ids)
    names = lead_names(lead_ids, actor)
    return {str(lead_id): name for lead_id, name in names.items()}


def restored_rows(operation: BulkOperation) -> list[tuple[str, int]]:
    """What an undo wrote back: fields, and of how many leads."""
    report = operation.report
    rows = [(words(field_name(name)), number) for name, number in report.get("restored", {}).items()]
    whole = (("Leads deleted again", "deleted"), ("Leads brought back", "recreated"))
    return rows + [(title, report[name]) for title, name in whole if report.get(name)]
