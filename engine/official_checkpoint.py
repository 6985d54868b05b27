"""The official IndexTTS-2 on disk: which files there are, where they come from and what lies in them.

    FOLDER/config.yaml, gpt.pth, s2mel.pth, ...          the files of the hub repository IndexTeam/IndexTTS-2
    FOLDER/facebook/w2v-bert-2.0/model.safetensors, ...  those of the four models it is used with, under their names
    FOLDER/hf_cache/models--facebook--w2v-bert-2.0/...   or in the cache that upstream's own program fills

Pickles are read with weights_only, so a file cannot run code. Weights are taken strictly (engine/layout.py).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from engine import official_config, official_layout
from engine.audio import MelConfig
from engine.bigvgan import BigVGAN
from engine.emotion_classifier import EmotionClassifier
from engine.emotion_merge import EmotionTable
from engine.errors import BadCheckpointError
from engine.gpt import GPT, gpt_config
from engine.layout import State
from engine.official_s2m import OfficialS2M
from engine.semantic_codec import SemanticCodec
from engine.speaker_encoder import SpeakerEncoder
from engine.speech_encoder import SpeechEncoder
from engine.weight_files import read_pickle, read_safetensors

INDEXTTS = "IndexTeam/IndexTTS-2"
C = TypeVar("C")

PACKAGES = {  # of the `full` extra: module and package
    "transformers": "transformers",
    "yaml": "pyyaml",
    "sentencepiece": "sentencepiece",
    "wetext": "wetext",
}
SAMPLED = 1 << 16  # bytes at a file's ends and in its middle that tell it from others of its size


@dataclass(frozen=True)
class OfficialFile:
    """A file of the official release."""

    path: str  # in its repository
    repository: str  # on the Hugging Face hub
    size: str  # about, for people

    def __str__(self) -> str:
        return f"{self.path} ({self.size}, from https://huggingface.co/{self.repository})"


CONFIG = OfficialFile("config.yaml", INDEXTTS, "3 kB")
TEXT_PIECES = OfficialFile("bpe.model", INDEXTTS, "476 kB")
GPT_WEIGHTS = OfficialFile("gpt.pth", INDEXTTS, "3.5 GB")
S2M_WEIGHTS = OfficialFile("s2mel.pth", INDEXTTS, "1.2 GB")
EMOTION_SPEAKERS = OfficialFile("feat1.pt", INDEXTTS, "57 kB")
EMOTION_EMBEDDINGS = OfficialFile("feat2.pt", INDEXTTS, "375 kB")
SPEECH_STATISTICS = OfficialFile("wav2vec2bert_stats.pt", INDEXTTS, "9 kB")
SPEECH_CONFIG = OfficialFile("config.json", "facebook/w2v-bert-2.0", "2 kB")
SPEECH_WEIGHTS = OfficialFile("model.safetensors", "facebook/w2v-bert-2.0", "2.3 GB")
CODEC_WEIGHTS = OfficialFile("semantic_codec/model.safetensors", "amphion/MaskGCT", "177 MB")
SPEAKER_WEIGHTS = OfficialFile("campplus_cn_common.bin", "funasr/campplus", "28 MB")
VOCODER_CONFIG = OfficialFile("config.json", "nvidia/bigvgan_v2_22khz_80band_256x", "1 kB")
VOCODER_WEIGHTS = OfficialFile("bigvgan_generator.pt", "nvidia/bigvgan_v2_22khz_80band_256x", "449 MB")
FILES = (
    CONFIG, TEXT_PIECES, GPT_WEIGHTS, S2M_WEIGHTS, EMOTION_SPEAKERS, EMOTION_EMBEDDINGS, SPEECH_STATISTICS,
    SPEECH_CONFIG, SPEECH_WEIGHTS, CODEC_WEIGHTS, SPEAKER_WEIGHTS, VOCODER_CONFIG, VOCODER_WEIGHTS,
)  # fmt: skip

# Without these a sentence's emotion is read by the embedded voice's lexicon.
CLASSIFIER_FOLDER = "qwen0.6bemo4-merge"
CLASSIFIER_WEIGHTS = OfficialFile(f"{CLASSIFIER_FOLDER}/model.safetensors", INDEXTTS, "1.2 GB")
CLASSIFIER_FILES = (
    CLASSIFIER_WEIGHTS,
    *(
        OfficialFile(f"{CLASSIFIER_FOLDER}/{name}", INDEXTTS, size)
        for name, size in (
            ("config.json", "1 kB"), ("generation_config.json", "1 kB"), ("tokenizer.json", "11 MB"),
            ("tokenizer_config.json", "10 kB"),
        )
    ),
)  # fmt: skip


class OfficialCheckpoint:
    """A folder with the whole release. Opening it looks for every file; each stage is read when it is asked for.

    Everything raises BadCheckpointError, which names the file, its size and where it comes from.
    """

    def __init__(self, folder: Path) -> None:
        lacking = [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]
        if lacking:
            raise BadCheckpointError(
                f"the official model needs {' and '.join(lacking)}, not installed yet: python3 launcher.py extras full"
            )
        self.folder = folder
        missing = [str(file) for file in FILES if find(folder, file) is None]
        if missing:
            raise BadCheckpointError(
                f"{folder} lacks {', '.join(missing)}; `launcher.py model get {folder}` brings what is missing. By "
                f"hand: put the files of {INDEXTTS} there, those of other repositories into a folder of their name"
            )

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """config.yaml."""
        import yaml

        return self._read(CONFIG, lambda path: yaml.safe_load(path.read_text("utf-8")), Mapping)

    def fingerprint(self) -> str:
        """Eight hexadecimal digits that tell these files from others: from the size and samples of each.

        Two models of the same sizes differ in all their weights, so gigabytes need not be read for it.
        """
        digest = hashlib.sha256()
        for file in FILES:
            path = self._path(file)
            size = path.stat().st_size
            digest.update(f"{file.repository}/{file.path} {size}".encode())
            with path.open("rb") as content:
                for start in (0, max(0, size // 2), max(0, size - SAMPLED)):
                    content.seek(start)
                    digest.update(content.read(SAMPLED))
        return digest.hexdigest()[:8]

    def text_pieces(self) -> Path:
        """The SentencePiece model."""
        return self._path(TEXT_PIECES)

    def gpt(self) -> GPT:
        """Text and prompts -> semantic tokens and latents."""
        config = self._config(CONFIG, lambda: gpt_config(self.config["gpt"]))
        state = self._weights(GPT_WEIGHTS, "model", only_if_there=True)
        return official_layout.GPT.load(lambda: GPT(config), state, self._source(GPT_WEIGHTS))

    def s2m(self) -> OfficialS2M:
        """Tokens and latents -> mel."""
        config = self._config(
            CONFIG, lambda: official_config.s2m(self.config["s2mel"], gpt_config(self.config["gpt"]).dim)
        )
        parts = self._read(S2M_WEIGHTS, read_pickle, Mapping).get("net")
        if not isinstance(parts, Mapping):
            raise self._damaged(S2M_WEIGHTS, "it holds no `net`")
        state = {
            f"{part}.{key.removeprefix('module.')}": value  # left by training on many cards
            for part in ("cfm", "length_regulator", "gpt_layer")
            for key, value in self._state(S2M_WEIGHTS, parts.get(part)).items()
        }
        return official_layout.s2m(config).load(lambda: OfficialS2M(config), state, self._source(S2M_WEIGHTS))

    def semantic_codec(self) -> SemanticCodec:
        """Speech features <-> semantic tokens."""
        config = self._config(CONFIG, lambda: official_config.semantic_codec(self.config["semantic_codec"]))
        state = self._weights(CODEC_WEIGHTS)
        return official_layout.SEMANTIC_CODEC.load(lambda: SemanticCodec(config), state, self._source(CODEC_WEIGHTS))

    def speaker_encoder(self) -> SpeakerEncoder:
        """Fbank -> speaker embedding."""
        config = official_config.speaker_encoder(official_config.CAMPPLUS)
        state = self._weights(SPEAKER_WEIGHTS)
        layout = official_layout.SPEAKER_ENCODER
        return layout.load(lambda: SpeakerEncoder(config), state, self._source(SPEAKER_WEIGHTS))

    def speech_encoder(self, n_layer: int = official_config.SPEECH_LAYERS) -> SpeechEncoder:
        """Fbank -> speech features, of layer n_layer."""
        section = self._json(SPEECH_CONFIG)
        config = self._config(SPEECH_CONFIG, lambda: official_config.speech_encoder(section, n_layer))
        layout = official_layout.speech_encoder(config, section["num_hidden_layers"])
        state = {**self._weights(SPEECH_WEIGHTS), **self._weights(SPEECH_STATISTICS)}
        source = f"{self._source(SPEECH_WEIGHTS)} with {self._source(SPEECH_STATISTICS)}"
        return layout.load(lambda: SpeechEncoder(config), state, source)

    def vocoder(self) -> BigVGAN:
        """Mel -> audio."""
        section = self._json(VOCODER_CONFIG)
        config = self._config(VOCODER_CONFIG, lambda: official_config.bigvgan(section))
        if self._config(VOCODER_CONFIG, lambda: official_config.vocoder_mel(section)) != self.mel():
            raise self._damaged(VOCODER_CONFIG, "its mel is not the one that config.yaml describes")
        state = self._weights(VOCODER_WEIGHTS, "generator")
        return official_layout.bigvgan(config).load(lambda: BigVGAN(config), state, self._source(VOCODER_WEIGHTS))

    def mel(self) -> MelConfig:
        """The mel of timbre prompts and of what is spoken."""
        return self._config(CONFIG, lambda: official_config.prompt_mel(self.config["s2mel"]["preprocess_params"]))

    def emotion_classifier(self, device: torch.device) -> EmotionClassifier | None:
        """Sentence -> weights; None where the folder does not have it."""
        path = find(self.folder, CLASSIFIER_WEIGHTS)
        return None if path is None else EmotionClassifier.load(path.parent, device)

    def emotions(self) -> EmotionTable:
        """Examples of the eight emotions."""
        sizes: list[int] = self._config(CONFIG, lambda: [int(n) for n in self.config["emo_num"]])

        def table(file: OfficialFile) -> Tensor:
            rows = self._read(file, read_pickle, Tensor)
            if rows.dim() != 2 or len(rows) != sum(sizes):
                raise self._damaged(file, f"it is {tuple(rows.shape)} and has not the {sum(sizes)} rows of emo_num")
            return rows.float()

        return EmotionTable.of(table(EMOTION_SPEAKERS), table(EMOTION_EMBEDDINGS), sizes)

    def _config(self, file: OfficialFile, make: Callable[[], C]) -> C:
        try:
            return make()
        except KeyError as error:
            raise self._damaged(file, f"it has no {error}") from error
        except (BadCheckpointError, TypeError, ValueError) as error:
            raise self._damaged(file, str(error)) from error

    def _json(self, file: OfficialFile) -> Mapping[str, Any]:
        return self._read(file, lambda path: json.loads(path.read_text("utf-8")), Mapping)

    def _weights(self, file: OfficialFile, inside: str | None = None, *, only_if_there: bool = False) -> State:
        """A state dict, itself or under the key `inside`."""
        read = read_safetensors if file.path.endswith(".safetensors") else read_pickle
        state = self._read(file, read, Mapping)
        if inside is not None and (inside in state or not only_if_there):
            state = state.get(inside)
        return self._state(file, state)

    def _state(self, file: OfficialFile, state: Any) -> State:
        if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
            raise self._damaged(file, "its weights are not where upstream keeps them")
        return state

    def _read(self, file: OfficialFile, read: Callable[[Path], Any], kind: Any) -> Any:
        path = self._path(file)
        try:
            content = read(path)
        except Exception as error:  # whatever damaged bytes make of a reader
            raise self._damaged(file, f"reading it failed with {error!r:.200}") from error
        if not isinstance(content, kind):
            raise self._damaged(file, f"it holds a {type(content).__name__}")
        return content

    def _path(self, file: OfficialFile) -> Path:
        path = find(self.folder, file)
        if path is None:  # it was there when the folder was opened
            raise BadCheckpointError(f"{self.folder} lacks {file}; get it again")
        return path

    def _source(self, file: OfficialFile) -> str:
        return f"{self._path(file)} ({file.size}, from https://huggingface.co/{file.repository})"

    def _damaged(self, file: OfficialFile, why: str) -> BadCheckpointError:
        size = self._path(file).stat().st_size
        return BadCheckpointError(
            f"{self._path(file)} is damaged or another file: {why}. It has {size:,} bytes and should have about "
            f"{file.size}; get it again from https://huggingface.co/{file.repository}"
        )


def place(folder: Path, file: OfficialFile) -> Path:
    """Where a file belongs under `folder`."""
    return folder / file.path if file.repository == INDEXTTS else folder / file.repository / file.path


def find(folder: Path, file: OfficialFile) -> Path | None:
    """Where a file lies under `folder`, if it does."""
    places = [place(folder, file)]
    if file.repository != INDEXTTS:
        cached = folder / "hf_cache" / f"models--{file.repository.replace('/', '--')}" / "snapshots"
        places += sorted(cached.glob(f"*/{file.path}"))
    return next((path for path in places if path.is_file()), None)
