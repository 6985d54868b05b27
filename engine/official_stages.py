"""What the official model speaks with: its networks, and how they are used."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine import packed
from engine.audio import MelConfig
from engine.bigvgan import BigVGAN
from engine.decoding import Decoding
from engine.emotion_merge import EmotionTable
from engine.gpt import GPT
from engine.official_planner import LengthPolicy
from engine.official_s2m import OfficialS2M
from engine.official_text import OfficialText
from engine.sampling import Sampling
from engine.semantic_codec import SemanticCodec
from engine.speech_model import Windows
from engine.text_pieces import Tokeniser

WINDOWS = Windows((172, 344, 688), sliver=86)  # 2, 4, then always 8 s
SMALL_WINDOWS = Windows((86,), sliver=43)  # 1 s at a time, when memory is short


@dataclass(frozen=True)
class OfficialOptions:
    """How a line is drawn. Steps, guidance and sampling are upstream's."""

    decoding: Decoding = field(default_factory=lambda: Decoding(Sampling()))
    length: LengthPolicy = field(default_factory=LengthPolicy)
    n_steps: int = 25
    guidance: float = 0.7
    windows: Windows = WINDOWS
    context: int = 86  # frames made before that a window goes on from
    ahead: int = 43  # frames to come that a window is made with
    streamed: bool = False  # a line of an asked length sounds before all its tokens are there


@dataclass(frozen=True)
class OfficialStages:
    """What a line passes, in this order."""

    text: OfficialText
    tokeniser: Tokeniser
    gpt: GPT
    codec: SemanticCodec
    s2m: OfficialS2M
    vocoder: BigVGAN
    mel: MelConfig  # the vocoder's
    emotions: EmotionTable

    def settle(self) -> None:
        """For a CPU, where all of them have to be by now: from here on no weight changes, and none is moved."""
        if packed.is_there():
            packed.pack(self.gpt.gpt)
            packed.pack_layer(self.gpt, "mel_head")
            for kept in self.gpt.parameters():  # of a file mapped into memory, which only now is let go of as a whole
                kept.data = kept.data.clone()
        self.s2m.dit.settle()
        self.vocoder.settle()
