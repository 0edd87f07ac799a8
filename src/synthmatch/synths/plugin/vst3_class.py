"""The class-ID of a VST3 plug-in: the name by which a ``.vstpreset`` says whose it is. No host tells it.

Call this only in a process in which the plug-in is loaded already, a render worker or a probe: it opens the plug-in's
library, and a plug-in may end the process. Layout from Steinberg's ``ipluginbase.h``.
"""

import ctypes
from pathlib import Path

from synthmatch.errors import PresetError
from synthmatch.systems.folders import class_id_text, vst3_library

#: places of methods in the table of IPluginFactory, after the three of FUnknown and getFactoryInfo
_COUNT_CLASSES, _GET_CLASS_INFO = 4, 5


class _ClassInfo(ctypes.Structure):
    """PClassInfo."""

    _fields_ = (
        ("class_id", ctypes.c_ubyte * 16),
        ("cardinality", ctypes.c_int32),
        ("category", ctypes.c_char * 32),
        ("name", ctypes.c_char * 64),
    )


def library_of(source: str) -> Path:
    """The library in a VST3 bundle, as hosts look for it; a file that is no bundle is its own library."""
    path = Path(source)
    return vst3_library(path) if path.is_dir() else path


def class_id(source: str) -> str:
    """The class-ID, 32 upper-case hex digits, of the loaded plug-in at this path.

    A file with several plug-ins gives the first, the one that the host plays. Raises `PresetError` where it tells
    none.
    """
    try:
        # the host has started the library, which must be done once only; this adds a reference to it
        get_factory = ctypes.CDLL(str(library_of(source))).GetPluginFactory
    except (OSError, AttributeError) as error:
        raise PresetError(f"{source} has no VST3 factory ({error}); save its presets as JSON") from None
    get_factory.restype = ctypes.c_void_p
    factory = ctypes.c_void_p(get_factory())
    if not factory:
        raise PresetError(f"{source} gives no VST3 factory; save its presets as JSON")
    methods = ctypes.cast(factory, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    count = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(methods[_COUNT_CLASSES])
    get_info = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.POINTER(_ClassInfo))(
        methods[_GET_CLASS_INFO]
    )
    for index in range(count(factory)):
        info = _ClassInfo()
        if get_info(factory, index, ctypes.byref(info)) == 0 and info.category == b"Audio Module Class":
            return class_id_text(bytes(info.class_id))
    raise PresetError(f"{source} lists no audio class in its VST3 factory; save its presets as JSON")
