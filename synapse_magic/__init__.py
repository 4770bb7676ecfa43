"""synapse_magic: machine-learning pipelines on Spark, made and explained in the notebook.

``%load_ext synapse_magic`` adds the ``%synapse`` magic; everything it does is also here as plain
Python. Names are loaded when they are first used: importing this module loads the standard
library and nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from synapse_magic.services import row_names

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0"

_TABLE = {
    "AggregateBalanceMeasure": "data_balance.aggregate_balance_measure",
    "AzureSearchWriter": "services.search_writer",
    "Balance": "results.balance",
    "BestModel": "compose.best",
    "CallProjection": "results.call_projection",
    "CallReport": "results.call_report",
    "CalledFrame": "results.call_report",
    "CallsCounted": "spark.events",
    "CallsProjected": "spark.events",
    "Choice": "compose.tuning.spaces",
    "Cohort": "results.dashboard.cohort",
    "ConditionalKNN": "neighbors.conditional_knn",
    "ConditionalKNNModel": "neighbors.conditional_knn",
    "CustomInputParser": "services.custom_parsers",
    "CustomOutputParser": "services.custom_parsers",
    "Dashboard": "notebook.dashboard",
    "DefaultHyperparams": "compose.tuning.default_spaces",
    "DiscreteHyperParam": "compose.tuning.spaces",
    "DistributionBalanceMeasure": "data_balance.distribution_balance_measure",
    "DoubleRangeHyperParam": "compose.tuning.spaces",
    "DynamicMiniBatchTransformer": "batching.dynamic",
    "Evaluation": "results.evaluation",
    "Explanation": "results.explanation",
    "ExplanationSummary": "results.explanation_summary",
    "FeatureBalanceMeasure": "data_balance.feature_balance_measure",
    "Featurize": "compose.featurize",
    "FeaturizeModel": "compose.featurize",
    "FindBestModel": "compose.best",
    "FixedMiniBatchTransformer": "batching.fixed",
    "FlattenBatch": "batching.flatten_batch",
    "FormOntologyLearner": "services.form_ontology",
    "FormOntologyTransformer": "services.form_ontology",
    "FloatRangeHyperParam": "compose.tuning.spaces",
    "GridSpace": "compose.tuning.spaces",
    "HyperparamBuilder": "compose.tuning.spaces",
    "ImageExplanation": "results.image_explanation",
    "HTTPTransformer": "services.http_transformer",
    "ICETransformer": "explainers.ice_transformer",
    "ImageFeaturizer": "compose.image_featurizer",
    "ImageLIME": "explainers.image_lime",
    "ImageSHAP": "explainers.image_shap",
    "ImageSetAugmenter": "images.image_set_augmenter",
    "ImageTransformer": "images.image_transformer",
    "ImbalanceError": "errors",
    "IntRangeHyperParam": "compose.tuning.spaces",
    "Iteration": "spark.events",
    "JSONInputParser": "services.json_input_parser",
    "JSONOutputParser": "services.json_output_parser",
    "KNN": "neighbors.knn",
    "KNNModel": "neighbors.knn",
    "Leaderboard": "results.leaderboard",
    "LightGBMClassificationModel": "lightgbm.classifier",
    "LightGBMClassifier": "lightgbm.classifier",
    "LightGBMRanker": "lightgbm.ranker",
    "LightGBMRankerModel": "lightgbm.ranker",
    "LightGBMRegressionModel": "lightgbm.regressor",
    "LightGBMRegressor": "lightgbm.regressor",
    "LongRangeHyperParam": "compose.tuning.spaces",
    "Guardrails": "results.guardrails",
    "MockService": "http.mock.service",
    "ModelBuilder": "notebook.builder.model_builder",
    "NoEffectWarning": "errors",
    "ONNXModel": "onnx.onnx_model",
    "OpenAIPrompt": "services.openai_prompt",
    "ParamSpace": "compose.tuning.spaces",
    "PartialDependence": "results.partial_dependence",
    "PartitionConsolidator": "batching.partition_consolidator",
    "Profile": "results.profile",
    "RandomSpace": "compose.tuning.spaces",
    "Range": "compose.tuning.spaces",
    "RangeHyperParam": "compose.tuning.spaces",
    "RowsExplained": "spark.events",
    "Secret": "http.secret",
    "Session": "spark.session",
    "SynapseError": "errors",
    "SimpleHTTPTransformer": "compose.simple_http_transformer",
    "StringOutputParser": "services.string_output_parser",
    "SuperpixelTransformer": "images.superpixel_transformer",
    "TablePage": "results.table",
    "TextAnalyze": "services.text_analyze",
    "TextExplanation": "results.text_explanation",
    "TextLIME": "explainers.text_lime",
    "TextSHAP": "explainers.text_shap",
    "TabularLIME": "explainers.tabular_lime",
    "TabularSHAP": "explainers.tabular_shap",
    "TimeIntervalMiniBatchTransformer": "batching.time_interval",
    "Trained": "spark.models",
    "TrainingCurve": "views.curve",
    "TrainingSummary": "results.training",
    "TreeView": "views.tree",
    "TuneHyperparameters": "compose.tuning.tuner",
    "TuneHyperparametersModel": "compose.tuning.tuned",
    "UnrollBinaryImage": "images.unroll",
    "UnrollImage": "images.unroll",
    "VectorLIME": "explainers.vector_lime",
    "VectorSHAP": "explainers.vector_shap",
    "balance": "data_balance.measuring",
    "call_services": "services.calling",
    "cancel": "spark.running",
    "check_alive": "spark.session",
    "check_label": "metrics.label",
    "closest": "errors",
    "current_run": "spark.running:current",
    "current_session": "spark.session:current",
    "dashboard_board": "explainers.boards:board",
    "datasets": "datasets",
    "evaluate": "metrics.evaluate",
    "explain": "explainers.explain",
    "guardrails": "metrics.guardrails",
    "in_thread": "spark.running",
    "interruptible": "spark.running:run",
    "listen": "spark.events",
    "load_model": "spark.models",
    "load_services": "services.declared",
    "load_source": "spark.models",
    "local_path": "spark.models",
    "pack_message": "views.pack:message",
    "partial_dependence": "explainers.partial_dependence",
    "profile": "metrics.profile",
    "read_images": "images.reading",
    "running": "spark.running:active",
    "save_model": "spark.models",
    "sessions": "spark.session",
    "split_by_time": "metrics.time_split",
    "start": "spark.session",
    "summarize_explanations": "explainers.summarize",
    "table_page": "metrics.table",
    "to_onnx": "onnx.converting.to_onnx",
    "view_style": "views.page:style",
}
PUBLIC = row_names.with_rows(_TABLE)
"""Each public name and where it lives: a module, with ``:name`` where it is called otherwise."""

__all__ = sorted(PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module 'synapse_magic' has no attribute {name!r}")
    place, _, attribute = PUBLIC[name].partition(":")
    module = importlib.import_module(f"synapse_magic.{place}")
    value = module if place == name else getattr(module, attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add ``%synapse`` and ``%%synapse`` to the shell."""
    from synapse_magic.notebook.extension import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magics back out of the shell."""
    from synapse_magic.notebook.extension import unload

    unload(shell)
