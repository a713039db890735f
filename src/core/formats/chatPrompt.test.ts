import assert from 'node:assert/strict';
import fc from 'fast-check';
import { userText } from './chatPrompt';

const WRAPPED: { readonly [template: string]: (problem: string) => string } = {
  ChatML: (problem) =>
    `<|im_start|>system\nYou help the user.<|im_end|>\n<|im_start|>user\n${problem}<|im_end|>\n<|im_start|>assistant\n`,
  'ChatML without special tokens': (problem) => `user\n${problem}\nassistant\n`,
  'ChatML without special tokens, with a system turn': (problem) =>
    `system\nYou help the user.\nuser\n${problem}\nassistant\n`,
  'ChatML that begins to think': (problem) => `user\n${problem}\nassistant\n<think>\n`,
  'Llama 3': (problem) =>
    `<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n${problem}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n`,
  'Llama 3 without special tokens': (problem) =>
    `system\n\nToday: 26 Jul 2024user\n\n${problem}assistant\n\n`,
  Gemma: (problem) => `<bos><start_of_turn>user\n${problem}<end_of_turn>\n<start_of_turn>model\n`,
  DeepSeek: (problem) => `<｜begin▁of▁sentence｜><｜User｜>${problem}<｜Assistant｜><think>\n`,
  'Llama 2': (problem) => `<s>[INST] <<SYS>>\nHelp.\n<</SYS>>\n\n${problem} [/INST]`,
  Phi: (problem) => `<|user|>\n${problem}<|end|>\n<|assistant|>\n`,
  Alpaca: (problem) => `Below is an instruction.\n\n### Instruction:\n${problem}\n\n### Response:`,
  'User and Assistant': (problem) => `User: ${problem}\n\nAssistant:`,
  nothing: (problem) => problem,
};

describe('the problem in a chat prompt', () => {
  for (const [template, wrap] of Object.entries(WRAPPED)) {
    it(`is found in ${template}`, () => {
      const problem = 'A user\nbuys 2 < 3 apples.\n\nHow many [in all]?';
      assert.equal(userText(wrap(problem)), problem);
      fc.assert(
        fc.property(fc.stringMatching(/^[a-z0-9 $\\{}?.\n]*[?.]$/u), (text) => {
          fc.pre(!/user|assistant/u.test(text));
          assert.equal(userText(wrap(text)), text.trim());
        }),
      );
    });
  }

  it('is what the user says last', () => {
    assert.equal(userText('user\nHi\nassistant\nHello\nuser\nWhat is 2+2?\nassistant\n'), 'What is 2+2?');
    const shots =
      '<|im_start|>user\nA<|im_end|>\n<|im_start|>assistant\n1<|im_end|>\n<|im_start|>user\nB<|im_end|>\n';
    assert.equal(userText(shots), 'B');
    assert.equal(userText('Human: A\n\nAssistant: 1\n\nHuman: B\n\nAssistant:'), 'B');
  });

  it('keeps a text that only speaks of users and assistants', () => {
    const text = 'The user\nasks an assistant\nfor help. How many are there?';
    assert.equal(userText(text), text);
  });
});
