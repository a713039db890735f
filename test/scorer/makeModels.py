"""Makes the models of test/scorer/models and the scores that they must give.

    python3 -m venv venv && venv/bin/pip install numpy onnx onnxruntime tokenizers jinja2
    venv/bin/python test/scorer/makeModels.py

The expected scores come from numpy (decoder.py) over ids from the Rust tokenizers and chats from Python's jinja2, put
together as each family's own script does it; quantized models are run by Python's onnxruntime instead. The tests
need none of this: what it makes is committed.
"""

import json
import shutil
from pathlib import Path

import jinja2
import numpy as np
import onnx
import onnxruntime
from decoder import build, forward, weights
from onnx import TensorProto, helper, numpy_helper
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
OUT = HERE / 'models'
VOCABULARY = 352

SOLUTIONS = [
    {
        'problem': 'Tom has 3 apples and buys 4 more. How many apples has he?',
        'steps': ['Tom starts with 3 apples.', '3 + 4 = 7', 'So he has $\\boxed{7}$ apples.'],
    },
    {'problem': 'What is 2 + 2?', 'steps': ['Step 1: 2 + 2 = 5.']},
    {
        'problem': 'Wieviel ist 10 - 6/2? Ünïcödé 数学 🙂',
        'steps': ['6/2 = 3\nso far', '', '  10 - 3 = 7 – fine ', 'x^2 - 4 = (x-2)(x+2), + or -', 'Done.'],
    },
]
TEXT = [row['problem'] + ' ' + '\n'.join(row['steps']) for row in SOLUTIONS] + [
    'Step 1: we add 12 and 35. Step 2: the sum is 47. Therefore the answer is 47.',
    'First we multiply the number of fields by the rows in each field, then we divide.',
    '+ - * / = ( ) \n\n how many are there in a week? Then, so, next, finally.',
]

# --- tokenizers ----------------------------------------------------------------------------------------------------


