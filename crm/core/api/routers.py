"""Routes that answer with and without a trailing slash, never by a redirect."""

from rest_framework.routers import SimpleRouter


class SlashOptionalRouter(SimpleRouter):
    """The contract documents no trailing slash; clients that add one are answered too."""

    include_format_suffixes = False

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
