"""Fitted models of other frameworks to the ONNX format, one framework a file."""
