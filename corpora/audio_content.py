"""Sound by the first bytes of a file."""

from __future__ import annotations

HEAD_BYTES = 1 << 12
"""Bytes at the start of a file that tell what it is."""

_MARKS = {
    b"RIFF": "WAV",
    b"RF64": "RF64",
    b"riff\x2e\x91\xcf\x11": "W64",
    b"fLaC": "FLAC",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b".snd": "AU",
    b"dns.": "AU",
    b"caff": "CAF",
    b"NIST_1A\n": "NIST",
    b"Creative Voice File\x1a": "VOC",
    b"2BIT": "AVR",
    **{bytes([0x64, 0xA3, number, 0]): "IRCAM" for number in (1, 2, 3, 4)},
    **{bytes([0, number, 0xA3, 0x64]): "IRCAM" for number in (1, 2, 3, 4)},
    b" paf": "PAF",
    b"fap ": "PAF",
    b"PVF1\n": "PVF",
    b"ALawSoundFile**": "WVE",
    b"Extended Instrument: ": "XI",
    b"\xf0\x7e": "SDS",
    b"\x1aE\xdf\xa3": "Matroska, WebM",
    b"0&\xb2u\x8ef\xcf\x11": "WMA",
    b"MAC ": "APE",
    b"wvpk": "WavPack",
    b"TTA1": "TTA",
    b"tBaK": "TAK",
    b"MPCK": "Musepack",
    b"MP+": "Musepack",
    b"DSD ": "DSF",
    b"FRM8": "DFF",
    b"#!AMR": "AMR",
    b".RMF": "RealMedia",
    b".ra\xfd": "RealAudio",
    b"FLV\x01": "FLV",
    b"\x0b\x77": "AC3",
    b"\x7f\xfe\x80\x01": "DTS",
    b"\x00\x00\x01\xba": "MPEG",
    b"ea3\x03": "OMA",
    b"EA3\x01": "OMA",
    b"ajkg": "Shorten",
}
_RIFF = (b"WAVE", b"AVI ", b"QLCM")
_FORM = (b"AIFF", b"AIFC", b"8SVX", b"16SV")
ATOMS = (b"ftyp", b"moov", b"mdat", b"wide")
_WITH_TEXT = ("NIST", "PVF", "WVE", "XI")
"""Formats whose first bytes are text."""

_PICTURES = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
_BIT_RATES = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def sound_in(head: bytes) -> str:
    """Return the format of a file of sound (or of a video) that begins with ``head``, or an empty string.

    Examples
    --------
    >>> sound_in(b"fLaC\\x00\\x00\\x00\\x22"), sound_in(b"some words")
    ('FLAC', '')
    """
    found = _marked(head)
    return "" if found and found not in _WITH_TEXT and is_text(head) else found


def _marked(head: bytes) -> str:
    """Return the format whose mark is at the start of ``head``, which may be text."""
    if head.startswith(b"RIFF"):
        return "WAV" if head[8:12] in _RIFF else ""
    if head.startswith(b"FORM"):
        return "AIFF" if head[8:12] in _FORM else ""
    if head[4:8] in ATOMS:
        return "" if head[8:12] in _PICTURES else "MP4"
    if head[:1] == b"\x47" and head[188:189] == head[376:377] == b"\x47":
        return "MPEG"
    if head[:1] == b"\xff":
        return "MP3" if _is_mpeg(head) else "AAC" if _is_adts(head) else ""
    return next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")


def is_text(head: bytes) -> bool:
    """Whether ``head`` is UTF-8, or UTF-16 with a byte order mark, without control characters."""
    codec = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode(codec)
        except UnicodeDecodeError:
            continue
        return all(character >= " " or character in "\t\n\r\f\x1b" for character in text)
    return False


def _is_mpeg(head: bytes) -> bool:
    """Whether there is a frame of MPEG audio, and another one where it ends."""
    length = _frame_length(head)
    return length > 0 and (length + 4 > len(head) or _frame_length(head[length:]) > 0)


def _frame_length(head: bytes) -> int:
    """Return the bytes of a frame of MPEG audio, or 0."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer, bits, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or not layer or bits in (0, 15) or rate == 3:
        return 0
    kbits = _BIT_RATES[(3, layer) if version == 3 else (2, 3 if layer == 3 else 2)][bits - 1]
    padding, sr = head[2] >> 1 & 1, _RATES[version][rate]
    if layer == 3:
        return (12000 * kbits // sr + padding) * 4
    return (144000 if version == 3 or layer == 2 else 72000) * kbits // sr + padding


def _is_adts(head: bytes) -> bool:
    """Whether there is a frame of AAC, and another one where it ends."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return False
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    rest = head[length : length + 2]
    return length > 7 and (len(rest) < 2 or (rest[0] == 0xFF and rest[1] & 0xF6 == 0xF0))