def byte_level(special, chat=None, bos=None):
    """As those of Qwen and Llama 3: byte-level BPE without a prefix space."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    from tokenizers import Regex

    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), 'isolated'), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    room = VOCABULARY - len(special)
    trainer = trainers.BpeTrainer(vocab_size=room, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(TEXT, trainer)
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in special])
    config = {'tokenizer_class': 'PreTrainedTokenizerFast'}
    if chat:
        config['chat_template'] = chat
    if bos:
        config['bos_token'] = bos
    return tokenizer, config


def sentencepiece_like():
    """As that of Mistral: BPE over text with ▁ for spaces, bytes for what it lacks, <s> in front."""
    base = Tokenizer(models.BPE(unk_token='<unk>'))
    normal = normalizers.Sequence([normalizers.Prepend('▁'), normalizers.Replace(' ', '▁')])
    base.normalizer = normal
    room = VOCABULARY - 259
    trainer = trainers.BpeTrainer(vocab_size=room, special_tokens=[], show_progress=False)
    base.train_from_iterator([text + ' ки' for text in TEXT] + [' ки'] * 40, trainer)
    trained = json.loads(base.to_str())['model']
    vocabulary = {'<unk>': 0, '<s>': 1, '</s>': 2, **{f'<0x{byte:02X}>': 3 + byte for byte in range(256)}}
    # As sentencepiece does it, no token goes on past the end of a word.
    within = lambda token: '\n' not in token and '▁' not in token[1:]
    for token in sorted(trained['vocab'], key=trained['vocab'].get):
        if token not in vocabulary and within(token):
            vocabulary[token] = len(vocabulary)
    merges = [tuple(pair) for pair in trained['merges'] if within(''.join(pair))]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token='<unk>', byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normal
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace('▁', ' '), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(' ', 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(single='<s> $A', pair='<s> $A <s> $B', special_tokens=[('<s>', 1)])
    tokenizer.add_special_tokens(['<unk>', '<s>', '</s>'])
    assert len(vocabulary) <= VOCABULARY
    return tokenizer, {'tokenizer_class': 'LlamaTokenizer', 'bos_token': '<s>', 'add_bos_token': True}


QWEN_CHAT = (
    "{%- if messages[0]['role'] == 'system' %}{{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}"
    "{%- else %}{{- '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{%- endif %}"
    "{%- for message in messages %}{%- if message.role == 'user' or message.role == 'assistant' or (message.role == 'system' and not loop.first) %}"
    "{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
)
LLAMA_CHAT = (
    "{{- bos_token }}{%- for message in messages %}"
    "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}"
)
TOKENIZERS = {
    'qwen': byte_level(['<|im_start|>', '<|im_end|>', '<extra_0>'], QWEN_CHAT, '<|im_start|>'),
    'llama': byte_level(
        ['<|begin_of_text|>', '<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'], LLAMA_CHAT, '<|begin_of_text|>'
    ),
    'mistral': sentencepiece_like(),
}


def encode(name, text, special=False):
    return TOKENIZERS[name][0].encode(text, add_special_tokens=special).ids


def chat(name, messages):
    config = TOKENIZERS[name][1]
    template = jinja2.Environment().from_string(config['chat_template'])
    return template.render(messages=messages, bos_token=config.get('bos_token'), add_generation_prompt=False)


# --- what the families' scripts feed and read: ids, and a function from logits to scores ---------------------------


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def first_of(logits):
    return np.exp(logits[0]) / (np.exp(logits[0]) + np.exp(logits[1]))


def pieces(tokenizer, start, steps, separator):
    """`prepare_input` of Skywork: ids, and flags where a step ends."""
    ids, places = encode(tokenizer, start), []
    for step in steps:
        ids = ids + (encode(tokenizer, step) if step else []) + [separator]
        places.append(len(ids) - 1)
    return ids, places


def qwen(solution):
    system = 'Please reason step by step, and put your final answer within \\boxed{}.'
    messages = [
        {'role': 'system', 'content': system},
        {'role': 'user', 'content': solution['problem']},
        {'role': 'assistant', 'content': '<extra_0>'.join(solution['steps']) + '<extra_0>'},
    ]
    ids = encode('qwen', chat('qwen', messages))
    separator = encode('qwen', '<extra_0>')[0]
    return ids, [place for place, token in enumerate(ids) if token == separator]


def shepherd(solution):
    steps = [step if step.startswith('Step 1') else f'Step {k}: {step}' for k, step in enumerate(solution['steps'], 1)]
    ids = encode('mistral', f"{solution['problem']} " + '\n'.join(step + ' ки' for step in steps), True)
    tag = encode('mistral', 'ки')[-1]
    return ids, [place for place, token in enumerate(ids) if token == tag]


def rlhflow(w, solution):
    """As `prm_evaluate.py`: a run per step over the conversation so far, read at -3."""
    conversation, scores = [], []
    for k, step in enumerate(solution['steps']):
        conversation.append({'role': 'user', 'content': f"{solution['problem']} {step}" if k == 0 else step})
        conversation.append({'role': 'assistant', 'content': '+'})
        ids = encode('llama', chat('llama', conversation))
        scores.append(first_of(forward(w, ids)[-3]))
    return ids, scores


# --- models --------------------------------------------------------------------------------------------------------

EXPECTED = {}


def write(name, tokenizer, card, model, rows, external=False):
    folder = OUT / name
    folder.mkdir(parents=True)
    if external:
        onnx.save_model(model, folder / 'model.onnx', save_as_external_data=True, location='model.onnx_data', size_threshold=1024)
    else:
        onnx.save(model, folder / 'model.onnx')
    (folder / 'prm.json').write_text(json.dumps({'schema': 1, 'name': name, **card}, ensure_ascii=False, indent=2) + '\n')
    EXPECTED[name] = {'tokenizer': tokenizer, 'rows': rows}


def expected(w, prepare, score):
    rows = []
    for solution in SOLUTIONS:
        ids, places = prepare(solution)
        logits = forward(w, ids)
        rows.append({**solution, 'ids': ids, 'scores': [float(score(logits[place])) for place in places]})
    return rows


def run_rows(model, prepare, score):
    """The scores by Python's onnxruntime, a row at a time."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=['CPUExecutionProvider'])
    rows = []
    for solution in SOLUTIONS:
        ids, places = prepare(solution)
        feeds = {'input_ids': np.array([ids], np.int64), 'attention_mask': np.ones((1, len(ids)), np.int64)}
        logits = session.run(['logits'], feeds)[0][0].astype(np.float64)
        rows.append({**solution, 'ids': ids, 'scores': [float(score(logits[place])) for place in places]})
    return rows


