"""The names vendors and other CRMs give to the fields of a lead.

Names are compared by `header_key`: case, spaces, underscores and punctuation do not count.
"""

import functools
import re

FULL_NAME = "name"
DESCRIPTION = "description"
CASE_TYPE = "case_type"
SPREADING = (FULL_NAME, DESCRIPTION, CASE_TYPE)
"""Names whose value goes to other fields: first and last name, injuries or notes, tags."""

FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "alternate_phone",
    "date_of_birth",
    "address",
    "city",
    "state",
    "zip_code",
    "language",
    "vendor_code",
    "campaign_source",
    "source_url",
    "sub_id",
    "disposition",
    "disposition_reason",
    "priority",
    "tags",
    "notes",
    "lead_value",
    "acquisition_cost",
    "quality_score",
    "assigned_agent",
    "first_contact_at",
    "last_contact",
    "closed_date",
    "created_at",
    "accident_date",
    "accident_state",
    "accident_city",
    "role_in_accident",
    "at_fault",
    "fault_percent",
    "police_report",
    "police_report_number",
    "citation_issued_to",
    "injury_type",
    "injury_description",
    "treatment",
    "treatment_date",
    "medical_bills_range",
    "has_attorney",
    "insurance_claimant",
    "insurance_other",
    "commercial_vehicle",
    "government_vehicle",
    "prior_settlement",
    "consent_given",
    "consent_text",
    "consent_ip",
    "trustedform_url",
    "jornaya_lead_id",
)
"""The contract's fields that a value from outside can be for."""

COMPUTED = (
    "filing_deadline",
    "days_to_deadline",
    "assigned_at",
    "created_by",
    "updated_at",
    "update_history",
)
"""The contract's fields that the program works out itself: nobody sends them."""

