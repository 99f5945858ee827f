"""Features of audio against librosa, kaldi-native-fbank and transformers' Whisper extractor, in one run.

    python benchmarks/features.py --repeat 5 -o features.json
    python benchmarks/features.py --what sizes

The two alternate. The script prints the median ratio of librosa's (…) time to nlpkit's over pairs of runs, after
checking that the results are equal. "One thread" also limits BLAS. The sound is noise with slowly varying volume, in
memory and in files.

``--what``: clips (1 s, 10 s, 5 and 10 minutes, and batches), sizes (every length of transform), files (WAV and FLAC,
with decoding), others (Kaldi, Whisper), memory (a file of 3 hours), gpu.

For code without AVX-512 set NUMBA_CPU_NAME=haswell, and NUMBA_CACHE_DIR to a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import soundfile as sf
from machine import machine
from threadpoolctl import threadpool_limits

from nlpkit.speech import FeatureOptions, file_features, log_mel

SHAPE: dict[str, Any] = {"sr": 16000, "n_fft": 400, "hop_length": 160, "n_mels": 80}
SIZES = (256, 320, 400, 441, 480, 512, 600, 640, 768, 882, 1000, 1024, 1102, 1103, 1200, 1536, 2048, 2205, 3001, 4096)
WHAT = ("clips", "sizes", "files", "others", "memory", "gpu")


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    """Return noise with slowly varying volume, float32."""
    n = round(16000 * seconds)
    swell = 0.1 + 0.05 * np.sin(np.arange(n) / 5000)
    return (swell * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


def theirs(y: np.ndarray, **numbers: Any) -> np.ndarray:
    """Return librosa's log-mel features."""
    return librosa.power_to_db(librosa.feature.melspectrogram(y=y, **{**SHAPE, **numbers}))


def race(ours: Callable[[], Any], other: Callable[[], Any], seconds: float, repeat: int) -> tuple[float, float, float]:
    """Return the median ratio, and the median times in ms, of calls that alternate for about this number of seconds.

    Each turn is several calls, of which the median counts: after its last product, OpenBLAS's threads spin for a while
    on the core that nlpkit's second thread needs.
    """
    turns = []
    for function in (ours, other):
        function()
        start = time.perf_counter()
        function()
        turns.append(max(3, min(200, int(0.15 / (time.perf_counter() - start)))))
    pairs: list[tuple[float, float]] = []
    end = time.perf_counter() + seconds
    while len(pairs) < repeat or time.perf_counter() < end:
        pairs.append((timed(ours, turns[0]), timed(other, turns[1])))
    return (
        statistics.median(other / own for own, other in pairs),
        1000 * statistics.median(own for own, _ in pairs),
        1000 * statistics.median(other for _, other in pairs),
    )


def timed(function: Callable[[], Any], calls: int) -> float:
    """Return the median time of several calls in seconds."""
    found = []
    for _ in range(calls):
        start = time.perf_counter()
        function()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def check(got: np.ndarray, expected: np.ndarray, tolerance: float) -> float:
    """Return the largest difference, and check that it is small."""
    difference = float(np.abs(got - expected).max())
    assert got.shape == expected.shape, (got.shape, expected.shape)
    assert difference <= tolerance, f"differs by {difference}"
    return difference