def plain_line(solution):
    return pieces('qwen', solution['problem'] + '\n', solution['steps'], LINE)


def with_features(w, solution):
    """Features as `stepShape` of the tests makes them: characters of the step / 100, its index / 10, 1."""
    ids, places = plain_line(solution)
    logits = forward(w, ids)[places, 0]
    features = np.array([[len(step) / 100, k / 10, 1.0] for k, step in enumerate(solution['steps'])])
    return {**solution, 'ids': ids, 'scores': [float(s) for s in sigmoid(logits + features @ w['feature'][:, 0])]}


LINE = encode('qwen', '\n')[0]
EXTRA = encode('qwen', '<extra_0>')[0]
TAG = encode('mistral', 'ки')[-1]


def token(tokenizer, text):
    return {'text': text, 'id': encode(tokenizer, text)[-1]}


def make_families():
    line = {'family': 'cfprm', 'separator': {'text': '\n', 'id': LINE}, 'maxLength': 512}
    w = weights(1, VOCABULARY, 1)
    rows = expected(w, plain_line, lambda logits: sigmoid(logits[0]))
    write('cfprm', 'qwen', {**line, 'licence': 'MIT', 'trainedOn': 'nothing: random weights'}, build(w), rows)
    write('external', 'qwen', line, build(w), rows, external=True)

    w = weights(2, VOCABULARY, 1, features=3)
    card = {**line, 'head': {'kind': 'rewards'}, 'features': {'set': 'step-shape', 'version': 1, 'size': 3}}
    write('rewards', 'qwen', card, build(w, ids='int32', rewards=True), [with_features(w, row) for row in SOLUTIONS])

    w = weights(3, VOCABULARY, 2)
    extra = {'family': 'qwen2.5-math-prm', 'separator': {'text': '<extra_0>', 'id': EXTRA}, 'maxLength': 512}
    second = lambda logits: first_of(logits[::-1])
    write('qwen', 'qwen', extra, build(w), expected(w, qwen, second))
    # The same model with another operator: wrong on some WebGPU drivers, without an error.
    write('attention', 'qwen', extra, build(w, past=True, fused=True), expected(w, qwen, second))
    for precision in ('int8', 'int4'):
        model = build(w, quantized=precision)
        write(precision, 'qwen', extra, model, run_rows(model, qwen, second))

    w = weights(4, VOCABULARY, VOCABULARY)
    plus, minus = token('mistral', '+'), token('mistral', '-')
    card = {
        'family': 'math-shepherd',
        'separator': {'text': 'ки', 'id': TAG},
        'head': {'kind': 'vocabulary', 'positive': plus, 'negative': minus},
        'maxLength': 512,
    }
    rows = expected(w, shepherd, lambda logits: first_of(logits[[plus['id'], minus['id']]]))
    write('shepherd', 'mistral', card, build(w, positions=True), rows)

    w = weights(5, VOCABULARY, 1)
    start = lambda s: pieces('qwen', '<|im_start|>' + s['problem'] + '\n', s['steps'], LINE)
    rounded = {name: value.astype(np.float16) for name, value in w.items()}
    card = {'family': 'skywork-o1-open-prm', 'separator': {'text': '\n', 'id': LINE}, 'maxLength': 512}
    write('skywork', 'qwen', card, build(w, half=True), expected(rounded, start, lambda logits: sigmoid(logits[0])))

    w = weights(6, VOCABULARY, 2)
    card = {
        'family': 'rlhflow',
        'separator': token('llama', '+'),
        'head': {'kind': 'vocabulary', 'positive': token('llama', '+'), 'negative': token('llama', '-')},
        'maxLength': 512,
    }
    rows = []
    for solution in SOLUTIONS:
        ids, scores = rlhflow(w, solution)
        rows.append({**solution, 'ids': ids, 'scores': [float(score) for score in scores]})
    write('rlhflow', 'llama', card, build(w, past=True), rows)


