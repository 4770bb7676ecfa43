"""Services called for a frame once: first for a few rows, then for all within a limit."""

from __future__ import annotations

import os
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from synapse_magic.errors import SynapseError
from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.metering import Metering
from synapse_magic.http.price import Price
from synapse_magic.http.spending import Limits, Spending
from synapse_magic.results.call_projection import CallProjection, money
from synapse_magic.results.call_report import CalledFrame, CallReport
from synapse_magic.services.call_checks import check_run, folder_of, limits_of, stages_of
from synapse_magic.services.call_listener import CallListener, call_listener
from synapse_magic.services.call_stages import called_of, calling
from synapse_magic.services.metered import metered
from synapse_magic.services.projecting import Called, Spread, project, why_unknown, with_tried
from synapse_magic.spark.columns import col
from synapse_magic.spark.driver import master_of, slots
from synapse_magic.spark.events import CallsProjected, publish
from synapse_magic.spark.frame_check import require_frame
from synapse_magic.spark.running import Cancelled, hides_interrupt, release, stopping
from synapse_magic.spark.target import one_machine
from synapse_magic.views.words import plural

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def call_services(
    frame: DataFrame,
    stages: Any,
    *,
    try_rows: int = 10,
    rest: bool = True,
    max_calls: int | None = None,
    max_cost: float | None = None,
    price: Mapping[str, float] | None = None,
    journal: str | os.PathLike[str] | None = None,
) -> CalledFrame:
    """Run stages that call services over a frame, once, and hold what they answer.

    A few rows are called first. What all would take is told to who listens to
    :class:`CallsProjected`, and where it is more than a limit allows, no more is called. The
    limits hold while all are called, too: rows that are not called carry the error
    ``limit_reached``. Where all rows that were tried failed, the others are not called.

    Without a journal the rows that were tried are called again with the others, and paid for
    twice: a limit has to allow for both.

    Parameters
    ----------
    frame : DataFrame
    stages : Transformer or sequence of Transformer
        In their order; at least one calls a service, others may stand between them.
    try_rows : int
        Rows to try first; 0 for none.
    rest : bool
        Call the other rows as well.
    max_calls : int, optional
        Requests that may be sent, with those that are tried again.
    max_cost : float, optional
        Dollars that calls may cost.
    price : dict, optional
        Dollars of services whose rows know no price: ``{"input": 0.5, "output": 2.0}`` for a
        million tokens, ``{"call": 0.001}`` for a call. Without it, a prompt's own ``inputPrice``
        and ``outputPrice`` are taken for dollars.
    journal : str or path, optional
        Folder of answers, for stages that have none of their own: what it has is not paid for
        again, also after an interrupt.

    Returns
    -------
    CalledFrame
        The frame with its answers, and a report.

    Raises
    ------
    SynapseError
        Where a limit cannot be kept or would not do, and where no row that was tried succeeded.

    Examples
    --------
    >>> answers, report = call_services(frame, [chat], max_calls=1000)  # doctest: +SKIP
    """
    require_frame(frame, "frame")
    steps, folder, limits = stages_of(stages), folder_of(journal), limits_of(max_calls, max_cost)
    called = {n: called_of(stage, price) for n, stage in enumerate(steps) if calling(stage)}
    check_run(frame, called, limits, try_rows)
    with call_listener(frame.sparkSession) as listener:
        listener.steps = len(called)
        listener.priced = all(stage.price is not None for stage in called.values())
        run = _Run(frame, steps, called, limits, folder, listener)
        try:
            return run.made(try_rows, rest)
        except KeyboardInterrupt:
            raise Cancelled(run.how_far()) from None
        except Exception as failure:
            if stopping() or hides_interrupt(failure):
                raise Cancelled(run.how_far()) from failure
            raise
        finally:
            Spending(run.id, limits).forget()


