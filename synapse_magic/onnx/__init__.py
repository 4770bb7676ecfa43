"""Scoring models of any framework, in the ONNX format."""
