"""Who acts, by which path: what every service is told and every history row keeps."""

from dataclasses import dataclass

from crm.core.choices import Role, Source


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a vendor's key or the program itself, for the length of one request or command.

    `label` is shown in histories: an e-mail address, a key's name, or the name of a command.
    """

    label: str
    role: Role
    source: Source
    user_id: int | None = None
    vendor_code: str = ""
    request_id: str = ""

    @classmethod
    def system(cls, label: str, *, source: Source = Source.SYSTEM) -> "Actor":
        """The program acting on its own account: sees and may do everything."""
        return cls(label=label, role=Role.ADMIN, source=source)

    @property
    def is_manager(self) -> bool:
        """Whether this actor sees all leads, agencies and agents."""
        return self.role in (Role.ADMIN, Role.MANAGER)
