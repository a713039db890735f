"""One of several processes of a run: `python -m cfprm_runner.worker OPTIONS`, started by torchrun."""

import json
import sys

from cfprm_runner.launch import run_as_one_of_several
from cfprm_runner.options import TrainOptions

if __name__ == "__main__":
    sys.exit(run_as_one_of_several(TrainOptions.from_json(json.loads(sys.argv[1]))))
