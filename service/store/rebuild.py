"""Makes a database again from the record files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from service.store import models
from service.store.database import WRITES, open_engine
from service.store.store import Store, Taken

if TYPE_CHECKING:
    from pathlib import Path


def rebuild(url: str, records: Path) -> Taken:
    """Empty a database's tables and fill them from the record files below a folder. Raises as Store.open does."""
    engine = open_engine(url)
    with engine.execution_options(**WRITES).begin() as connection:
        for table in reversed(models.Table.metadata.sorted_tables):
            if table.name != models.Revision.__tablename__:  # it goes on counting: answers may have changed
                connection.execute(delete(table))
    with Store(engine) as store:
        return store.take_folder(records)