@dataclass
class _Run:
    """One run over a frame."""

    frame: DataFrame
    stages: list[Any]
    called: dict[int, Called]
    limits: Limits
    journal: str | None
    listener: CallListener
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: float = field(default_factory=time.monotonic)

    def made(self, try_rows: int, rest: bool) -> CalledFrame:
        """Return the frame with its answers, after a few rows were tried."""
        spread = self._spread()
        if not 0 < try_rows < spread.rows:
            return self._held(self._wanted(), spread.rows)
        tried = self._held(self.frame.limit(try_rows), try_rows)
        projection = self._projection(spread, try_rows)
        publish(CallsProjected(projection))
        if not rest:
            report = replace(tried.report, projection=projection, whole=False)
            return CalledFrame(tried.frame, report)
        try:
            self._check_failed(tried)
        finally:
            release(tried.frame)
        self._check_projected(projection)
        self._go_on_elsewhere()
        whole = self._held(self._wanted(), spread.rows, self._expected())
        report = replace(whole.report, projection=projection, tried=tried.report)
        return CalledFrame(whole.frame, report)

    def how_far(self) -> str:
        """Say what an interrupt has left."""
        counts = self.listener.counts()
        sent = f"Cancelled after {plural(counts.sent, 'call')}"
        if not self.journal:
            return f"{sent}, whose answers are lost. Try: a journal"
        return f"{sent}, whose answers are kept in {self.journal}. Try: %synapse call --resume"

    @property
    def _alone(self) -> bool:
        """Whether one task makes all calls: a limit is kept on one machine."""
        return self.limits.any and not one_machine(master_of(self.frame.sparkSession))

    def _go_on_elsewhere(self) -> None:
        """Begin another count within the limits, for the next task may be on another machine."""
        if self._alone and self.listener.heard:
            Spending(self.id, self.limits).forget()
            self.id = uuid.uuid4().hex
            spent = self.listener.counts()
            self.limits = replace(self.limits, calls_before=spent.sent, cost_before=spent.cost)

    def _spread(self) -> Spread:
        """Return how the rows lie on the tasks that call for them."""
        partition = F.spark_partition_id().alias("partition")
        counts = [count for _, count in self.frame.groupBy(partition).count().collect()]
        if self._alone:
            counts = [sum(counts)]
        at_once = slots(self.frame.sparkSession)
        return Spread(sum(counts), max(counts, default=0), at_once, len(counts))

    def _wanted(self) -> DataFrame:
        return self.frame.repartition(1) if self._alone else self.frame

    def _held(
        self, frame: DataFrame, rows: int, expected: Mapping[int, float] | None = None
    ) -> CalledFrame:
        """Return a frame with its answers, which are there from now on."""
        made = self._transformed(frame, expected or {}).persist()
        try:
            self.listener.begin(rows)
            outcomes = self._outcomes(made)
        except BaseException:
            release(made)
            raise
        return CalledFrame(made, self._told(*outcomes))

    def _transformed(self, frame: DataFrame, expected: Mapping[int, float]) -> DataFrame:
        for number, stage in enumerate(self.stages):
            if number in self.called:
                if self._alone:
                    frame = frame.coalesce(1)  # a stage before it may have spread rows again
                with metered(self._metering(number, expected.get(number, 0.0))):
                    frame = self._journaled(stage).transform(frame)
            else:
                frame = stage.transform(frame)
        return frame

    def _journaled(self, stage: Any) -> Any:
        if self.journal is None or stage.isSet("journal"):
            return stage
        return stage.copy({stage.getParam("journal"): self.journal})

    def _metering(self, number: int, expected: float) -> Metering:
        return Metering(
            run=self.id,
            stage=number,
            host=self.listener.host,
            port=self.listener.port,
            token=self.listener.token,
            price=self.called[number].price or Price(),
            limits=self.limits,
            expected=expected,
        )

    def _outcomes(self, frame: DataFrame) -> tuple[int, dict[str, int], int]:
        """Run all of it, and return how many rows there are, have an error, by its code, and none.

        They are not as many as went in, where a stage leaves some out or makes more of them. The
        last number is of rows with neither answer nor error: they had nothing to be asked for; 0
        where a stage has left out a column that would tell.
        """
        codes = [col(name)["code"] for name in self._error_columns(frame)]
        code = F.coalesce(*codes) if codes else F.lit(None).cast("string")
        names = [self.stages[number].getOutputCol() for number in self.called]
        whole = len(codes) == len(names) and set(names) <= set(frame.columns)
        idle = reduce(and_, (col(name).isNull() for name in names)) if whole else F.lit(False)
        found = frame.groupBy(code.alias("code"), idle.alias("idle")).count().collect()
        errors: Counter[str] = Counter()
        for each, _, count in found:
            errors.update({} if each is None else {str(each): count})
        unasked = sum(count for each, nothing, count in found if each is None and nothing)
        return sum(count for *_, count in found), dict(errors), unasked

    def _error_columns(self, frame: DataFrame) -> list[str]:
        """Return the columns of errors that no later stage has left out or replaced."""
        names = [self.stages[number].getErrorCol() for number in self.called]
        kinds = {field.name: field.dataType for field in frame.schema.fields}
        return [
            name
            for name in names
            if isinstance(kind := kinds.get(name), StructType)
            and {"code", "message"} <= set(kind.names)
        ]

    def _counts(self) -> list[CallCounts]:
        return [self.listener.counts(number) for number in self.called]

    def _told(self, rows: int, errors: dict[str, int], unasked: int) -> CallReport:
        known = self.listener.heard or self.listener.total == 0  # of no rows nothing is told
        counts = self.listener.counts() if known else None
        why = self._why_unknown()
        cost = None if why or counts is None else counts.cost
        spent = time.monotonic() - self.began
        return CallReport(
            rows, errors, counts, spent, cost, why, journal=self.journal, unasked=unasked
        )

    def _why_unknown(self) -> str:
        """Return why it is not known what calls cost; empty where it is."""
        reasons = map(why_unknown, self.called.values(), self._counts())
        return next(filter(None, reasons), "")

    def _projection(self, spread: Spread, tried: int) -> CallProjection:
        if not self.listener.heard:
            why = "workers cannot reach this process"
            return CallProjection(tried, spread.rows, why=why)
        return project(tried, spread, list(self.called.values()), self._counts())

    def _expected(self) -> dict[int, float]:
        """Return what a call has cost so far, by stage."""
        return {n: c.cost / c.sent for n, c in zip(self.called, self._counts()) if c.sent}

    def _check_failed(self, tried: CalledFrame) -> None:
        """Raise where no row that was tried has an answer: the others would have none, either."""
        if not tried.report.rows or tried.report.failed < tried.report.rows:
            return
        errors = [col(name)["message"] for name in self._error_columns(tried.frame)]
        told = tried.frame.select(F.coalesce(*errors)).first()
        raise SynapseError(
            f"None of the {tried.report.rows} rows that were tried has an answer, and the others "
            f"were not called: {told[0]}"
        )

    def _check_projected(self, expected: CallProjection) -> None:
        """Raise where all rows are expected to take more than the limits allow."""
        lost = self._lost()
        if expected.calls is None and self.listener.counts().left:
            raise SynapseError(
                f"The limit was reached by the {plural(expected.tried, 'row')} that were tried, of "
                f"{expected.rows:,}. Try: a higher limit, or fewer rows"
            )
        expected = with_tried(expected, lost)
        calls, cost = self.limits.calls, self.limits.cost
        if cost is not None and self._why_unknown():
            raise SynapseError(
                f"max_cost cannot be kept: {self._why_unknown()}; only {expected.tried} rows were "
                "called. Try: price={'call': 0.001}, or max_calls"
            )
        if calls is not None and expected.calls is not None and expected.calls > calls:
            found, limit = plural(expected.calls, "call"), f"max_calls={calls}"
            enough = f"max_calls={expected.calls}"
        elif cost is not None and expected.cost is not None and expected.cost > cost:
            found, limit = money(expected.cost), f"max_cost={cost:g}"
            enough = f"max_cost={float(f'{expected.cost * 1.1:.2g}'):g}"
        else:
            return
        if any(each.sent for each in lost):
            found += f" with the {expected.tried} that are called again without a journal"
            enough += ", a journal"
        raise SynapseError(
            f"All {plural(expected.rows, 'row')} are expected to take {found}, more than "
            f"{limit}; only {expected.tried} were called. Try: {enough}, or fewer rows"
        )

    def _lost(self) -> list[CallCounts]:
        """Return the calls so far whose answers no journal keeps, by stage."""
        if self.journal is not None:
            return []
        own = (self.stages[number].isSet("journal") for number in self.called)
        return [counts for kept, counts in zip(own, self._counts()) if not kept]
