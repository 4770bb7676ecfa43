"""The verbs and flags of ``%%synapse``: each fact about them is stated here and nowhere else."""

from __future__ import annotations

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.balance.measures import AGGREGATE, DISTRIBUTION, PAIR
from synapse_magic.language.context import is_frame
from synapse_magic.language.declaration import Argument, Option, Verb, option

FRAME = Argument("FRAME", "a DataFrame variable, or a table", "frame")
MODEL = Argument("MODEL", "a fitted model variable", "model")
SCORER = Argument(
    "MODEL", "a fitted model variable; its turn comes after the steps", "model", False
)
CALLED = Argument(
    "FRAME", "a DataFrame variable, or a table; needed unless --resume is given", "frame", False
)
HELD_OUT = Argument(
    "FRAME", "a DataFrame variable or a table; else the part that train held out", "frame", False
)

SEED = option("seed", "Seed of what is random, so that a rerun gives the same.", int, default=42)
SPLIT = Option(
    "split",
    "Fractions for training and for testing, or a condition on the training rows.",
    "split",
    "two positive numbers such as [0.8, 0.2], or a condition",
)
WHERE = Option("where", "Keep the rows that meet this condition.", "condition", "a condition")
LABEL = Option("label", "Column to predict.", "column", "a column", column="in")
KEY = Option(
    "key",
    "Columns that tell rows apart: carried along, and never features.",
    "columns",
    "a column or a list of columns",
    column="in",
)
TIME = Option(
    "time",
    "Column of a date, a timestamp or a number: the last rows by it are tested on.",
    "column",
    "a column",
    column="in",
)
GROUP = Option(
    "group",
    "Column whose equal values stay together when rows are split; what a ranker ranks.",
    "column",
    "a column",
    column="in",
)

MEASURES = {**PAIR, **DISTRIBUTION, **AGGREGATE}
"""Names that conditions on the balance of a frame may hold, with what each means."""


def _frame(value: object) -> object:
    if not is_frame(value):
        raise SynapseError(
            f"background must be a Spark DataFrame, got a {type(value).__name__}. "
            "Try: background = {frame}"
        )
    return value


BACKGROUND = Option(
    "background",
    "Frame whose rows stand for a feature that is away; else 100 of the frame where needed.",
    "value",
    "{frame}",
    _frame,
)


def _price(value: object) -> object:
    from synapse_magic.http.price import Price

    Price.given(value)  # type: ignore[arg-type]
    return value


def _journal(value: object) -> object:
    if value is not None and not (isinstance(value, str) and value):
        raise SynapseError(f"journal must be a folder as text, or None, got {value!r}")
    return value


def _metric(value: object) -> object:
    from synapse_magic.compose.tuning.measures import measure_of

    if not isinstance(value, str):
        raise SynapseError(f"metric must be a text such as 'AUC', got {value!r}")
    measure_of(value)
    return value


def _options(*options: Option) -> dict[str, Option]:
    return {each.name: each for each in options}


