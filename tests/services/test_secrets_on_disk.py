"""A job with secrets of every kind, in a Spark of its own that writes down all it can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SECRET = "s3cret-of-the-test"
JOB = """
import getpass
import sys
from pathlib import Path
getpass.getpass = lambda asked: open(sys.argv[2]).read().strip()

import synapse_magic
from synapse_magic import (
    JSONInputParser, MockService, Secret, SimpleHTTPTransformer, StringOutputParser,
)

folder = Path(sys.argv[1])
for name in ("events", "temp"):
    (folder / name).mkdir()
conf = {
    "spark.ui.enabled": False, "spark.eventLog.enabled": True,
    "spark.eventLog.dir": (folder / "events").as_uri(), "spark.local.dir": str(folder / "temp"),
    "spark.sql.shuffle.partitions": 1, "spark.log.level": "INFO",
}
spark = synapse_magic.start("local[1]", app="secrets", conf=conf).spark
service = MockService()
service.reply("*", "fine")
service.reply("/no", service.Reply(403, "no"))
headers = {
    "A": "Bearer " + Secret.env("KEY_OF_THE_TEST"), "B": Secret.file(sys.argv[2]),
    "C": Secret.prompt("the key"),
}

parser = JSONInputParser(headers=headers)
parser.save(str(folder / "stage"))
loaded = JSONInputParser.load(str(folder / "stage"))

def stage(path, **more):
    return SimpleHTTPTransformer(
        inputCol="value", outputCol="said", errorCol="error", outputParser=StringOutputParser(),
        journal=str(folder / "journal"),
        inputParser=loaded.copy().setUrl(service.url(path)).setHeaders(headers | more),
    )

rows = spark.range(3).selectExpr("cast(id as string) as value").coalesce(1)
refused = stage("/no").transform(rows)
refused.explain(mode="extended")
print(parser, parser.explainParams(), loaded, refused, refused.collect())
rows.write.text(str(folder / "texts"))
stream = stage("/stream").transform(spark.readStream.text(str(folder / "texts")))
query = stream.writeStream.trigger(availableNow=True).format("parquet").option(
    "checkpointLocation", str(folder / "checkpoint")).start(str(folder / "streamed"))
query.awaitTermination()
print(query.lastProgress)
try:
    stage("/", D=Secret.env("NOT_THERE")).transform(rows).collect()
except Exception as error:
    print("raised", error)
sent = {name: {seen.header(name) for seen in service.ledger} for name in headers}
expected = open(sys.argv[2]).read().strip()
assert loaded.getHeaders() == headers
assert sent == {"A": {"Bearer " + expected}, "B": {expected}, "C": {expected}}, "not sent"
print("calls", len(service.ledger))
synapse_magic.current_session().stop()
"""


# A key by value, as a cell has it, in the stages that ask a model or write an index.
CALLS = """
import json
import os
import sys
from pathlib import Path

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import synapse_magic
from synapse_magic import AzureSearchWriter, MockService, OpenAIPrompt

folder = Path(sys.argv[1])
for name in ("events", "temp"):
    (folder / name).mkdir()
os.chdir(folder)
conf = {
    "spark.ui.enabled": False, "spark.eventLog.enabled": True,
    "spark.eventLog.dir": (folder / "events").as_uri(), "spark.local.dir": str(folder / "temp"),
    "spark.sql.shuffle.partitions": 1, "spark.log.level": "INFO",
}
spark = synapse_magic.start("local[1]", app="secrets", conf=conf).spark
expected = open(sys.argv[2]).read().strip()
service = MockService()
message = {"role": "assistant", "content": "fine"}
said = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
service.reply("/chat/completions", said)
service.answer("/no/chat/completions", lambda seen: service.Reply(
    401, {"error": {"code": "401", "message": "no " + seen.header("Authorization")}}))
service.reply("/files", {"id": "f"})
service.reply("/batches", {"id": "b", "status": "validating"})
service.answer("/batches/b", lambda seen: {"id": "b", "status": "completed", "output_file_id": "o"})

def answers(seen):
    sent = service.seen("/files")[0].body.decode()
    lines = [json.loads(line) for line in sent.splitlines() if line.startswith("{")]
    told = [{"custom_id": line["custom_id"], "response": {"status_code": 200, "body": said}}
            for line in lines]
    return service.Reply(body="\\n".join(map(json.dumps, told)))

