"""What to say of failures that are nobody's mistake in the code: files, folders, the database."""

from __future__ import annotations

_ADVICE = (
    ("locked", "Another process writes to it: wait for it to end, or stop it."),
    ("readonly", "Make the home writable for this user."),
    ("unable to open", "Check that the folder exists and that this user may write to it."),
    ("not a database", "Another file lies in its place: move it away or choose another home."),
    ("malformed", "Restore the file from a backup, or choose another home and import again."),
    ("full", "Free some space."),
    ("refused", "Start the server, or correct host and port in AFTERWATCH_STATE_URL."),
    ("authentication", "Correct user and password in AFTERWATCH_STATE_URL."),
    ("does not exist", "Make the database, or correct its name in AFTERWATCH_STATE_URL."),
)
_CHECK = "Check that it runs and that AFTERWATCH_STATE_URL names it."


def message_of(error: Exception) -> str | None:
    """One message that says what failed and what to do; None for faults of the program."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    from dashboard.settings import SettingsError
    from data_access.sources.base import SourceError
    from data_access.state.engine import StateError

    if isinstance(error, SettingsError | SourceError | StateError):
        return str(error)
    # Its other subclasses tell of wrong statements, which are ours.
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        said = " ".join(str(error.orig).split())
        advice = next((text for word, text in _ADVICE if word in said), _CHECK)
        return f"The state database cannot be used: {said.removesuffix('.')}. {advice}"
    if isinstance(error, OSError) and error.filename is not None:
        return (
            f"{error.filename}: {error.strerror}. Check the path, the rights of this user and the"
            " space left."
        )
    return None