_VERBS = (
    Verb(
        "start",
        "Start a Spark session here, attach to the one that runs, or connect to a cluster.",
        (Argument("MASTER", "local[4], sc://host:15002, spark://host:7077, yarn", "text", False),),
        _options(
            option("app", "Name of the application.", str),
            option("memory", "Memory of the driver, and of each executor.", str),
            option("conf", "Spark settings by their full names.", dict),
            option("token", "Token of a Spark Connect server.", str, secret=True),
        ),
        "options",
        '%%synapse start local[4]\nmemory = "4g"\nconf = {"spark.sql.shuffle.partitions": 64}',
        "session",
    ),
    Verb("stop", "Stop the session, if it was started here.", example="%synapse stop"),
    Verb(
        "status",
        "Show the sessions, their settings and what they hold.",
        example="%synapse status",
    ),
    Verb(
        "load",
        "Read a table or files into a frame, or a saved model.",
        (Argument("PATH", "a path, an address or the name of a table", "text"),),
        _options(
            option(
                "format",
                "Format of the files; else their extension says.",
                str,
                choices=(
                    "csv",
                    "parquet",
                    "json",
                    "orc",
                    "text",
                    "avro",
                    "delta",
                    "image",
                    "model",
                ),
            ),
            option("header", "CSV: the first line names the columns.", bool, default=True),
            option("schema", "Columns and types, such as 'age int, job string'.", str),
            option("options", "Further options of the Spark reader.", dict),
            WHERE,
            option("cache", "Keep the frame in memory.", bool, default=False),
        ),
        "options",
        '%%synapse load "data/people.csv" -o people\nwhere = age >= 18 and hours > 0\ncache = True',
        "load",
    ),
    Verb(
        "sql",
        "Run a SQL query; {frame} is a DataFrame variable, {x} a Python value.",
        (),
        {},
        "sql",
        "%%synapse sql -o older\nSELECT * FROM {people} WHERE age > {limit}",
        "sql",
    ),
    Verb(
        "show",
        "Show the first rows of a frame.",
        (FRAME,),
        _options(WHERE),
        "options",
        "%synapse show people -n 50",
        "frame",
    ),
    Verb(
        "profile",
        "Describe each column of a frame: missing, distinct, distribution.",
        (FRAME,),
        _options(WHERE),
        "options",
        "%synapse profile people",
        "frame",
    ),
    Verb(
        "balance",
        "Measure how evenly rows and a positive label are spread over sensitive columns.",
        (FRAME,),
        _options(
            Option("label", "Column of the outcome.", "column", "a column", column="in"),
            Option(
                "sensitive",
                "Columns of the groups to be compared.",
                "columns",
                "a column or a list of columns",
                column="in",
            ),
            option(
                "positive",
                "Value of the label that is the positive outcome; else above 0, true, or the last "
                "of two texts.",
            ),
            Option(
                "reference",
                "Shares that levels are compared with; else the same for each.",
                "value",
                "a dict such as {sex: {'Female': 0.5, 'Male': 0.5}}",
            ),
            Option(
                "fail_if",
                "Let the cell fail when a condition on measures holds, for any levels of a column.",
                "limits",
                "a condition such as abs(dp) > 0.2, or a list of them",
                choices=tuple(MEASURES),
            ),
            WHERE,
        ),
        "options",
        "%%synapse balance people -o found\nlabel     = income\nsensitive = [sex, race]\n"
        "positive  = '>50K'\nreference = {sex: {'Female': 0.5, 'Male': 0.5}}\n"
        "fail_if   = [abs(dp) > 0.2, theil_t_index > 1]",
        "balance",
    ),
    Verb(
        "train",
        "Fit a pipeline of steps on a frame.",
        (FRAME,),
        _options(
            LABEL,
            SPLIT,
            KEY,
            TIME,
            GROUP,
            SEED,
            WHERE,
        ),
        "steps",
        "%%synapse train people -o model\nsplit    = [0.8, 0.2]\nlabel    = income\n"
        "features = VectorAssembler(age, hours)\nLogisticRegression(regParam={penalty})",
        "train",
    ),
    Verb(
        "tune",
        "Search the params with which steps predict best: Range(...) and Choice(...) as values.",
        (FRAME,),
        _options(
            LABEL,
            SPLIT,
            KEY,
            TIME,
            GROUP,
            Option(
                "metric",
                "What to be best in; else AUC of a classifier, rmse of a regressor.",
                expected="a metric such as 'AUC', 'accuracy', 'f1', 'rmse' or 'r2'",
                check=_metric,
            ),
            option("trials", "How many to try; a grid tries all.", int, default=20, low=1),
            option(
                "search",
                "How values are chosen: all, at random, or near the best ones.",
                str,
                default="random",
                choices=("grid", "random", "tpe"),
            ),
            option(
                "folds",
                "Parts of the training rows held out in turn to judge a trial; 1 for one part.",
                int,
                default=3,
                low=1,
            ),
            option(
                "pruner",
                "How hopeless LightGBM trials are ended early.",
                str,
                default="none",
                choices=("none", "median", "halving"),
            ),
            option("parallelism", "Trials that run at once.", int, default=1, low=1),
            SEED,
            WHERE,
        ),
        "steps",
        "%%synapse tune people -o best\nlabel    = income\nsplit    = [0.8, 0.2]\n"
        "metric   = 'AUC'\nfeatures = Featurize(age, workclass, education, hours)\n"
        "LightGBMClassifier(numLeaves=Range(15, 127), learningRate=Range(0.01, 0.3, log=True))",
        "tune",
    ),
    Verb(
        "build",
        "Build a model by clicks beside a train or tune cell, whose text is all that they change.",
        (FRAME,),
        example="%synapse build people",
    ),
    Verb(
        "score",
        "Add to a frame what steps make of it, and then the predictions of a model.",
        (FRAME, SCORER),
        _options(WHERE),
        "steps",
        "scored = %synapse score people model",
        "score",
    ),
    Verb(
        "call",
        "Run steps that call services: on a few rows first, with what all would cost, then on all.",
        (CALLED,),
        _options(
            option("try_rows", "Rows to try first; 0 for none.", int, default=10, low=0),
            option("rest", "Call the rows as well that were not tried.", bool, default=True),
            option("max_calls", "Requests that may be sent at most.", int, low=1),
            option("max_cost", "Dollars that calls may cost at most.", float, above=0),
            Option(
                "price",
                "Dollars where the service's row knows no price: for a million tokens that are "
                "sent and that come back, or for a call.",
                expected="a dict such as {'input': 0.5, 'output': 2.0} or {'call': 0.001}",
                check=_price,
            ),
            Option(
                "journal",
                "Folder of answers, which are not paid for again; None for no journal. Else one "
                "in .synapse_calls.",
                expected="a text in quotes, or None",
                check=_journal,
            ),
            option(
                "resume",
                "Go on with the last call that was interrupted or reached a limit.",
                bool,
                default=False,
            ),
            WHERE,
        ),
        "steps",
        "%%synapse call reviews -o answers\nmax_cost = 2.5\nprice = {'input': 0.4, 'output': 1.6}\n"
        "reply = OpenAIChatCompletion(messagesCol=messages, deploymentName='gpt-4.1-mini', "
        "subscriptionKey={api_key})",
        "call",
    ),
    Verb(
        "evaluate",
        "Measure a model on rows whose label is known.",
        (MODEL, HELD_OUT),
        _options(LABEL, WHERE),
        "options",
        "%synapse evaluate model",
        "model",
    ),
    Verb(
        "explain",
        "Say why a model predicts what it predicts.",
        (MODEL, HELD_OUT),
        _options(
            option("rows", "Rows to explain, drawn at random.", int, default=500, low=1),
            option(
                "method",
                "How; else the first that fits the model: exact for trees and linear models.",
                str,
                choices=("tree_interventional", "tree_path", "linear", "kernel_shap", "lime"),
            ),
            BACKGROUND,
            option(
                "target",
                "Column of the model's output to explain; else the raw score or the probability.",
                str,
            ),
            option("classes", "Names or numbers of the classes to explain.", list),
            option(
                "plot",
                "The view that is shown.",
                str,
                choices=("report", "summary", "importance", "interaction", "heatmap", "row"),
            ),
            SEED,
            WHERE,
        ),
        "options",
        "%%synapse explain model people -o why\nrows    = 200\nclasses = ['>50K']\n"
        "plot    = 'summary'",
        "model",
    ),
    Verb(
        "dashboard",
        "Look around in an explanation: cohorts, errors, rows, what if, thresholds.",
        (MODEL, HELD_OUT),
        _options(
            option("rows", "Rows to explain, drawn at random.", int, default=2000, low=1),
            SEED,
            WHERE,
        ),
        "options",
        "%synapse dashboard model people",
        "model",
    ),
    Verb(
        "code",
        "Show the program that made a variable, or the last one.",
        (Argument("NAME", "a variable that a verb made", "any", False),),
        example="%synapse code model --code next",
    ),
    Verb(
        "save",
        "Save a model.",
        (MODEL, Argument("PATH", "where to", "text")),
        _options(option("overwrite", "Replace what is there.", bool, default=False)),
        "options",
        "%synapse save model models/income",
        "model",
    ),
    Verb(
        "help",
        "Explain the verbs, or one verb or stage.",
        (Argument("NAME", "a verb or a stage", "verb", False),),
        example="%synapse help train",
    ),
)

VERBS: dict[str, Verb] = {verb.name: verb for verb in _VERBS}
"""Every verb by its name."""

FLAGS: dict[str, tuple[str, str]] = {
    "-o": ("NAME", "Keep the result in this variable."),
    "-q": ("", "Show nothing but errors."),
    "-n": ("ROWS", "How many rows."),
    "-s": ("SESSION", "The session to use, by its name."),
    "--dry-run": ("", "Check the cell and show the program without running it."),
    "--code": ("show|next|FILE", "Show the program, put it in the next cell, or write it."),
}
"""Every flag with the name of its value, empty for a switch, and its meaning."""
