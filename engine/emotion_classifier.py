"""The official release's text-to-emotion model: Qwen3 0.6 B, fine-tuned to weigh a sentence's emotions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import torch

from engine import torchaudio_compat
from engine.emotion_reply import SYSTEM_PROMPT, weights_of_reply
from engine.errors import BadCheckpointError
from engine.types import Emotion
from engine.weight_files import read_safetensors

END_OF_THINKING = "</think>"
MAX_REPLY = 200  # tokens; a right answer has about 60
LONGEST_TEXT = 2000  # characters of a sentence that are read
# Qwen's form of a chat with its thinking left out, for a tokeniser that comes without a template.
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n<think>\n\n</think>\n\n"
)


class EmotionClassifier:
    """Speaks to the model greedily, so that a sentence always has the same emotion. Build it with load()."""

    def __init__(self, model: Any, tokeniser: Any) -> None:
        """model, tokeniser: of `transformers`, for a causal language model with a chat template."""
        self._model, self._tokeniser = model, tokeniser

    def to(self, device: torch.device) -> None:
        """Move the model to a device."""
        self._model.to(device, _precision(device))

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> Self:
        """The model in `folder` (config.json, model.safetensors, the tokeniser's files). Raises BadCheckpointError."""
        torchaudio_compat.load()  # or the import of transformers fails beside a CPU-only torch
        import transformers

        try:
            tokeniser: Any = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            config: Any = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
            kind: Any = transformers.MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]
            # Given the weights, since the library would map their file into memory; a pickle could run code.
            state = read_safetensors(folder / "model.safetensors")
            model: Any = kind.from_pretrained(None, config=config, state_dict=state, dtype=_precision(device))
            model.generation_config = transformers.GenerationConfig.from_pretrained(folder, local_files_only=True)
        except Exception as error:  # whatever damaged files make of the library's readers
            raise BadCheckpointError(
                f"the text-to-emotion model in {folder} cannot be read: {str(error).splitlines()[0][:200]}; get it "
                "again, or move the folder away: Cuevox then reads sentences by its own lexicon"
            ) from error
        return cls(model.to(device).eval(), tokeniser)

    def emotion(self, sentence: str) -> Emotion:
        """What the sentence describes or carries. Raises BadReplyError when the model answers no emotion."""
        text = sentence[:LONGEST_TEXT]
        return Emotion(tuple(min(weight, 1.0) for weight in weights_of_reply(text, self._reply(text))))

    @torch.inference_mode()
    def _reply(self, text: str) -> str:
        """The model's answer, without its thinking."""
        chat = [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": text}]
        asked = self._tokeniser.apply_chat_template(
            chat,
            chat_template=None if self._tokeniser.chat_template else CHAT_TEMPLATE,
            add_generation_prompt=True,
            enable_thinking=False,
            return_tensors="pt",
            return_dict=True,
        ).to(self._model.device)
        said = self._model.generate(
            **asked,
            do_sample=False,
            max_new_tokens=MAX_REPLY,
            pad_token_id=self._tokeniser.eos_token_id,
            # The release's own sampling settings have no meaning for a greedy choice, and would be warned of.
            temperature=None,
            top_p=None,
            top_k=None,
        )[0, asked["input_ids"].shape[1] :]
        reply = self._tokeniser.decode(said, skip_special_tokens=True)
        return reply.rpartition(END_OF_THINKING)[2].strip()


def _precision(device: torch.device) -> torch.dtype:
    return torch.float16 if device.type == "cuda" else torch.float32
