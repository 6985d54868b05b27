"""The official model's audio side as a whole, in miniature: from a prompt and tokens to audio of a given length."""

from pathlib import Path

import torch

from engine.audio import log_mel
from engine.kaldi_fbank import RATE, resample_windowed_sinc, speaker_fbank, speech_fbank
from engine.length_regulator import even_spread
from engine.official_checkpoint import OfficialCheckpoint
from tests.engine.tiny_official import CONFIG, SPEECH_LAYERS, write


@torch.inference_mode()
def test_from_a_prompt_and_tokens_to_audio(tmp_path: Path) -> None:
    write(tmp_path)
    official = OfficialCheckpoint(tmp_path)
    codec, s2m, vocoder, mel = official.semantic_codec(), official.s2m(), official.vocoder(), official.mel()

    prompt = 0.1 * torch.randn(1, mel.rate)  # a second
    at_16k = resample_windowed_sinc(prompt, mel.rate, RATE)[0]
    prompt_mel = log_mel(prompt, mel)
    speaker = official.speaker_encoder()(speaker_fbank(at_16k))
    features = official.speech_encoder(SPEECH_LAYERS)(*speech_fbank(at_16k))
    heard = codec.embed(codec.encode(features))
    assert heard.shape == (1, 49, 1024)

    n_tokens, n_frames = 12, 23
    tokens = torch.randint(CONFIG["semantic_codec"]["codebook_size"], (1, n_tokens))
    latents = torch.randn(1, n_tokens, CONFIG["gpt"]["model_dim"])
    condition = s2m.regulator(s2m.content(codec.embed(tokens), latents), even_spread(n_tokens, n_frames))
    prompt_condition = s2m.regulator(heard, even_spread(heard.shape[1], prompt_mel.shape[-1]))
    noise = torch.randn(1, mel.n_mels, prompt_mel.shape[-1] + n_frames)
    spoken = s2m.mel(prompt_condition, condition, prompt_mel, speaker, noise, n_steps=2, guidance=0.7)
    audio = vocoder(spoken)
    assert audio.shape == (1, n_frames * mel.hop)
    assert audio.isfinite().all()
    assert float(audio.std()) > 0
