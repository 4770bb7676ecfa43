"""Parameters of SynapseML's trainers that steer its JVM: accepted, so that its code runs here."""

from __future__ import annotations

from typing import Literal

from synapse_magic.spark.param import Param, param, unset


class LightGBMUnused:
    """Params without effect; setting one says so, once."""

    chunkSize: Param[int] = param("Rows copied at once.", default=10000, low=1, effect=False)
    microBatchSize: Param[int] = param("Rows pushed at once.", default=100, low=1, effect=False)
    matrixType: Param[Literal["auto", "sparse", "dense"]] = param(
        "Kind of matrix; each batch tells by itself.", default="auto", effect=False
    )
    dataTransferMode: Param[Literal["streaming", "bulk"]] = param(
        "How rows reach LightGBM.", default="streaming", effect=False
    )
    executionMode: Param[Literal["streaming", "bulk"]] = param(
        "Older name of dataTransferMode.", default=unset, effect=False
    )
    maxStreamingOMPThreads: Param[int] = param(
        "Threads that take rows in.", default=16, effect=False
    )
    samplingMode: Param[Literal["global", "subset", "fixed"]] = param(
        "Rows that bins are found from; here always a sample of all.",
        default="subset",
        effect=False,
    )
    samplingSubsetSize: Param[int] = param(
        "First rows that bins are found from.", default=1000000, low=1, effect=False
    )
    referenceDataset: Param[list[int]] = param(
        "Bins of an earlier training; here each training finds its own.",
        default=unset,
        effect=False,
    )
    useBarrierExecutionMode: Param[bool] = param(
        "Start all workers at once; here they always do.", default=False, effect=False
    )
    repartitionByGroupingColumn: Param[bool] = param(
        "Keep groups together; here they always are.", default=True, effect=False
    )
    defaultListenPort: Param[int] = param(
        "First port that workers try; here the system gives a free one.",
        default=12400,
        low=0,
        effect=False,
    )
    driverListenPort: Param[int] = param(
        "Port of the driver; here the system gives a free one.", default=0, low=0, effect=False
    )