def clips(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure clips of four lengths, and batches, with one and two threads."""
    rows = []
    for seconds, batch in ((1, 1), (10, 1), (300, 1), (600, 1), (1, 60), (10, 8), (10, 60), (600, 2)):
        y = np.stack([sound(seconds, seed) for seed in range(batch)]) if batch > 1 else sound(seconds)
        check(log_mel(y[0] if batch > 1 else y, **SHAPE), theirs(y[0] if batch > 1 else y), 0.01)
        for threads in (1, 2):
            with threadpool_limits(threads):
                ratio, own, other = race(
                    lambda y=y, threads=threads: log_mel(y, threads=threads, **SHAPE),
                    lambda y=y: theirs(y),
                    options.seconds,
                    options.repeat,
                )
            name = f"{batch} x {seconds} s" if batch > 1 else f"{seconds} s"
            rows.append(row(f"clips of {name}", threads, ratio, own, other, per_second=own / seconds / batch))
    return rows


def sizes(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure every length of transform on 10 s with one thread; the hop is a quarter of the length."""
    rows = []
    y = sound(10)
    for n_fft in SIZES:
        numbers: dict[str, Any] = {**SHAPE, "n_fft": n_fft, "hop_length": n_fft // 4}
        check(log_mel(y, **numbers), theirs(y, **numbers), 0.01)
        with threadpool_limits(1):
            found = race(
                lambda numbers=numbers: log_mel(y, threads=1, **numbers),
                lambda numbers=numbers: theirs(y, **numbers),
                options.seconds / 4,
                options.repeat,
            )
        rows.append(row(f"n_fft {n_fft}", 1, *found))
    return rows


def files(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure forty files of 10 s, read and processed, against librosa.load and melspectrogram one by one."""
    rows = []
    preset = FeatureOptions(**SHAPE)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("wav", "flac"):
            paths = []
            for seed in range(40):
                paths.append(Path(folder, f"{seed}.{suffix}"))
                sf.write(paths[-1], sound(10, seed), 16000)

            def other(paths: list[Path] = paths) -> list[np.ndarray]:
                return [theirs(librosa.load(path, sr=None)[0]) for path in paths]

            for got, expected in zip(file_features(paths, preset=preset), other(), strict=True):
                check(got, expected, 0.01)
            for threads in (1, 2):
                with threadpool_limits(threads):
                    found = race(
                        lambda paths=paths, threads=threads: list(file_features(paths, preset=preset, threads=threads)),
                        other,
                        options.seconds,
                        options.repeat,
                    )
                rows.append(row(f"40 {suffix.upper()} files of 10 s", threads, *found))
    return rows


def others(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure Kaldi's fbank against kaldi-native-fbank, and Whisper's log-mel against transformers, on 30 s, one
    thread."""
    rows = []
    y = sound(30)
    try:
        import kaldi_native_fbank as knf
    except ImportError:
        print("kaldi-native-fbank is not installed: skipped")
    else:

        def fbank() -> np.ndarray:
            given = knf.FbankOptions()
            given.frame_opts.dither, given.mel_opts.num_bins = 0, 80
            extractor = knf.OnlineFbank(given)
            extractor.accept_waveform(16000, y * np.float32(32768))
            extractor.input_finished()
            return np.stack([extractor.get_frame(i) for i in range(extractor.num_frames_ready)]).T

        check(log_mel(y, preset="kaldi", n_mels=80), fbank(), 5e-3)
        found = race(lambda: log_mel(y, preset="kaldi", n_mels=80, threads=1), fbank, options.seconds, options.repeat)
        rows.append(row("kaldi-native-fbank, 80 bands of 30 s", 1, *found))
    try:
        import torch
        from transformers import WhisperFeatureExtractor
    except ImportError:
        print("transformers is not installed: skipped")
        return rows
    torch.set_num_threads(1)
    extractor = WhisperFeatureExtractor()

    def whisper() -> np.ndarray:
        return extractor(y, sampling_rate=16000, return_tensors="np").input_features[0]

    check(log_mel(y, preset="whisper"), whisper(), 1e-4)
    with threadpool_limits(1):
        found = race(lambda: log_mel(y, preset="whisper", threads=1), whisper, options.seconds, options.repeat)
    rows.append(row("transformers' Whisper extractor, 30 s", 1, *found))
    return rows


def memory(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure the peak memory of features of 3 hours, block by block, and of a process that only imports."""
    code = (
        "import sys; from nlpkit.speech import stream_features, log_mel; import numpy as np, soundfile\n"
        "log_mel(np.zeros(1000, 'float32'))\n"
        "n = sum(block.shape[1] for block in stream_features(sys.argv[1], preset='whisper')) if sys.argv[1:] else 0\n"
        "print(n, *[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')])"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.wav")
        with sf.SoundFile(path, "w", 16000, 1, "PCM_16") as file:
            for seed in range(180):
                file.write(sound(60, seed))
        found = []
        for arguments in ([], [str(path)]):
            ran = subprocess.run(
                [sys.executable, "-P", "-c", code, *arguments], capture_output=True, text=True, check=True
            )
            found.append(list(map(int, ran.stdout.split())))
    (_, base), (frames, peak) = found
    print(f"3 hours, {frames:,} frames: {peak / 1024:.0f} MB at most, {base / 1024:.0f} MB of them imports")
    return [{"what": "memory", "frames": frames, "peak_mb": round(peak / 1024), "imports_mb": round(base / 1024)}]


def gpu(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure batches of clips on CUDA against the CPU."""
    import torch

    if not torch.cuda.is_available():
        print("gpu: no CUDA GPU found: skipped")
        return []
    rows = []
    for seconds, batch in ((1, 60), (10, 60), (30, 16)):
        y = np.stack([sound(seconds, seed) for seed in range(batch)])
        there = torch.from_numpy(y).cuda()
        check(log_mel(there, preset="whisper").cpu().numpy(), log_mel(y, preset="whisper"), 1e-3)

        def ours(there: torch.Tensor = there) -> None:
            log_mel(there, preset="whisper")
            torch.cuda.synchronize()

        found = race(ours, lambda y=y: log_mel(y, preset="whisper"), options.seconds, options.repeat)
        rows.append(row(f"{torch.cuda.get_device_name()}, {batch} x {seconds} s, against the processor", 0, *found))
    return rows


def row(name: str, threads: int, ratio: float, own: float, other: float, **more: float) -> dict[str, Any]:
    """Print a line of the table, and return it."""
    print(f"{name:44} {threads} threads: {ratio:6.2f} times as fast ({own:9.3f} ms against {other:9.3f})", flush=True)
    return {"what": name, "threads": threads, "ratio": round(ratio, 2), "ms": own, "other_ms": other, **more}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", nargs="+", choices=WHAT, default=WHAT)
    parser.add_argument("--repeat", type=int, default=5, help="minimum number of pairs of runs")
    parser.add_argument("--seconds", type=float, default=2.0, help="approximate duration of a comparison")
    parser.add_argument("-o", "--output", type=Path, help="write the results to this JSON file too")
    options = parser.parse_args()
    if os.environ.get("OPENBLAS_CORETYPE"):
        print("OPENBLAS_CORETYPE is set, which slows librosa's products: unset it for a fair comparison")
    rows = [each for name in options.what for each in globals()[name](options)]
    if options.output:
        described = machine(["nlpkit", "librosa", "numpy", "numba", "kaldi-native-fbank", "transformers"])
        options.output.write_text(json.dumps({"machine": described, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
