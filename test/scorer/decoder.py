"""A tiny causal decoder, twice: as an ONNX graph and, independently, in numpy."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HIDDEN, HEADS, INNER, LAYERS = 32, 2, 48, 2
HEAD_DIM = HIDDEN // HEADS
INVERSE = (1.0 / 100.0 ** (np.arange(0, HEAD_DIM, 2) / HEAD_DIM)).astype(np.float32)


def weights(seed, vocabulary, outputs, features=0):
    """Random weights, by name, as float32."""
    random = np.random.default_rng(seed)

    def matrix(rows, columns, scale=None):
        return (random.standard_normal((rows, columns)) * (scale or 1 / np.sqrt(rows))).astype(np.float32)

    result = {'embedding': matrix(vocabulary, HIDDEN, 1.0), 'head': matrix(HIDDEN, outputs, 0.3)}
    if features:
        result['feature'] = matrix(features, 1, 1.0)
    for layer in range(LAYERS):
        for name in 'qkvo':
            result[f'{layer}{name}'] = matrix(HIDDEN, HIDDEN)
        result[f'{layer}gate'] = matrix(HIDDEN, INNER)
        result[f'{layer}up'] = matrix(HIDDEN, INNER)
        result[f'{layer}down'] = matrix(INNER, HIDDEN)
    return result


# --- numpy ---------------------------------------------------------------------------------------------------------


def forward(w, ids):
    """Logits [positions, outputs] of one row without padding, in float64."""
    w = {name: value.astype(np.float64) for name, value in w.items()}
    x = w['embedding'][ids]
    count = len(ids)
    angles = np.arange(count)[:, None] * INVERSE.astype(np.float64)[None, :]
    cos, sin = np.cos(angles), np.sin(angles)

    def norm(value):
        return value / np.sqrt((value**2).mean(-1, keepdims=True) + 1e-6)

    def turn(value):
        half = HEAD_DIM // 2
        first, second = value[:, :half], value[:, half:]
        return np.concatenate([first * cos - second * sin, second * cos + first * sin], -1)

    for layer in range(LAYERS):
        normed = norm(x)
        q, k, v = (normed @ w[f'{layer}{name}'] for name in 'qkv')
        parts = []
        for head in range(HEADS):
            span = slice(head * HEAD_DIM, (head + 1) * HEAD_DIM)
            scores = turn(q[:, span]) @ turn(k[:, span]).T / np.sqrt(HEAD_DIM)
            scores = np.where(np.tril(np.ones((count, count), bool)), scores, -np.inf)
            share = np.exp(scores - scores.max(-1, keepdims=True))
            parts.append(share / share.sum(-1, keepdims=True) @ v[:, span])
        x = x + np.concatenate(parts, -1) @ w[f'{layer}o']
        normed = norm(x)
        gate = normed @ w[f'{layer}gate']
        x = x + (gate / (1 + np.exp(-gate)) * (normed @ w[f'{layer}up'])) @ w[f'{layer}down']
    return norm(x) @ w['head']


# --- ONNX ----------------------------------------------------------------------------------------------------------


class Graph:
    """An ONNX graph under construction."""

    def __init__(self, half=False, quantized=None):
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []
        self.half, self.quantized = half, quantized

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def whole(self, name, value):
        return self.constant(name, np.array(value, np.int64))

    def real(self, name, value):
        return self.constant(name, np.asarray(value, np.float16 if self.half else np.float32))

    def op(self, kind, inputs, name=None, domain='', outputs=None, **attributes):
        names = outputs or [name or f'{kind}_{len(self.nodes)}']
        self.nodes.append(helper.make_node(kind, inputs, names, name=f'{kind}_{len(self.nodes)}', domain=domain, **attributes))
        return names[0] if len(names) == 1 else names

    def matmul(self, x, name, value):
        """x times a constant, in the graph's precision."""
        if self.quantized == 'int8':
            scale = np.float32(np.abs(value).max() / 127)
            self.constant(f'{name}_q', np.clip(np.round(value / scale), -127, 127).astype(np.int8))
            self.constant(f'{name}_s', scale)
            self.constant(f'{name}_z', np.array(0, np.int8))
            parts = [f'{name}_x', f'{name}_xs', f'{name}_xz']
            self.op('DynamicQuantizeLinear', [x], outputs=parts)
            product = self.op('MatMulInteger', [parts[0], f'{name}_q', parts[2], f'{name}_z'])
            return self.op('Mul', [self.op('Cast', [product], to=TensorProto.FLOAT), self.op('Mul', [parts[1], f'{name}_s'])])
        if self.quantized == 'int4':
            rows, columns = value.shape
            block = 16
            blocks = value.T.reshape(columns, rows // block, block)
            scales = (np.abs(blocks).max(-1) / 7).astype(np.float32)
            codes = np.clip(np.round(blocks / scales[..., None]), -8, 7).astype(np.int32) + 8
            self.constant(f'{name}_q', (codes[..., 0::2] | (codes[..., 1::2] << 4)).astype(np.uint8))
            self.constant(f'{name}_s', scales)
            return self.op('MatMulNBits', [x, f'{name}_q', f'{name}_s'], domain='com.microsoft', K=rows, N=columns, bits=4, block_size=block)
        return self.op('MatMul', [x, self.real(name, value)])

    def model(self):
        graph = helper.make_graph(self.nodes, 'prm', self.inputs, self.outputs, self.constants)
        sets = [helper.make_opsetid('', 17), helper.make_opsetid('com.microsoft', 1)]
        made = helper.make_model(graph, opset_imports=sets, producer_name='cfprm-tests')
        made.ir_version = 8
        return made


def build(w, *, ids='int64', half=False, quantized=None, positions=False, rewards=False, past=False, fused=False):
    """The decoder as a model with `logits` [batch, positions, outputs], or `rewards` [batch, steps].

    `fused` takes the operator GroupQueryAttention, as exporters for generation do; it needs `past`.
    """
    g = Graph(half, quantized)
    integer = TensorProto.INT32 if ids == 'int32' else TensorProto.INT64
    real = TensorProto.FLOAT16 if half else TensorProto.FLOAT

    def take(name, kind, shape):
        g.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    tokens = take('input_ids', integer, ['batch', 'length'])
    mask = take('attention_mask', integer, ['batch', 'length'])
    g.whole('zero', [0]), g.whole('one', [1]), g.whole('last', [-1])
    g.whole('half', [HEAD_DIM // 2]), g.whole('full', [HEAD_DIM])
    g.whole('split', [0, 0, HEADS, HEAD_DIM]), g.whole('join', [0, 0, HIDDEN])
    mask64 = g.op('Cast', [mask], to=TensorProto.INT64)
    if positions:
        place = g.op('Cast', [take('position_ids', integer, ['batch', 'length'])], to=TensorProto.INT64)
    else:
        place = g.op('Sub', [g.op('CumSum', [mask64, g.whole('axis', 1)]), 'one'])
    angles = g.op('Mul', [g.op('Unsqueeze', [g.op('Cast', [place], to=TensorProto.FLOAT), 'last']), g.constant('inverse', INVERSE)])

    def wave(kind):
        value = g.op('Unsqueeze', [g.op(kind, [angles]), 'one'])
        return g.op('Cast', [value], to=real) if half else value

    cos, sin = wave('Cos'), wave('Sin')
    count = g.op('Squeeze', [g.op('Gather', [g.op('Shape', [tokens]), 'one'])])
    row = g.op('Range', [g.whole('from', 0), count, g.whole('step', 1)])
    causal = g.op('LessOrEqual', [g.op('Unsqueeze', [row, 'zero']), g.op('Unsqueeze', [row, 'one'])])
    seen = g.op('Cast', [g.op('Unsqueeze', [g.op('Unsqueeze', [mask64, 'one']), 'one'])], to=TensorProto.BOOL)
    bias = g.op('Where', [g.op('And', [g.op('Unsqueeze', [g.op('Unsqueeze', [causal, 'zero']), 'zero']), seen]), g.real('none', 0.0), g.real('never', -1e4)])
    g.constant('epsilon', np.array([1e-6], np.float32))
    g.real('scale', 1 / np.sqrt(HEAD_DIM))

    def norm(x):
        wide = g.op('Cast', [x], to=TensorProto.FLOAT) if half else x
        mean = g.op('ReduceMean', [g.op('Mul', [wide, wide])], axes=[-1], keepdims=1)
        value = g.op('Div', [wide, g.op('Sqrt', [g.op('Add', [mean, 'epsilon'])])])
        return g.op('Cast', [value], to=real) if half else value

    def heads(x):
        return g.op('Transpose', [g.op('Reshape', [x, 'split'])], perm=[0, 2, 1, 3])

    def turn(x):
        first, second = g.op('Slice', [x, 'zero', 'half', 'last']), g.op('Slice', [x, 'half', 'full', 'last'])
        left = g.op('Sub', [g.op('Mul', [first, cos]), g.op('Mul', [second, sin])])
        right = g.op('Add', [g.op('Mul', [second, cos]), g.op('Mul', [first, sin])])
        return g.op('Concat', [left, right], axis=-1)

    if fused:
        table = np.arange(512)[:, None] * INVERSE[None, :]
        g.constant('cosines', np.cos(table).astype(np.float32)), g.constant('sines', np.sin(table).astype(np.float32))
        lengths = g.op('Cast', [g.op('Sub', [g.op('ReduceSum', [mask64, 'one'], keepdims=0), 'one'])], to=TensorProto.INT32)
        total = g.op('Cast', [count], to=TensorProto.INT32)
    x = g.op('Gather', [g.real('embedding', w['embedding']), tokens])
    for layer in range(LAYERS):
        normed = norm(x)
        q, k, v = (g.matmul(normed, f'{layer}{name}', w[f'{layer}{name}']) for name in 'qkv')
        caches = [f'{layer}.key', f'{layer}.value']
        if past:
            # A cache that exporters leave in the model: empty here, joined in front.
            for name in caches:
                take(f'past_key_values.{name}', real, ['batch', HEADS, 'past', HEAD_DIM])
                g.outputs.append(helper.make_tensor_value_info(f'present.{name}', real, ['batch', HEADS, 'total', HEAD_DIM]))
        if fused:
            inputs = [q, k, v, *(f'past_key_values.{name}' for name in caches), lengths, total, 'cosines', 'sines']
            outputs = [f'{layer}mixed', *(f'present.{name}' for name in caches)]
            heads_of = {'num_heads': HEADS, 'kv_num_heads': HEADS}
            mixed = g.op('GroupQueryAttention', inputs, outputs=outputs, domain='com.microsoft', do_rotary=1, **heads_of)[0]
        else:
            q, k, v = turn(heads(q)), turn(heads(k)), heads(v)
            if past:
                k = g.op('Concat', [f'past_key_values.{caches[0]}', k], f'present.{caches[0]}', axis=2)
                v = g.op('Concat', [f'past_key_values.{caches[1]}', v], f'present.{caches[1]}', axis=2)
            scores = g.op('Add', [g.op('Mul', [g.op('MatMul', [q, g.op('Transpose', [k], perm=[0, 1, 3, 2])]), 'scale']), bias])
            mixed = g.op('Transpose', [g.op('MatMul', [g.op('Softmax', [scores], axis=-1), v])], perm=[0, 2, 1, 3])
            mixed = g.op('Reshape', [mixed, 'join'])
        x = g.op('Add', [x, g.matmul(mixed, f'{layer}o', w[f'{layer}o'])])
        normed = norm(x)
        gate = g.matmul(normed, f'{layer}gate', w[f'{layer}gate'])
        up = g.matmul(normed, f'{layer}up', w[f'{layer}up'])
        x = g.op('Add', [x, g.matmul(g.op('Mul', [g.op('Mul', [gate, g.op('Sigmoid', [gate])]), up]), f'{layer}down', w[f'{layer}down'])])
    x = norm(x)
    head = g.real('head', w['head'])
    if rewards:
        places = g.op('Cast', [take('step_positions', integer, ['batch', 'steps'])], to=TensorProto.INT64)
        picked = g.op('GatherND', [x, g.op('Unsqueeze', [places, 'last'])], batch_dims=1)
        logit = g.op('MatMul', [picked, head])
        if 'feature' in w:
            size = w['feature'].shape[0]
            taken = take('features', TensorProto.FLOAT, ['batch', 'steps', size])
            logit = g.op('Add', [logit, g.op('MatMul', [taken, g.constant('feature', w['feature'])])])
        g.op('Squeeze', [g.op('Sigmoid', [logit]), 'last'], 'rewards')
        g.outputs.insert(0, helper.make_tensor_value_info('rewards', TensorProto.FLOAT, ['batch', 'steps']))
    else:
        g.op('MatMul', [x, head], 'logits')
        g.outputs.insert(0, helper.make_tensor_value_info('logits', real, ['batch', 'length', w['head'].shape[1]]))
    return g.model()
