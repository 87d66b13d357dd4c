"""Collections and single entities as Graph shows them: columns of the version, filter, order, select, count, pages."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from station.practice.tenant.calls import Call
from station.practice.tenant.contract import contract
from station.practice.tenant.http import Answer
from station.practice.tenant.odata import names, order
from station.practice.tenant.state import Row, Table

DEFAULT_PAGE = {"/deviceManagement": 1000, "": 100}


def collection(call: Call, rows: Iterable[Row], table: Table | None = None, *, page: int | None = None,
               repeat: bool = False) -> Answer:
    """A page of rows. With `table` a page ends at a place in the table, so that rows deleted meanwhile hide no others.

    `page` overrides the size; `repeat` makes nextLink lead to the same page (a quirk).
    """
    found = [r for r in rows if call.filter is None or call.filter.test(r)]
    total = len(found)
    orderby = call.option("orderby")
    if orderby:
        found, table = order(found, orderby), None
    found = found[int(call.option("skip") or 0):]
    size = page or int(call.option("top") or next(v for k, v in DEFAULT_PAGE.items() if call.path.startswith(k)))
    found, start = _after(found, table, int(call.option("skiptoken") or 0))
    shown = found[:size]
    body: dict[str, Any] = {"@odata.context": f"{call.root}/$metadata#{call.path.lstrip('/')}"}
    if call.option("count") == "true":
        body["@odata.count"] = total
    if len(found) > size:
        token = table.place(shown[-1]["id"]) if table is not None else start + size
        body["@odata.nextLink"] = _link(call, call.option("skiptoken") or 0 if repeat else token)
    body["value"] = [shape(call, r) for r in shown]
    return Answer(200, body)


def _after(rows: list[Row], table: Table | None, token: int) -> tuple[list[Row], int]:
    if table is None:
        return rows[token:], token
    return [r for r in rows if table.place(r["id"]) > token], token


def _link(call: Call, token: int | str) -> str:
    options = {k: v for k, v in call.request.query.items() if k not in ("$skiptoken", "$skip")} | {"$skiptoken": str(token)}
    query = "&".join(f"{quote(k, safe='$')}={quote(v, safe='(),$=')}" for k, v in options.items())
    return f"{call.root}{call.path}?{query}"


def entity(call: Call, row: Row, status: int = 200, *, kind: str | None = None) -> Answer:
    """One entity."""
    name = kind or call.route.entity or ""
    return Answer(status, {"@odata.context": f"{call.root}/$metadata#{name}/$entity", **shape(call, row, name)})


def shape(call: Call, row: Row, kind: str | None = None) -> Row:
    """What an answer shows of a row: the columns of the version, those that `$select` and `$expand` ask for."""
    told = row.get("@odata.type", "")
    name = told.rpartition(".")[2] or kind or call.route.entity or ""
    selected = call.option("select")
    if selected:
        wanted = {*names(selected), "id", "@odata.type"}
        shown = {k: v for k, v in row.items() if k in wanted}
    else:
        known = contract().properties(call.version, name)
        shown = {k: v for k, v in row.items() if k in known or k == "@odata.type"}
    expanded = call.option("expand")
    if expanded:
        shown |= {n: row[n] for n in names(expanded) if n in row}
    return shown
