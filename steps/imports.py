"""Importing registrations: the doors that commands and flows use. Each lies in a file of its own."""

from domain.imports import ImportReport
from steps.import_incoming import import_incoming
from steps.import_link import import_link
from steps.import_run import import_registrations, rejected

__all__ = ["ImportReport", "import_incoming", "import_link", "import_registrations", "rejected"]
