"""Unpacks the Pyodide distribution out of the open-webui wheel: unpack.py WHEEL FOLDER"""

import os
import shutil
import sys
import zipfile

PREFIX = "open_webui/frontend/pyodide/"

wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    names = [n for n in archive.namelist() if n.startswith(PREFIX) and not n.endswith("/")]
    for name in names:
        target = os.path.join(folder, os.path.basename(name))
        with archive.open(name) as source, open(target, "wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
print(len(names))
