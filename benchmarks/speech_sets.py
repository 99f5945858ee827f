"""Unpack small sets of read speech, and write the manifests on which CTC is trained and tested.

    python benchmarks/speech_sets.py FOLDER --data ../shared/data
    python benchmarks/speech_sets.py FOLDER --data ../shared/data --parts yesno

Manifests of JSON lines with the fields path, text and speaker; paths are relative to the manifest. Texts are as their
corpus has them: `nlpkit` puts them in lower case.

| part | manifest | what |
|---|---|---|
| yesno | yesno-N-train, yesno-N-test | 60 recordings of eight words, "ken" or "lo"; N is the third that is tested |
| ljspeech | ljspeech-train, -test | 285 and 40 sentences of one reader: every eighth one is tested |
| speechocean762 | ocean-train, ocean-test | 2,500 and 1,260 sentences of learners; no speaker in both |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from manifests import lay_out_parts, write_manifest
from other_speech import unpacked

WORDS = {"0": "lo", "1": "ken"}
THIRDS = 3
EIGHTH = 8
PARTS = ("yesno", "ljspeech", "speechocean762")


def main() -> None:
    """Make the parts asked for."""
    lay_out_parts(__doc__, PARTS, lay_out)


def lay_out(folder: Path, data: Path, parts: Sequence[str] = PARTS) -> dict[str, int]:
    """Unpack the archives in ``data`` below ``folder``, write the manifests, and return their sizes by name."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}

    def write(name: str, records: Iterable[Mapping[str, Any]]) -> None:
        written[name] = write_manifest(folder, name, records)

    if "yesno" in parts:
        said = yesno(unpacked(data / "waves_yesno.tar.gz", folder) / "waves_yesno")
        for third in range(THIRDS):
            train, test = split(said, every=THIRDS, tested=third)
            write(f"yesno-{third + 1}-train", train)
            write(f"yesno-{third + 1}-test", test)
    if "ljspeech" in parts:
        read = ljspeech(unpacked(data / "ljspeech_325.tar", folder) / "ljspeech_325")
        for name, records in zip(("train", "test"), split(read, every=EIGHTH, tested=EIGHTH - 1), strict=True):
            write(f"ljspeech-{name}", records)
    if "speechocean762" in parts:
        for name, archive, inside in ("train", "train", "train"), ("test", "test-a", "speechocean762-test-a"):
            unpacked(data / f"speechocean762-{archive}.tar", folder)
            write(f"ocean-{name}", ocean(folder / "speechocean762" / inside))
    return written


def split(records: Sequence[dict[str, Any]], *, every: int, tested: int) -> tuple[list[Any], list[Any]]:
    """Return the records for training, and for testing those whose number leaves ``tested`` when divided by ``every``.

    Examples
    --------
    >>> split([{"text": "a"}, {"text": "b"}, {"text": "c"}], every=3, tested=1)
    ([{'text': 'a'}, {'text': 'c'}], [{'text': 'b'}])
    """
    train: list[Any] = []
    test: list[Any] = []
    for number, record in enumerate(records):
        (test if number % every == tested else train).append(record)
    return train, test


def yesno(folder: Path) -> list[dict[str, Any]]:
    """Records of the yesno set, in order of their names, such as 0_0_1_0_0_0_1_0.wav."""
    paths = sorted(folder.glob("*.wav"))
    return [{"path": path, "text": " ".join(WORDS[name] for name in path.stem.split("_"))} for path in paths]


def ljspeech(folder: Path) -> list[dict[str, Any]]:
    """Records of LJ Speech with their normalised texts, in which numbers are spelled out."""
    records = []
    for line in (folder / "metadata.csv").read_text(encoding="utf-8").splitlines():
        name, _, text = line.split("|")
        records.append({"path": folder / "wavs" / f"{name}.opus", "text": text, "speaker": "LJ"})
    return records


def ocean(folder: Path) -> list[dict[str, Any]]:
    """Records of a part of speechocean762."""
    speakers = dict(line.split() for line in (folder / "utt2spk").read_text(encoding="utf-8").splitlines())
    records = []
    for line in (folder / "text").read_text(encoding="utf-8").splitlines():
        name, text = line.split(maxsplit=1)
        records.append({"path": folder / "audio" / f"{name}.opus", "text": text, "speaker": speakers[name]})
    return records


if __name__ == "__main__":
    main()
