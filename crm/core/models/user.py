"""People."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from crm.core.actors import Actor
from crm.core.choices import Availability, Role, Source
from crm.core.managers import UserManager
from crm.core.permissions import may

MAX_CAPACITY = 100
MAX_CAPACITY_LIMIT = 10_000


class User(AbstractBaseUser):
    """One row is one person (or, for a vendor, one person at an agency).

    `capacity` is the number of open leads the person holds: written by triggers on the leads, never by hand.
    """

    username = models.CharField(max_length=254, unique=True)
    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)

    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    vendor_code = models.CharField(
        max_length=32, blank=True, help_text="The agency's code, for vendors only."
    )
    is_active = models.BooleanField("active", default=True, help_text="Deactivate instead of deleting.")

    capacity = models.PositiveIntegerField("open leads", default=0, editable=False)
    max_capacity = models.PositiveIntegerField(
        "most open leads", default=MAX_CAPACITY, validators=[MaxValueValidator(MAX_CAPACITY_LIMIT)]
    )
    availability = models.CharField(max_length=10, choices=Availability.choices, default=Availability.ACTIVE)

    last_seen = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="core_user_email_ci"),
            models.UniqueConstraint(Lower("username"), name="core_user_username_ci"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="core_user_role_known"),
            models.CheckConstraint(
                condition=Q(availability__in=Availability.values), name="core_user_availability_known"
            ),
            models.CheckConstraint(
                condition=(Q(role=Role.VENDOR) & ~Q(vendor_code=""))
                | (~Q(role=Role.VENDOR) & Q(vendor_code="")),
                name="core_user_vendor_has_code",
                violation_error_message="A vendor needs its agency's code, and nobody else may have one.",
            ),
            models.CheckConstraint(
                condition=Q(max_capacity__lte=MAX_CAPACITY_LIMIT), name="core_user_max_capacity_sane"
            ),
        ]
        indexes = [
            models.Index(  # candidates of an assignment
                fields=["id"],
                name="core_user_agents",
                condition=Q(role=Role.AGENT),
                include=["is_active", "availability", "capacity", "max_capacity"],
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the admin lets this person in."""
        return self.is_active and self.role in (Role.ADMIN, Role.MANAGER)

    @property
    def is_superuser(self) -> bool:
        """Django's name for "may do all"."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def takes_leads(self) -> bool:
        """Whether this person may hold open leads: an agent with an open account, present or not, full or not."""
        return self.is_active and self.role == Role.AGENT

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether the role allows `app_label.codename`."""
        return self.is_active and may(Role(self.role), perm)

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin shows this app at all."""
        return self.has_perm(f"{app_label}.view_any")

    def actor(self, source: Source, request_id: str = "") -> Actor:
        """This person as the author of changes that come by `source`."""
        return Actor(
            label=self.email,
            role=Role(self.role),
            source=source,
            user_id=self.pk,
            vendor_code=self.vendor_code,
            request_id=request_id,
        )

    def credential_stamp(self) -> str:
        """Changes whenever the password, the role or the agency does; tokens carry it and die with it."""
        credentials = f"{self.password}|{self.role}|{self.vendor_code}"
        return salted_hmac("core.user.credential_stamp", credentials, algorithm="sha256").hexdigest()[:24]

    @property
    def open_slots(self) -> int:
        """How many more leads this person may be given."""
        return max(self.max_capacity - self.capacity, 0)
