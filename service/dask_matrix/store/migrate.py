"""Migrate a database to the current schema with Alembic. Imported only when a migration is due."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def migrate(engine: Engine, migrations: Path) -> str:
    """Upgrade a database to the newest schema in the ``migrations`` folder, in one write transaction of ``engine``.

    If the database has an unknown, newer schema, change nothing and return that schema's revision; otherwise return "".
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)  # nox shows the log of every library
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current not in {None, *(revision.revision for revision in script.walk_revisions())}:
            return current or ""
        if current != script.get_current_head():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return ""
