"""Scores prepared ids with Python's onnxruntime, a row at a time: the yardstick of test/bench/score.ts.

    scoreReference.py MODEL IDS THREADS, where IDS is a JSON list of lists; prints seconds of the fastest of three runs
"""

import json
import sys
import time

import numpy as np
import onnxruntime

model, ids, threads = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
options.add_session_config_entry('session.intra_op.allow_spinning', '0')
session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
rows = [np.array([row], np.int64) for row in json.load(open(ids))]
best = float('inf')
for _ in range(3):
    start = time.perf_counter()
    for row in rows:
        session.run(['logits'], {'input_ids': row, 'attention_mask': np.ones_like(row)})
    best = min(best, time.perf_counter() - start)
print(best)
