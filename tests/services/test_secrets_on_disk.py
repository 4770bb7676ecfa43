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


def test_a_secret_is_in_nothing_that_is_written_or_shown(tmp_path: Path) -> None:
    folder, key = tmp_path / "all", tmp_path / "key"
    folder.mkdir()
    key.write_text(SECRET)
    environment = {**os.environ, "KEY_OF_THE_TEST": SECRET, "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [sys.executable, "-c", JOB, str(folder), str(key)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    assert "calls 6" in shown
    assert "Secret.env('NOT_THERE')" in shown
    assert SECRET not in shown
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(folder).parts[0] for path in written} >= {
        *("events", "stage", "checkpoint", "streamed", "journal")
    }
    assert [path for path in written if SECRET.encode() in path.read_bytes()] == []
