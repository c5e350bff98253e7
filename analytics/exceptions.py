"""What can go wrong with what analytics keeps of its own."""

from crm.core.exceptions import NotFound


class ReportScheduleNotFound(NotFound):
    """There is no such schedule."""

    def __init__(self) -> None:
        super().__init__("There is no such schedule of reports; it may have been deleted.")


class ReportDeliveryNotFound(NotFound):
    """The schedule has no such delivery."""

    def __init__(self) -> None:
        super().__init__("This schedule of reports has no such delivery.")
