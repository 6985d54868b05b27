"""The text-to-emotion model in miniature: a Qwen3 that learns two sentences by heart, in the release's own layout."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
import torch

from engine import official_config, torchaudio_compat
from engine.emotion_classifier import CHAT_TEMPLATE, EmotionClassifier
from engine.emotion_reply import SYSTEM_PROMPT
from engine.errors import BadCheckpointError
from engine.official_checkpoint import CLASSIFIER_FOLDER, OfficialCheckpoint
from engine.official_model import OfficialModel
from engine.types import EMOTIONS
from tests.engine import tiny_official

torchaudio_compat.load()
import tokenizers  # noqa: E402
import transformers  # noqa: E402

CPU = torch.device("cpu")
ANSWERS = {
    "We have won!": {"高兴": 0.9, "惊讶": 0.1},
    "He will never come back.": {"悲伤": 0.8},
}


def write_classifier(folder: Path) -> None:
    """A model of 30,000 values that answers ANSWERS."""
    torch.manual_seed(0)
    texts = [_chat(sentence) + _answer(sentence) for sentence in ANSWERS]
    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = tokenizers.decoders.ByteLevel()
    specials = ["<|im_start|>", "<|im_end|>"]
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, special_tokens=specials, initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()
    )
    bpe.train_from_iterator(texts, trainer)
    tokeniser = transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    tokeniser.chat_template = CHAT_TEMPLATE
    config = transformers.Qwen3Config(
        vocab_size=len(tokeniser), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=256, tie_word_embeddings=True,
        eos_token_id=tokeniser.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    model = transformers.Qwen3ForCausalLM(config)
    rows = tokeniser(texts, return_tensors="pt", padding=True, padding_side="right", return_token_type_ids=False)
    labels = rows["input_ids"].masked_fill(rows["attention_mask"] == 0, -100)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(80):
        optimiser.zero_grad()
        loss = model(**rows, labels=labels).loss
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.1
    model.save_pretrained(folder)
    tokeniser.save_pretrained(folder)


def _chat(sentence: str) -> str:
    return (
        f"<|im_start|>system\n{SYSTEM_PROMPT}<|im_end|>\n<|im_start|>user\n{sentence}<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    )


def _answer(sentence: str) -> str:
    return json.dumps(ANSWERS[sentence], ensure_ascii=False) + "<|im_end|>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official") / CLASSIFIER_FOLDER
    write_classifier(folder)
    return folder


def test_a_sentence_becomes_the_weights_that_the_model_answers(folder: Path) -> None:
    classifier = EmotionClassifier.load(folder, CPU)
    won, gone = (dict(zip(EMOTIONS, classifier.emotion(text).weights, strict=True)) for text in ANSWERS)
    assert {name: weight for name, weight in won.items() if weight} == {"happy": 0.9, "surprised": 0.1}
    assert {name: weight for name, weight in gone.items() if weight} == {"sad": 0.8}


@pytest.mark.skipif(sys.platform != "linux", reason="what is mapped into memory is seen in /proc")
def test_its_file_may_be_cut_while_it_is_loaded(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    classifier = EmotionClassifier.load(tmp_path, CPU)
    assert str(tmp_path) not in Path("/proc/self/maps").read_text()  # or cutting it would end this process
    os.truncate(tmp_path / "model.safetensors", 0)
    assert classifier.emotion("We have won!").weights[EMOTIONS.index("happy")] == 0.9


def test_a_tokeniser_without_a_chat_template_is_asked_in_qwens_form(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "chat_template.jinja").unlink()
    weights = EmotionClassifier.load(tmp_path, CPU).emotion("We have won!").weights
    assert weights[EMOTIONS.index("happy")] == 0.9


def test_the_release_brings_its_classifier(folder: Path) -> None:
    tiny_official.write(folder.parent)
    official = OfficialCheckpoint(folder.parent)
    classifier = official.emotion_classifier(CPU)
    assert classifier is not None
    assert classifier.emotion("He will never come back.").weights[EMOTIONS.index("sad")] == 0.8


def test_a_voice_that_is_short_of_memory_takes_it_off_the_device(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official_config, "SPEECH_LAYERS", tiny_official.SPEECH_LAYERS)
    tiny_official.write(folder.parent)
    model = OfficialModel.load(folder.parent, device=CPU)
    won = model.emotion_from_text("We have won!")
    assert model._classifier is not None and won.weights[EMOTIONS.index("happy")] == 0.9
    model._classifier._model.half()  # as it is on a GPU
    model.make_do()
    assert model._classifier._model.dtype == torch.float32
    assert model.emotion_from_text("We have won!") == won


def test_a_release_without_it_has_none(tmp_path: Path) -> None:
    tiny_official.write(tmp_path)
    assert OfficialCheckpoint(tmp_path).emotion_classifier(CPU) is None


def test_damaged_weights_are_named(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(BadCheckpointError, match="text-to-emotion model in"):
        EmotionClassifier.load(tmp_path, CPU)
