"""Brings a database to the present schema, by Alembic. Imported only where that is to be done."""

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
    """Bring a database to the schema that a folder of migrations ends with, in one writing transaction of ``engine``.

    Nothing is changed where none of them knows its schema, since a newer version made it: that schema is returned.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)  # nox logs whatever any library says
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
