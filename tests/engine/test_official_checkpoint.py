"""A miniature of the release is read as it was written; what is wrong with a file is said plainly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import BadCheckpointError
from engine.official_checkpoint import FILES, OfficialCheckpoint
from tests.engine.tiny_official import EMOTION_SIZES, SPEECH_LAYERS, TinyOfficial, write

BIGVGAN = "nvidia/bigvgan_v2_22khz_80band_256x"

Written = tuple[Path, TinyOfficial]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("official")
    return folder, write(folder)


@pytest.fixture
def folder(written: Written, tmp_path: Path) -> Path:
    """A copy to do harm to; what is not touched stays shared."""
    for file in sorted(p for p in written[0].rglob("*") if p.is_file()):
        copy = tmp_path / file.relative_to(written[0])
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to(file)
    return tmp_path


def test_every_stage_is_read_as_it_was_written(written: Written) -> None:
    folder, tiny = written
    official = OfficialCheckpoint(folder)
    read = TinyOfficial(
        official.gpt(), official.s2m(), official.semantic_codec(), official.speaker_encoder(),
        official.speech_encoder(SPEECH_LAYERS), official.vocoder(),
    )  # fmt: skip
    for name, module in vars(read).items():
        expected = getattr(tiny, name).state_dict()
        state = module.state_dict()
        assert state.keys() == expected.keys(), name
        for key, value in state.items():
            torch.testing.assert_close(value, expected[key], msg=lambda m, key=key: f"{key}: {m}")
        assert not module.training
        assert not any(p.requires_grad for p in module.parameters())
    assert official.text_pieces().name == "bpe.model"
    assert [len(rows) for rows in official.emotions().speakers] == EMOTION_SIZES
    assert official.mel().hop == 256


def test_files_in_the_cache_of_upstream_are_found(folder: Path) -> None:
    cache = folder / "hf_cache" / f"models--{BIGVGAN.replace('/', '--')}" / "snapshots"
    cache.mkdir(parents=True)
    (folder / BIGVGAN).rename(cache / "0123abcd")
    OfficialCheckpoint(folder).vocoder()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.repository.split('/')[1]}-{Path(file.path).name}")
def test_a_missing_file_is_named_with_its_size_and_origin(folder: Path, file: Any) -> None:
    inside = folder / file.path if file.repository.startswith("IndexTeam/") else folder / file.repository / file.path
    inside.unlink()
    with pytest.raises(BadCheckpointError) as error:
        OfficialCheckpoint(folder)
    assert f"{file.path} ({file.size}, from https://huggingface.co/{file.repository})" in str(error.value)


def change_tensors(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        content = torch.load(path, weights_only=True)
        change(content)
        path.unlink()
        torch.save(content, path)

    return harm


def cut_short(path: Path) -> None:
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[: len(whole) // 2])


def replace(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("evil-was-here"),))


def put_code_inside(path: Path) -> None:
    path.unlink()
    torch.save({"model": Evil()}, path)


def configured(**values: Any) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        replace(path, json.dumps(json.loads(path.read_text("utf-8")) | values).encode())

    return harm


HARM: list[tuple[str, Callable[[Path], None], str, str]] = [
    ("gpt.pth", cut_short, "gpt", "reading it failed"),
    ("gpt.pth", lambda path: replace(path, b""), "gpt", "reading it failed"),
    ("gpt.pth", lambda path: replace(path, b"<html>404</html>"), "gpt", "reading it failed"),
    ("gpt.pth", put_code_inside, "gpt", "reading it failed"),
    ("gpt.pth", change_tensors(lambda c: c.update(model=3)), "gpt", "its weights are not where upstream keeps them"),
    ("gpt.pth", change_tensors(lambda c: c["model"].pop("gpt.ln_f.bias")), "gpt", "it lacks gpt.ln_f.bias"),
    ("s2mel.pth", change_tensors(lambda c: c.pop("net")), "s2m", "it holds no `net`"),
    (
        "s2mel.pth",
        change_tensors(lambda c: c["net"]["gpt_layer"].update(surprise=torch.zeros(1))),
        "s2m",
        "it has unknown gpt_layer.surprise",
    ),
    (
        "s2mel.pth",
        change_tensors(lambda c: c["net"]["gpt_layer"].update({"2.bias": torch.zeros(7)})),
        "s2m",
        "gpt_layer.2.bias is (7,), its configuration needs (1024,)",
    ),
    ("amphion/MaskGCT/semantic_codec/model.safetensors", cut_short, "semantic_codec", "reading it failed"),
    ("funasr/campplus/campplus_cn_common.bin", cut_short, "speaker_encoder", "reading it failed"),
    (
        f"{BIGVGAN}/bigvgan_generator.pt",
        change_tensors(lambda c: c.clear()),
        "vocoder",
        "not where upstream keeps them",
    ),
    (f"{BIGVGAN}/config.json", configured(activation="snake"), "vocoder", "it says activation: 'snake'"),
    (f"{BIGVGAN}/config.json", configured(hop_size=300), "vocoder", "its mel is not the one"),
    ("feat2.pt", lambda path: replace(path, b"x"), "emotions", "reading it failed"),
    ("config.yaml", lambda path: replace(path, b"a: [1"), "gpt", "reading it failed"),
    ("config.yaml", lambda path: replace(path, b"gpt: {}"), "gpt", "condition_type"),
    ("config.yaml", lambda path: replace(path, b"gpt: {}"), "s2m", "it has no 's2mel'"),
    ("config.yaml", configured(emo_num=[1, 2]), "emotions", "has not the 3 rows"),
]


@pytest.mark.parametrize(("file", "harm", "stage", "says"), HARM, ids=[f"{h[0].rsplit('/')[-1]}-{h[3]}" for h in HARM])
def test_harm_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, harm: Callable[[Path], None], stage: str, says: str
) -> None:
    monkeypatch.chdir(folder)
    harm(folder / file)
    with pytest.raises(BadCheckpointError) as error:
        getattr(OfficialCheckpoint(folder), stage)()
    told = str(error.value)
    assert says in told
    assert "https://huggingface.co/" in told
    assert not Path("evil-was-here").exists()


def test_a_vocoder_saved_without_weight_norm_is_the_same(written: Written, folder: Path) -> None:
    from engine import official_layout
    from tests.engine.tiny_official import upstream

    vocoder = written[1].vocoder
    path = folder / BIGVGAN / "bigvgan_generator.pt"
    path.unlink()
    torch.save({"generator": upstream(vocoder, official_layout.bigvgan(vocoder.config))}, path)
    mel = torch.randn(1, 80, 4)
    torch.testing.assert_close(OfficialCheckpoint(folder).vocoder()(mel), vocoder(mel))


def test_a_state_dict_that_is_not_wrapped_is_read_too(written: Written, folder: Path) -> None:
    path = folder / "gpt.pth"
    path.unlink()
    torch.save(written[1].gpt.state_dict(), path)
    assert torch.equal(OfficialCheckpoint(folder).gpt().mel_head.weight, written[1].gpt.mel_head.weight)


def test_an_old_pickle_is_read_too(written: Written, folder: Path) -> None:
    path = folder / "funasr/campplus/campplus_cn_common.bin"
    state = torch.load(path, weights_only=True)
    path.unlink()
    torch.save(state, path, _use_new_zipfile_serialization=False)
    OfficialCheckpoint(folder).speaker_encoder()


def test_no_packages_no_model(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadCheckpointError, match=r"transformers and pyyaml.*extras full"):
        OfficialCheckpoint(written[0])


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(BadCheckpointError, match=r"lacks config\.yaml"):
        OfficialCheckpoint(Path("no/such/folder"))
