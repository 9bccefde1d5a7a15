"""How is an ONNX model of others loaded so that it reads no other file? One file, one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quivive.errors import NotInstalled, Unreadable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_NOWHERE = "/nonexistent/models-are-one-file"
"""Where a graph's further files are looked for: a model is one file, and that file's checksum is named."""


def load(name: str, data: bytes) -> InferenceSession:
    """Raises Unreadable, which names the model, where the bytes are no whole model; NotInstalled."""
    try:
        import onnxruntime
    except ImportError as error:
        raise NotInstalled("Models cannot be run: onnxruntime is missing. Install quivive again.") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", _NOWHERE)
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common parent
        raise Unreadable(f"{name} does not load as one ONNX file: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """What an error says, without the rest of the trace that libraries put into it."""
    return (str(error).splitlines() or [""])[0][:200]
