"""The schema's history, oldest first: append only, never edit what has landed. `schema.sql` shows the sum.

Times are UTC ISO text of fixed width (`domain.times.iso`), lists are JSON text, flags are 0 or 1. Each noun's tables
are a file of their own; the order of these imports is the order in which they are applied.
"""

# ruff: noqa: I001, F401 - importing enters them, in this order
from store.migrations.registry import migrations
from store.migrations import history
from store.migrations import m007_surveys
from store.migrations import m008_checklists
from store.migrations import m009_newsletter
from store.migrations import m010_pages
from store.migrations import m011_resources
from store.migrations import m012_report
from store.migrations import m013_second_looks
from store.migrations import m014_desk_tasks
from store.migrations import m015_registering
from store.migrations import m016_relays
from store.migrations import m017_skeletons
from store.migrations import m018_sharers
from store.migrations import m019_sheets
from store.migrations import m020_session_texts
from store.migrations import m021_outbox_indexes
from store.migrations import m023_import_rows
from store.migrations import m024_proposals
from store.migrations import m025_resource_kinds
from store.migrations import m026_erasures
from store.migrations import m027_translations

__all__ = ["migrations"]
