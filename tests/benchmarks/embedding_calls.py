"""Requests for 10,000 embeddings, and for 2,048 of which one text is refused.

    python tests/benchmarks/embedding_calls.py

The mock answers at once, with vectors of 256 numbers. The texts have up to 40 words.
"""

from __future__ import annotations

import random
import time
from typing import Any

import pyarrow as pa

from synapse_magic import MockService, OpenAIEmbedding

VECTOR = [0.5] * 256


def answer(seen: Any) -> Any:
    """Give a vector for each text, unless one of them is bad."""
    texts = seen.json()["input"]
    if "bad" in texts:
        return MockService.Reply(400, {"error": {"code": "bad", "message": "a text is bad"}})
    return {"data": [{"index": n, "embedding": VECTOR} for n in range(len(texts))]}


def main() -> None:
    """Print the numbers."""
    words = ["quiet", "room", "harbour", "winter", "although", "seven"]
    draw = random.Random(1)
    texts = [" ".join(draw.choices(words, k=draw.randint(1, 40))) for _ in range(10_000)]
    poisoned = [*texts[:1000], "bad", *texts[1000:2047]]
    with MockService() as service:
        service.answer("/embeddings", answer)
        stage = OpenAIEmbedding(deploymentName="m", url=service.url(""), outputCol="v")
        for side, column in (("10,000 texts", texts), ("2,048, one refused", poisoned)):
            service.ledger.clear()
            batch = pa.RecordBatch.from_arrays([pa.array(column)], ["text"])
            began = time.perf_counter()
            good = sum(
                part.column("error").null_count
                for part in stage.mapper({"text": 0}, 1).run([batch], side)
            )
            took = time.perf_counter() - began
            print(f"{side:20}{len(service.ledger):4} calls{good:8} good rows{took:8.2f} s")


if __name__ == "__main__":
    main()
