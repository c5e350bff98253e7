"""What is wrong with a whole file."""

from crm.core.exceptions import InvalidInput


class UnusableFile(InvalidInput):
    """The file cannot be imported as it is; the message says what to change."""

    def __init__(self, message: str) -> None:
        super().__init__(message, file=[message])
