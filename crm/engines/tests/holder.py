"""A command on local engines, for tests: says what it got, and leaves when its input ends.

python holder.py ROOT FOLDER ENVIRON_JSON
"""

import json
import sys
from pathlib import Path


def main(folder: str, environ: str) -> None:
    from crm.engines.leases import local_engines

    with local_engines(Path(folder), json.loads(environ), durable=False) as engines:
        pids = {lease.engine.name: lease.process.pid for lease in engines.leases if lease.process}
        print(json.dumps({"settings": engines.settings, "pids": pids}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    sys.path[0] = sys.argv[1]
    main(*sys.argv[2:])