_SPELLINGS = {
    FULL_NAME: "name, full name, contact name, lead name, client name, customer name",
    DESCRIPTION: (
        "description, case description, accident description, incident description, tell us what happened"
    ),
    CASE_TYPE: "type, incident type, case type, type of case, accident type, claim type",
    "first_name": "first, fname, given name, forename, contact first name, lp first name",
    "last_name": "last, lname, surname, family name, contact last name, lp last name",
    "email": "e mail, email address, e mail address, mail, contact email, primary email",
    "phone": (
        "phone home, home phone, lp caller id, caller id, mobile, mobile phone, "
        "mobile phone number, cell, cell phone, phone number, telephone, tel, primary phone, "
        "phone 1, phone cell, contact phone"
    ),
    "alternate_phone": (
        "alt phone, other phone, phone 2, secondary phone, phone work, work phone, business phone"
    ),
    "date_of_birth": "dob, birthday, birth date, birthdate",
    "address": (
        "street, street address, address 1, address line 1, mailing street, mailing address, home address"
    ),
    "city": "mailing city, town, home city",
    "state": "mailing state, province, state region, home state, mailing state province, state province",
    "zip_code": (
        "zip, zipcode, postal code, postcode, mailing zip, mailing postal code, "
        "mailing zip postal code, zip postal code"
    ),
    "language": "lang, preferred language, spoken language",
    "vendor_code": "vendor, agency, agency code, publisher, publisher code",
    "campaign_source": (
        "xselect4, campaign, utm campaign, campaign name, lead source, source, original source"
    ),
    "source_url": "landing page, landing page url, page url, referring url, referrer, source page",
    "sub_id": "lead id, subid, sub, aff sub, vendor lead id, external id, record id, original lead id",
    "disposition": "status, lead status, lead stage, stage",
    "disposition_reason": (
        "status reason, reason, lost reason, unqualified reason, disqualification reason, close reason"
    ),
    "priority": "urgency",
    "tags": "tag, labels, label",
    "notes": "note, comments, comment, remarks, memo, additional information",
    "lead_value": "value, price, lead price, sold price",
    "acquisition_cost": "cost, lead cost, cpl, cost per lead",
    "quality_score": "score, lead score, quality",
    "assigned_agent": (
        "assigned to, owner, lead owner, contact owner, record owner, agent, agent email, "
        "assigned agent email, lead owner email, owner email"
    ),
    "first_contact_at": "first contact, first contacted, first contacted at, first contact date",
    "last_contact": (
        "last contacted, last contacted at, last contact date, last activity, "
        "last activity date, last activity time"
    ),
    "closed_date": "converted at, converted date, date converted, close date, signed date, retained at",
    "created_at": (
        "created, created time, created date, create date, date created, created on, lead date, "
        "date added, submitted at, submission date, timestamp"
    ),
    "accident_date": (
        "incident date, date of accident, date of incident, accident day, crash date, "
        "date of loss, loss date, dol, when did the accident happen, "
        "when did the accident occur"
    ),
    "accident_state": (
        "incident state, crash state, state of accident, state of incident, "
        "in which state did the accident happen"
    ),
    "accident_city": "incident city, crash city, city of accident",
    "role_in_accident": "role, accident role, claimant role, were you the driver or passenger",
    "at_fault": "fault, were you at fault, was the claimant at fault, who was at fault, fault statement",
    "fault_percent": "fault percentage, percent at fault, percent fault",
    "police_report": "was a police report filed, police report filed, police",
    "police_report_number": "report number, police report no, accident report number",
    "citation_issued_to": "citation, who was cited, ticket issued to, cited party",
    "injury_type": "what is the primary injury, primary injury, injury, injuries, type of injury",
    "injury_description": "injury details, describe your injuries, injury notes",
    "treatment": (
        "did the injured person receive treatment, did you receive treatment, "
        "medical treatment, treatment received, received treatment"
    ),
    "treatment_date": "first treatment, first treatment date, date of treatment, date of first treatment",
    "medical_bills_range": "estimated medical bills, medical bills, medical expenses, estimated bills",
    "has_attorney": (
        "are you currently represented by a lawyer for this case, attorney, represented, "
        "is represented, has lawyer, currently represented, do you have an attorney, "
        "have attorney"
    ),
    "insurance_claimant": "insurance, claimant insurance, your insurance, insurance company, own insurance",
    "insurance_other": "other insurance, other party insurance, at fault insurance, other driver insurance",
    "commercial_vehicle": "commercial, commercial vehicle involved, truck involved",
    "government_vehicle": "government, government vehicle involved",
    "prior_settlement": "settlement, previous settlement, already settled",
    "consent_given": "consent, tcpa consent, tcpa, opt in",
    "consent_text": "tcpa text, consent language, tcpa language, disclosure",
    "consent_ip": "leadip, ip, ip address, lead ip address, user ip",
    "trustedform_url": (
        "xx trusted form cert url, trustedform, trusted form, trustedform cert url, "
        "certificate url, trustedform certificate url"
    ),
    "jornaya_lead_id": "jornaya, jornaya id, universal leadid, leadid token, jornaya leadid token",
}


def header_key(name: str) -> str:
    """`Last Name`, `lastName` and `LAST_NAME` are one: `lastname`."""
    return re.sub(r"[\W_]+", "", name).casefold()


_BY_KEY = {header_key(name): name for name in (*FIELDS, *COMPUTED)} | {
    header_key(spelling): field
    for field, spellings in _SPELLINGS.items()
    for spelling in spellings.split(",")
}


@functools.lru_cache(maxsize=4096)
def field_named(name: str) -> str | None:
    """The field of the contract (or one of `SPREADING`, `COMPUTED`) that `name` is a spelling of."""
    return _BY_KEY.get(header_key(name))


def alias_table() -> str:
    """The spellings taken for each field, as a Markdown list: what an API's reader needs."""
    return "\n".join(f"- `{name}`: {spellings}" for name, spellings in _SPELLINGS.items())
