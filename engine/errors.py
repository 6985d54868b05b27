"""What can go wrong while speaking, in words that a user can act on."""


class EngineError(Exception):
    """Base of every error that the engine raises on purpose; its text reaches the DAW and the panel word for word."""

    code = "engine_failed"


class BadPromptError(EngineError):
    """A timbre or emotion clip that cannot be used: unreadable, too short, silent."""

    code = "bad_prompt"


class BadTextError(EngineError):
    """A text that holds nothing to speak."""

    code = "text_empty"


class BadCheckpointError(EngineError):
    """A model file that is missing, damaged or of another shape."""

    code = "bad_checkpoint"


class NoDeviceError(EngineError):
    """A device to compute on that this machine does not have."""

    code = "no_device"


class OutOfMemoryError(EngineError):
    """The device could not hold a stage."""

    code = "out_of_memory"
