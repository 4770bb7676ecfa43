"""Which names speak of a secret: their values never stand in a cell, in code or in output."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"(secret|password|passwd|pwd|token|credential|api[._-]?key|access[._-]?key)s?$", re.IGNORECASE
)


def names_secret(name: str) -> bool:
    """Say whether a variable or setting of this name holds a secret.

    Examples
    --------
    >>> names_secret("spark.hadoop.fs.s3a.secret.key"), names_secret("numLeaves")
    (True, False)
    """
    return bool(_SECRET.search(name)) or bool(re.search(r"secret[._]?key", name, re.IGNORECASE))


def environment_name(name: str) -> str:
    """Return the environment variable that holds the secret of this name.

    Examples
    --------
    >>> environment_name("spark.hadoop.fs.s3a.secret.key"), environment_name("apiKey")
    ('SPARK_HADOOP_FS_S3A_SECRET_KEY', 'API_KEY')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+", "_", words).strip("_").upper()
