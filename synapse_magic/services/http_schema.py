"""Requests, responses and failures as columns: the types of SynapseML's structs, field by field.

Code that reads ``response.statusLine.statusCode`` or ``error.status.statusCode`` written for
SynapseML finds both here. Its struct of an error has two fields, ``response`` and ``status``, and
is null where no response came at all; ours has those two first, and then what happened, so that a
row whose server never answered tells as much as one that was refused.
"""

from __future__ import annotations

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    DataType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)


def _struct(**fields: DataType) -> StructType:
    return StructType([StructField(name, kind) for name, kind in fields.items()])


HEADER = _struct(name=StringType(), value=StringType())
"""One header."""

PROTOCOL = _struct(protocol=StringType(), major=IntegerType(), minor=IntegerType())
"""The version of a protocol, such as ``("HTTP", 1, 1)``."""

ENTITY = _struct(
    content=BinaryType(),
    contentEncoding=HEADER,
    contentLength=LongType(),
    contentType=HEADER,
    isChunked=BooleanType(),
    isRepeatable=BooleanType(),
    isStreaming=BooleanType(),
)
"""A body and what its headers say of it; null where a request or a response has none."""

REQUEST_LINE = _struct(method=StringType(), uri=StringType(), protocolVersion=PROTOCOL)

REQUEST = _struct(requestLine=REQUEST_LINE, headers=ArrayType(HEADER), entity=ENTITY)
"""What ``HTTPTransformer`` takes: SynapseML's HTTPRequestData."""

STATUS_LINE = _struct(protocolVersion=PROTOCOL, statusCode=IntegerType(), reasonPhrase=StringType())

RESPONSE = _struct(
    headers=ArrayType(HEADER), entity=ENTITY, statusLine=STATUS_LINE, locale=StringType()
)
"""What ``HTTPTransformer`` gives: SynapseML's HTTPResponseData."""

ERROR = _struct(
    response=StringType(),
    status=STATUS_LINE,
    code=StringType(),
    message=StringType(),
    attempts=IntegerType(),
    elapsed=DoubleType(),
)
"""Why a row has no result; null where it has one.

``response`` is the body of the last response as text and ``status`` its first line, both null
where none came; ``code`` is one word for programs, ``message`` a sentence for people, ``attempts``
the calls that were made and ``elapsed`` the seconds from the first of them to the end.
"""
