"""The libraries of FFmpeg, through the package av: their log, the formats that they may read, and their samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,aac,ac3,eac3,amr,amrnb,amrwb,ape,wv,tta,dsf,mp3,ogg,flac,wav,w64,aiff,caf,au"
    ",avi,flv,mpeg,mpegts,nistsphere,voc,gsm,aptx,dts,truehd,mpc,mpc8,oma,rm,spdif,shn,tak,iff,loas,latm,qcp,swf,wtv,xwma"
)
_SCALES = {"u8": 1 << 7, "s16": 1 << 15, "s32": 1 << 31, "s64": 1 << 63}


def samples_of(frame: Any) -> np.ndarray:
    """Return the samples of a frame, (n, channels) float32."""
    channels, name = frame.layout.nb_channels, frame.format.name
    if name == "fltp":
        planes = [np.frombuffer(plane, np.float32, frame.samples) for plane in frame.planes]
        return planes[0][:, None] if channels == 1 else np.stack(planes, axis=1)
    values = frame.to_ndarray()
    name = name.removesuffix("p")
    if frame.format.is_planar:
        values = values.T
    else:
        values = values.reshape(-1, channels)
    if name == "u8":
        values = values.astype(np.float32) - 128
    scale = _SCALES.get(name)
    if scale is None:
        return np.ascontiguousarray(values, np.float32)
    return values.astype(np.float32) / np.float32(scale)


def libraries() -> Any:
    """Return the package av, whose log tells errors.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise MissingDependencyError(
            "reading this audio needs the package av, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    if av.logging.get_level() != av.logging.ERROR:
        av.logging.set_level(av.logging.ERROR)
        av.logging.set_skip_repeated(False)
    return av
