"""Opening a record: engine, schema, head. Imported when a journal is opened, because it pulls in the database libraries."""

from station.journal.engine import engine_for
from station.journal.store import SqlStore
from station.journal.trouble import told
from station.journal.upgrading import bring_up_to_date, demand_current
from station.model.timing import Clock


def open_store(url: str, station: str, clock: Clock, *, read_only: bool, alone: bool) -> SqlStore:
    """The store at a URL, brought up to date unless it is only read. Raises as `Journal.open` does."""
    engine = engine_for(url, read_only=read_only)
    store = SqlStore(engine, station, clock)
    try:
        with told():
            if read_only:
                demand_current(engine)
            else:
                bring_up_to_date(engine)
                store.found()
                if alone:
                    store.stand_alone()
    except BaseException:
        store.close()
        raise
    return store
