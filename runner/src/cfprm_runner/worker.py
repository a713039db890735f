"""One of several processes of a run: `python -m cfprm_runner.worker OPTIONS`, started by torchrun."""

import json
import sys

from cfprm_runner.options import TrainOptions
from cfprm_runner.train import run

if __name__ == "__main__":
    sys.exit(run(TrainOptions.from_json(json.loads(sys.argv[1]))))
