"""The stand-in as the entry of a Ray job: without workers, as it trains nothing."""

import runpy
import sys

sys.argv.insert(1, "train")
runpy.run_module("cfprm_runner", run_name="__main__", alter_sys=True)
