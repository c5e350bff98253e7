"""Words: how a crash is told, what agents note and say, why a lead ends."""

from leads.choices import AtFault
from leads.services.demo.crashes import Crash
from leads.services.demo.dice import Dice

# What the police call it, and how the injured person tells it: hit by someone, or at the wheel of the cause.
TOLD = {
    "Following Too Closely": ("was rear-ended at a red light", "ran into the car in front"),
    "Driver Inattention/Distraction": (
        "other driver was on the phone and hit {me}",
        "looked away for a second and hit another car",
    ),
    "Failure to Yield Right-of-Way": (
        "other driver did not yield and hit {me}",
        "pulled out and did not see the other car",
    ),
    "Passing or Lane Usage Improper": ("was sideswiped by a passing car", "scraped a car while passing"),
    "Unsafe Lane Changing": ("other car cut over and hit {me}", "changed lanes into another car"),
    "Backing Unsafely": ("was hit by a car backing out", "backed into another car"),
    "Turning Improperly": ("other driver turned left right into {me}", "turned in front of an oncoming car"),
    "Unsafe Speed": ("was hit by a speeding car", "lost control on a wet road"),
    "Traffic Control Disregarded": ("other driver ran a red light and hit {me}", "went through a stop sign"),
    "Alcohol Involvement": ("was hit by a drunk driver", "had a drink before driving"),
}
PLAIN = ("was hit by another car", "had a collision with another car")
ON_FOOT = {"pedestrian": "while crossing the street", "cyclist": "while riding a bike in the bike lane"}
PASSENGER = {"passenger": "Was a passenger", "rideshare": "Was riding in a taxi"}

ATTEMPTS = (
    "LM, no answer.", "No answer, VM full.", "Rang out x3, texted.", "LVM + SMS, will try again pm.", "Busy, cb later.",
    "Picked up at work, asked to call after 5.", "Wrong time, cb tomorrow am.", "Spouse answered, left msg.",
)  # fmt: skip
TALKS = (
    "Spoke w/ {first}. {role}, {injury}. {care}. {counsel}.",
    "Connected. {injury}, {care}. {blame}. {counsel}.",
    "{first} friendly, wants to move fwd. {care}. {counsel}.",
    "Confirmed crash in {city}. {injury}. {care}. {counsel}.",
    "Good call, 12 min. {role} in crash, {city}. {care}. {counsel}.",
)
CARE = {
    "none": "no tx yet, urged to see dr", "doctor": "saw PCP", "urgent_care": "urgent care", "emergency": "ER same day",
    "hospital": "admitted to hosp", "surgery": "had surgery", "ongoing": "PT 3x/wk", "unknown": "tx unclear",
}  # fmt: skip
BLAME = {
    "no": "Says other side at fault", "partial": "Admits part of the blame", "yes": "Sounds like own fault",
    "unknown": "Fault unclear",
}  # fmt: skip
COUNSEL = {"no": "No atty", "fired": "Fired prior atty", "yes": "HAS ATTY", "unknown": "Not sure re atty"}
COMMENTS = (
    "Sent retainer by text, {first} will sign tonight.", "Police report requested from precinct.", "Needs Spanish speaker for follow up.",
    "Waiting on declaration page from carrier.", "Please check venue before we send docs.", "Called provider, records take 10 days.",
    "Second signature missing, resent.", "{first} asked about the fee, explained contingency.", "Good case, do not let it sit.",
    "Adjuster already called them, told not to give a statement.",
)  # fmt: skip

REASONS = {
    "represented": ("Already represented", "Signed with another firm before delivery"),
    "at fault": ("Claimant at fault", "Cited for the accident"),
    "deadline": ("Deadline to file has passed", "Too close to the deadline"),
    "untreated": ("No treatment", "No injury", "Property damage only"),
    "contact": ("Disconnected or wrong number (verified)", "Did not request contact", "Fake information"),
    "unresponsive": ("Unresponsive after 6 attempts", "No contact in 14 days"),
    "venue": ("Out of area", "Wrong case type"),
    "declined": (
        "Changed mind",
        "Wants to handle it without a lawyer",
        "Settled with the insurer",
        "Hired another firm",
    ),
    "weak": ("Minor injury, low damages", "No coverage on the other side", "Gap in treatment"),
    "refused": (
        "Declined by firm: liability unclear",
        "Declined by firm: limits too low",
        "Declined by firm: conflict",
    ),
    "withdrawn": ("Client withdrew after signing", "Firm released the case"),
    "duplicate": ("Same phone as an earlier lead", "Same person sent by another vendor"),
}


def describe_crash(crash: Crash, *, role: str, hurt: str, fault: str, random: Dice) -> str:
    """The injured person's own words."""
    suffered, caused = TOLD.get(crash.factor, PLAIN)
    sentence = (caused if fault == AtFault.YES else suffered).format(me="us" if role in PASSENGER else "me")
    if role in ON_FOOT:
        sentence = f"{'was hit by a car' if fault != AtFault.YES else 'stepped out in front of a car'} {ON_FOOT[role]}"
    opening = PASSENGER.get(role, "")
    if opening:
        text = f"{opening}, the car {sentence}" if sentence.startswith("was ") else f"{opening}; {sentence}"
    else:
        text = sentence[0].upper() + sentence[1:]
    parts = [f"{text} around {_hour(crash.hour)}."]
    if hurt not in ("None", "Property damage only"):
        parts.append(f"{hurt}." if random.random() < 0.6 else f"{hurt}, still in pain.")
    if "TAXI" in crash.vehicles and role not in PASSENGER:
        parts.append("The other car was a taxi.")
    return " ".join(parts)


def attempt_note(random: Dice) -> str:
    return random.choice(ATTEMPTS)


def talk_note(
    random: Dice, *, first: str, role: str, injury: str, care: str, counsel: str, fault: str, city: str
) -> str:
    """What an agent types after the first real call."""
    return random.choice(TALKS).format(
        first=first,
        role=role,
        injury=injury or "Injury n/a",
        care=CARE[care],
        counsel=COUNSEL[counsel],
        blame=BLAME[fault],
        city=city,
    )


def reason_for(cause: str, random: Dice) -> str:
    """The sentence for why a lead ended."""
    return random.choice(REASONS[cause])


def _hour(hour: int) -> str:
    return f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"
