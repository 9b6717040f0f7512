"""Lists of rows: searched, sorted, paged, and exported as CSV with the same filter."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from leadline.web.look.templatetags.look import text

PER_PAGE = 50


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes
    ----------
    words : str
        Key of its heading; empty for a column of buttons, which is not exported.
    sort : str
        Field to order by; empty when the column cannot be sorted.
    value : callable, optional
        Row to exported value; without one the column is not exported.
    numeric : bool
        Whether to align to the right.
    """

    words: str
    sort: str = ""
    value: Callable[[Any], object] | None = None
    numeric: bool = False


@dataclass(frozen=True)
class Head:
    """A heading as the template needs it."""

    words: str
    numeric: bool
    link: str
    direction: str
    arrow: str


class _KeysFirst(Paginator[Any]):
    """Finds the keys of a later page first, then its rows.

    A database works out every column of the rows it skips, and where that is a count of other rows, the last
    page of thousands would take as long as all of them.
    """

    def page(self, number: int | str) -> Page[Any]:
        """One page."""
        found = super().page(number)
        if found.number > 1 and isinstance(self.object_list, QuerySet):
            sliced = self.object_list[found.start_index() - 1 : found.end_index()]
            keys = list(sliced.values_list("pk", flat=True))
            rows = {row.pk: row for row in self.object_list.filter(pk__in=keys)}
            found.object_list = [rows[key] for key in keys]
        return found


class Pages:
    """Rows a page at a time, for ``look/parts/pages.html``; ``page`` of the address turns."""

    def __init__(self, request: HttpRequest, rows: QuerySet[Any] | Sequence[Any]) -> None:
        self.request = request
        self.page: Page[Any] = _KeysFirst(rows, PER_PAGE).get_page(request.GET.get("page"))

    @property
    def rows(self) -> Iterable[Any]:
        """Rows of this page."""
        return self.page.object_list

    @property
    def count(self) -> int:
        """Rows found."""
        return self.page.paginator.count

    @property
    def previous_query(self) -> str:
        """Query of the page before."""
        return self._with(page=str(self.page.previous_page_number()))

    @property
    def next_query(self) -> str:
        """Query of the page after."""
        return self._with(page=str(self.page.next_page_number()))

    def _with(self, **changes: str) -> str:
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return query.urlencode()


class Listing(Pages):
    """A list for ``look/parts/listing.html``; ``response()`` is the CSV when one is asked for.

    Parameters
    ----------
    request : HttpRequest
        ``q`` searches, ``sort`` orders (``-name`` downwards), ``page`` turns, ``export=csv`` exports; other
        parameters, such as a filter's, are kept.
    rows : QuerySet
    columns : sequence of Column
        Sorted by the first sortable one unless asked otherwise.
    search : sequence of str
        Fields looked in.
    row_template : str
        Renders one ``<tr>`` of ``row``.
    """

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        columns: Sequence[Column],
        *,
        search: Sequence[str],
        row_template: str,
    ) -> None:
        self.columns = columns
        self.row_template = row_template
        self.query = request.GET.get("q", "").strip()
        sortable = [column.sort for column in columns if column.sort]
        wanted = request.GET.get("sort", "")
        self.sort = wanted if wanted.removeprefix("-") in sortable else (sortable or [""])[0]
        if self.query:
            found = Q()
            for field in search:
                found |= Q(**{f"{field}__icontains": self.query})
            rows = rows.filter(found)
        # The key breaks ties, so that a row is on one page only.
        self.all = rows.order_by(self.sort, "pk") if self.sort else rows
        super().__init__(request, self.all)

    @property
    def heads(self) -> list[Head]:
        """Headings, each with the link that sorts by it."""
        return [self._head(column) for column in self.columns]

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter may be why there is nothing."""
        return bool(self.query) or any(value for name, value in self.kept if name != "sort")

    def _head(self, column: Column) -> Head:
        own = bool(column.sort) and self.sort.removeprefix("-") == column.sort
        down = own and self.sort.startswith("-")
        link = (
            self._with(sort=column.sort if not own or down else f"-{column.sort}", page="")
            if column.sort
            else ""
        )
        direction = ("descending" if down else "ascending") if own else ""
        return Head(column.words, column.numeric, link, direction, direction.removesuffix("ending"))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters a new search keeps."""
        return [(n, v) for n, v in self.request.GET.dict().items() if n not in ("q", "page", "export")]

    @property
    def export_query(self) -> str:
        """Query of the CSV."""
        return self._with(export="csv", page="")

    def response(self, name: str) -> HttpResponse | None:
        """The CSV of everything found, when it is asked for."""
        if self.request.GET.get("export") != "csv":
            return None
        shown = [column for column in self.columns if column.value]
        heads = [text(column.words) for column in shown]
        return csv_response(name, heads, ([c.value(row) for c in shown if c.value] for row in self.all))


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV to download, marked as UTF-8 for spreadsheets, formula-like text made harmless."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(heads)
    writer.writerows([[harmless(value) for value in row] for row in rows])
    return response


def harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return "" if value is None else value
