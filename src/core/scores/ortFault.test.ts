import assert from 'node:assert/strict';
import { nativeReason, type OrtStage, ortFault } from './ortFault';

// Messages as onnxruntime-node 1.30 gave them.
const MESSAGES: readonly (readonly [string, OrtStage, string])[] = [
  ['no available backend found. ERR: [dml] backend not found.', 'create', 'provider-not-built'],
  [
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    'create',
    'provider-library-missing',
  ],
  ['Failed to get a WebGPU adapter: No supported adapters', 'create', 'provider-no-device'],
  [
    "Load model from /m/model.onnx failed:Load model /m/model.onnx failed. File doesn't exist",
    'create',
    'model-not-found',
  ],
  ['Load model from /m/model.onnx failed:Protobuf parsing failed.', 'create', 'model-corrupt'],
  ['External data path does not exist: "/m/model.onnx_data"', 'create', 'model-data-missing'],
  ['External data path escapes model directory', 'create', 'model-data-escapes'],
  ['The external data is out of bounds or can not be read in full.', 'create', 'model-corrupt'],
  [
    'indices element out of data bounds, idx=70 must be within the inclusive range [-64,63]',
    'run',
    'outside-vocabulary',
  ],
  ['Unexpected input data type. Actual: (tensor(int32)) , expected: (tensor(int64))', 'run', 'input-invalid'],
  ["input 'token_type_ids' is missing in 'feeds'.", 'run', 'input-invalid'],
  ['Failed to allocate memory for requested buffer of size 5000000000', 'run', 'out-of-memory'],
  ['something nobody has seen', 'create', 'model-corrupt'],
  ['something nobody has seen', 'run', 'input-invalid'],
];

describe('an error of onnxruntime', () => {
  for (const [message, stage, kind] of MESSAGES) {
    it(`is told apart: ${kind} (${message.slice(0, 40)})`, () => {
      const fault = ortFault(message, stage, 'model.onnx');
      assert.equal(fault.kind, kind);
      assert.match(fault.message, /^model\.onnx/);
    });
  }

  it('is told without the places in the source of the library', () => {
    const message =
      'Load model from m failed:/onnxruntime_src/onnxruntime/core/graph/model.cc:187 onnxruntime::Model::Model(onnx::ModelProto&&, ' +
      'const onnxruntime::ModelOptions&) ModelProto does not have a graph.\n';
    assert.match(
      ortFault(message, 'create', 'm').message,
      /\(Load model from m failed:ModelProto does not have a graph\.\)$/,
    );
  });

  it('is explained by what the native library wrote', () => {
    const esc = String.fromCharCode(27);
    const stderr =
      `${esc}[1;31m2026-01-01 [E:onnxruntime:, provider_bridge_ort.cc] Failed to load library ` +
      '/x/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: ' +
      `No such file or directory${esc}[m\n`;
    const fault = ortFault(
      'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
      'create',
      'cuda',
      stderr,
    );
    assert.match(
      fault.message,
      /libcudnn\.so\.9: cannot open shared object file: No such file or directory\)$/,
    );
    assert.equal(fault.detail, stderr);
    assert.equal(nativeReason('nothing of the kind'), undefined);
  });
});
