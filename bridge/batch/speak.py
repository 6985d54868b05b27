"""A job into sound: what any renderer does with it, beside the rendering itself."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

import numpy as np

from bridge.batch.job import SpeakJob, Spoken
from bridge.errors import BridgeError
from bridge.prompt_cache import PromptCache
from engine.errors import BadPromptError, EngineError
from engine.types import Audio, Plan, RenderRequest, SynthesizerLike, Timbre

SPEAKER = "speaker"  # the embedding among a timbre's tensors


@dataclass(frozen=True)
class Prepared:
    """A job with its prompts encoded."""

    job: SpeakJob
    request: RenderRequest
    timbre_sha256: str
    emotion_sha256: str


def prepare(job: SpeakJob, prompts: PromptCache) -> Prepared:
    """Raises EngineError, BridgeError."""
    timbre, timbre_sha256 = prompts.timbre(job.timbre)
    emotion, emotion_sha256 = prompts.emotion(job.emotion)
    request = RenderRequest(
        job.text,
        timbre,
        emotion.scaled(job.weight),
        job.seed,
        job.rate,
        job.n_samples,
        job.speed,
        job.phrases,
        job.pronunciations,
    )
    if job.n_samples is None and job.most_samples is not None:
        natural = prompts.synthesizer.render(request).plan.n_samples
        if natural > job.most_samples:
            request = replace(request, n_samples=job.most_samples, speed=1.0)
    return Prepared(job, request, timbre_sha256, emotion_sha256)


def spoken(prepared: Prepared, plan: Plan, audio: Audio, prompts: PromptCache, render_s: float) -> Spoken:
    """The result of a job whose audio (plan.n_samples,) is made. Raises EngineError when that is none."""
    if audio.shape != (plan.n_samples,):
        raise EngineError(f"the voice made {len(audio)} samples of the {plan.n_samples} it had planned")
    if not np.isfinite(audio).all():
        raise EngineError("the voice made samples that are not numbers; render the line again with another seed")
    job, request = prepared.job, prepared.request
    return Spoken(
        job.id,
        plan,
        audio,
        request.emotion,
        prepared.timbre_sha256,
        prepared.emotion_sha256,
        _likeness(prompts.synthesizer, request.timbre, audio, plan.rate) if job.measure_likeness else None,
        render_s,
    )


def failed(job: SpeakJob, error: Exception) -> Spoken:
    """The result of a job that could not be done."""
    code = error.code if isinstance(error, EngineError | BridgeError) else "engine_failed"
    return Spoken(job.id, error_code=code, error=str(error) or type(error).__name__)


def speak(job: SpeakJob, prompts: PromptCache, cancelled: threading.Event | None = None) -> Spoken | None:
    """A job from its start to its end; all that goes wrong is in the result. None: it was cancelled on the way."""
    began_s = time.perf_counter()
    try:
        prepared = prepare(job, prompts)
        rendering = prompts.synthesizer.render(prepared.request)
        blocks = []
        for block in rendering.blocks:
            if cancelled is not None and cancelled.is_set():
                return None
            blocks.append(block)
        audio = np.concatenate([np.zeros(0, np.float32), *blocks])
        return spoken(prepared, rendering.settled(), audio, prompts, time.perf_counter() - began_s)
    except Exception as error:  # a fault of the engine ends this take, not the batch
        return failed(job, error)


def _likeness(synthesizer: SynthesizerLike, timbre: Timbre, audio: Audio, rate: int) -> float | None:
    """None where the take is too short to hear who speaks."""
    if SPEAKER not in timbre.tensors:
        return None
    try:
        heard = synthesizer.speaker_embedding(audio, rate)
    except BadPromptError:
        return None
    a, b = (each.astype(np.float64).ravel() for each in (timbre.tensors[SPEAKER], heard))
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length > 0 else None
