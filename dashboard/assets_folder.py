"""Where the files for the browser are: beside the packages in a checkout, inside one in a wheel."""

from pathlib import Path


def assets_folder() -> Path:
    """The folder Dash serves at ``/assets``.

    Raises:
        FileNotFoundError: if neither place has it: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "assets", package.parent / "assets"):
        if folder.is_dir():
            return folder
    message = f"No assets beside or inside {package}: install Afterwatch again."
    raise FileNotFoundError(message)