service.answer("/files/o/content", answers)
service.reply("/indexes('i')", {"error": {"message": "none"}}, status=404)
service.reply("/indexes", {"name": "i"}, status=201)
service.answer("/indexes('i')/docs/search.index", lambda seen: service.Reply(403, "no " + expected))

texts = spark.range(0, 4, 1, 1).selectExpr("cast(id as string) AS id", "concat('t', id) AS text")
def prompt(path="", **more):
    return OpenAIPrompt(
        promptTemplate="Say {text}", deploymentName="m", url=service.url(path),
        subscriptionKey=expected, outputCol="said", **more)

refused = prompt("/no", journal=str(folder / "journal")).transform(texts)
refused.explain(mode="extended")
refused.write.parquet(str(folder / "refused"))
asked = prompt(mode="batch", pollingDelay=1, journal=str(folder / "batches"))
print(asked, asked.explainParams(), asked.transform(texts).collect())
asked.save(str(folder / "stage"))
try:
    AzureSearchWriter.write(
        texts, keyCol="id", indexName="i", url=service.url(""), subscriptionKey=expected)
except Exception as error:
    print("raised", error)

shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "synapse_magic")
shell.push({"texts": texts, "url": service.url(""), "no": service.url("/no"), "api_key": expected})
step = "said = OpenAIPrompt(promptTemplate='Say {text}', deploymentName='m', url={url}, "
step += "subscriptionKey={api_key})"
cells = [
    "%%synapse call texts -o told --dry-run\\n" + step,
    "%%synapse call texts -o told\\ntry_rows = 2\\n" + step,
    "%synapse call texts --resume",
    "%synapse code told",
    "%%synapse call texts\\ntry_rows = 2\\n" + step.replace("{url}", "{no}"),
    "told.toPandas()",
]
notebook = nbformat.v4.new_notebook()
for text in cells:
    with capture_output() as captured:
        result = shell.run_cell(text)
    shown = [nbformat.v4.new_output("display_data", each.data) for each in captured.outputs]
    failure = f"{result.error_in_exec or ''} {captured.stdout} {captured.stderr}"
    shown.append(nbformat.v4.new_output("stream", text=failure))
    notebook.cells.append(nbformat.v4.new_code_cell(text, outputs=shown))
nbformat.write(notebook, folder / "saved.ipynb")
assert "None of the 2 rows" in str(notebook.cells[4].outputs), notebook
print("resumed", "4 of 4 rows answered" in str(notebook.cells[2].outputs))
print("keys", {seen.header("Authorization") or seen.header("api-key") for seen in service.ledger}
      == {"Bearer " + expected, expected})
synapse_magic.current_session().stop()
"""


def found_of(job: str, tmp_path: Path) -> tuple[str, dict[str, list[Path]]]:
    """Give what a job showed, and the files that it wrote by the folder that they are in."""
    folder, key = tmp_path / "all", tmp_path / "key"
    folder.mkdir()
    key.write_text(SECRET)
    environment = {**os.environ, "KEY_OF_THE_TEST": SECRET, "SPARK_LOCAL_IP": "127.0.0.1"}
    environment["IPYTHONDIR"] = str(folder / "ipython")
    command = [sys.executable, "-c", job, str(folder), str(key)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    written: dict[str, list[Path]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            written.setdefault(path.relative_to(folder).parts[0], []).append(path)
    return shown, written


def with_secret(written: dict[str, list[Path]]) -> list[Path]:
    return [
        path for each in written.values() for path in each if SECRET.encode() in path.read_bytes()
    ]


def test_a_secret_is_in_nothing_that_is_written_or_shown(tmp_path: Path) -> None:
    shown, written = found_of(JOB, tmp_path)
    assert "calls 6" in shown
    assert "Secret.env('NOT_THERE')" in shown
    assert SECRET not in shown
    assert set(written) >= {"events", "stage", "checkpoint", "streamed", "journal"}
    assert with_secret(written) == []


def test_a_secret_is_in_nothing_that_prompts_batches_indexes_and_cells_write(
    tmp_path: Path,
) -> None:
    shown, written = found_of(CALLS, tmp_path)
    assert "resumed True" in shown
    assert "keys True" in shown
    assert "raised" in shown
    assert SECRET not in shown
    assert set(written) >= {
        *("events", "refused", "batches", "stage", ".synapse_calls", "saved.ipynb")
    }
    assert with_secret(written) == []