def make_checked():
    """A model that takes the step features of the program and says nothing but whether an equation is false.

    The sigmoid of 2, and of -2 where `has_false` is 1. Its place and the number of features are those of version 1.
    """
    size, has_false = 108, 11
    weight = np.zeros((size, 1), np.float32)
    weight[has_false] = -4
    inputs = [
        helper.make_tensor_value_info('input_ids', TensorProto.INT64, ['batch', 'length']),
        helper.make_tensor_value_info('features', TensorProto.FLOAT, ['batch', 'steps', size]),
    ]
    nodes = [
        helper.make_node('MatMul', ['features', 'weight'], ['sum']),
        helper.make_node('Add', ['sum', 'bias'], ['logit']),
        helper.make_node('Sigmoid', ['logit'], ['each']),
        helper.make_node('Squeeze', ['each', 'last'], ['rewards']),
    ]
    constants = [
        numpy_helper.from_array(weight, 'weight'),
        numpy_helper.from_array(np.array([2], np.float32), 'bias'),
        numpy_helper.from_array(np.array([2], np.int64), 'last'),
    ]
    out = helper.make_tensor_value_info('rewards', TensorProto.FLOAT, ['batch', 'steps'])
    graph = helper.make_graph(nodes, 'checked', inputs, [out], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    line = {'family': 'cfprm', 'separator': {'text': '\n', 'id': LINE}, 'maxLength': 512, 'head': {'kind': 'rewards'}}
    write('checked', 'qwen', {**line, 'features': {'set': 'cfprm-steps', 'version': 1, 'size': size}}, model, [])


def make_broken():
    """Models that must be refused: a pooled classifier, one that gives NaN, one that knows too few ids (none of the special tokens)."""
    ids = helper.make_tensor_value_info('input_ids', TensorProto.INT64, ['batch', 'length'])
    table = lambda name, value: numpy_helper.from_array(np.asarray(value, np.float32), name)
    line = {'family': 'cfprm', 'separator': {'text': '\n', 'id': LINE}, 'maxLength': 512}

    def save(name, nodes, constants, shape):
        out = helper.make_tensor_value_info('logits', TensorProto.FLOAT, shape)
        graph = helper.make_graph(nodes, name, [ids], [out], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
        model.ir_version = 8
        write(name, 'qwen', line, model, [])

    value = np.linspace(-1, 1, VOCABULARY)[:, None]
    gather = helper.make_node('Gather', ['table', 'input_ids'], ['each'])
    mean = helper.make_node('ReduceMean', ['each'], ['logits'], axes=[1], keepdims=0)
    save('pooled', [gather, mean], [table('table', value)], ['batch', 1])
    # The square root of a negative number, wherever an emoji's first byte stands.
    values = np.ones((VOCABULARY, 1))
    values[encode('qwen', '🙂')[0]] = -1
    # Summed up, so that every later position has it, too.
    total = helper.make_node('CumSum', ['root', 'axis'], ['logits'])
    root = helper.make_node('Sqrt', ['each'], ['root'])
    save('nan', [gather, root, total], [table('table', values), numpy_helper.from_array(np.array(1, np.int64), 'axis')], ['batch', 'length', 1])
    same = helper.make_node('Identity', ['each'], ['logits'])
    save('small', [gather, same], [table('table', value[: VOCABULARY - 3])], ['batch', 'length', 1])


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    for name, (tokenizer, config) in TOKENIZERS.items():
        folder = OUT / 'tokenizers' / name
        folder.mkdir(parents=True)
        (folder / 'tokenizer.json').write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False))
        (folder / 'tokenizer_config.json').write_text(json.dumps(config, indent=2) + '\n')
    make_families()
    make_checked()
    make_broken()
    (OUT / 'expected.json').write_text(json.dumps(EXPECTED, ensure_ascii=False, indent=1) + '\n')


main()
