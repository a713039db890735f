import { t } from '@vscode/l10n';
import {
  type ChatMessage,
  chatMessages,
  plainStart,
  plainStep,
  plainText,
  type Solution,
  separatorInText,
} from './compose';
import type { ModelSpec } from './modelSpec';
import { type Scored, scoreFail } from './scoreFault';

/** The first character of a private plane, which no text is expected to hold. */
const FIRST_MARK = 0xf0000;

/** What aligning needs of a tokenizer. */
export interface TokenizerView {
  /** Token ids of a text; `special` adds the tokenizer's own special tokens. */
  encode(text: string, special: boolean): number[];
  /** The text that stands for the beginning, empty if the tokenizer has none. */
  readonly bos: string;
  /** The text of a conversation. Faults: there is no chat template, or it refuses. */
  render(messages: readonly { role: string; content: string }[]): Scored<string>;
}

/** A solution as the model is fed with it. */
export interface Aligned {
  readonly ids: readonly number[];
  /** For every step, the 0-based position in `ids` where its value is read; ascending. */
  readonly positions: readonly number[];
}

/**
 * Turns a solution into token ids and the positions of its steps' values. Nothing is ever cut.
 *
 * @param separatorId the id of the separator's token
 * @param vocabulary number of ids that the model knows, if that is known
 *
 * Faults: a step holds the separator (`separator-in-text`); the tokenizer does not keep each separator as one token
 * (`separator-mismatch`); the text is longer than the model's input (`too-long`); an id is not in the vocabulary
 * (`outside-vocabulary`); those of the chat template.
 */
export function align(
  spec: ModelSpec,
  solution: Solution,
  tokenizer: TokenizerView,
  separatorId: number,
  vocabulary?: number,
): Scored<Aligned> {
  const aligned = alignUnchecked(spec, solution, tokenizer, separatorId);
  if (!aligned.ok) return aligned;
  const { ids } = aligned.value;
  if (ids.length > spec.maxLength) {
    return scoreFail(
      'too-long',
      t(
        'The solution is {0} tokens long, and {1} reads {2}. It was not scored, because nothing is cut; take a model with a longer input.',
        ids.length,
        spec.name,
        spec.maxLength,
      ),
    );
  }
  if (vocabulary === undefined) return aligned;
  const odd = ids.find((id) => id >= vocabulary);
  if (odd === undefined) return aligned;
  return scoreFail(
    'outside-vocabulary',
    t(
      'The tokenizer gives the id {0}, and {1} knows {2} ids. Take the tokenizer.json that belongs to this model.',
      odd,
      spec.name,
      vocabulary,
    ),
  );
}

function alignUnchecked(
  spec: ModelSpec,
  solution: Solution,
  tokenizer: TokenizerView,
  separatorId: number,
): Scored<Aligned> {
  if (solution.steps.length === 0) return { ok: true, value: { ids: [], positions: [] } };
  const { template } = spec;
  if (spec.tokenize === 'pieces' && template.kind === 'plain') {
    return { ok: true, value: pieces(spec, template, solution, tokenizer, separatorId) };
  }
  if (template.kind === 'chat' && template.layout === 'turns') return turns(spec, solution, tokenizer);
  return whole(spec, solution, tokenizer, separatorId);
}

/** Start and steps tokenized apart: the separators are where they were put, whatever the texts hold. */
function pieces(
  spec: ModelSpec,
  template: Extract<ModelSpec['template'], { kind: 'plain' }>,
  { problem, steps }: Solution,
  tokenizer: TokenizerView,
  separatorId: number,
): Aligned {
  const ids = tokenizer.encode(plainStart(template, problem, tokenizer.bos), spec.specialTokens);
  const back = spec.read === 'before-separator' ? 1 : 0;
  const positions = steps.map((step, index) => {
    const text = plainStep(template, step, index);
    if (text !== '') for (const id of tokenizer.encode(text, false)) ids.push(id);
    ids.push(separatorId);
    return ids.length - 1 - back;
  });
  return { ids, positions };
}

/** The text tokenized as one: the separators are the tokens with their id. */
function whole(
  spec: ModelSpec,
  solution: Solution,
  tokenizer: TokenizerView,
  separatorId: number,
): Scored<Aligned> {
  const { separator, template } = spec;
  const held = separatorInText(spec, solution);
  if (held !== undefined) {
    const where = held === 0 ? t('The problem') : t('Step {0}', held);
    return scoreFail(
      'separator-in-text',
      t(
        '{0} holds {1}, which {2} takes for the end of a step. Remove it from the text to score this solution.',
        where,
        JSON.stringify(separator.text),
        spec.name,
      ),
    );
  }
  let ids: number[];
  if (template.kind === 'plain') {
    ids = tokenizer.encode(plainText(template, separator.text, solution, tokenizer.bos), spec.specialTokens);
  } else {
    const rendered = tokenizer.render(chatMessages(template, separator.text, solution));
    if (!rendered.ok) return rendered;
    ids = tokenizer.encode(rendered.value, spec.specialTokens);
  }
  const positions = ids.flatMap((id, position) => (id === separatorId ? [position] : []));
  if (positions.length === solution.steps.length) return { ok: true, value: { ids, positions } };
  return scoreFail(
    'separator-mismatch',
    t(
      'The solution has {0} steps, but the tokenizer kept {1} separators {2} (id {3}). Check that separator and tokenizer.json belong to {4}.',
      solution.steps.length,
      positions.length,
      JSON.stringify(separator.text),
      separatorId,
      spec.name,
    ),
  );
}

/**
 * A turn per step. The place of an answer is the length of what stands before it, in tokens: true only if the
 * tokens of the beginnings are beginnings of the tokens of the whole, which is checked.
 */
function turns(spec: ModelSpec, solution: Solution, tokenizer: TokenizerView): Scored<Aligned> {
  const { separator, template } = spec;
  if (template.kind !== 'chat') throw new Error('Turns need a chat template.');
  const messages = chatMessages(template, separator.text, solution);
  const rendered = tokenizer.render(messages);
  if (!rendered.ok) return rendered;
  const places = answerPlaces(rendered.value, messages, tokenizer, separator.text);
  if (!places.ok) return places;
  const ids = tokenizer.encode(rendered.value, spec.specialTokens);
  const positions: number[] = [];
  let read = 0;
  const known: number[] = [];
  for (const place of places.value) {
    const part = rendered.value.slice(read, place);
    for (const id of tokenizer.encode(part, read === 0 && spec.specialTokens)) known.push(id);
    read = place;
    positions.push(known.length - 1);
  }
  const answer = separator.id ?? ids[positions[0]! + 1]!;
  const kept = known.every((id, index) => ids[index] === id);
  if (kept && positions.every((position) => position >= 0 && ids[position + 1] === answer)) {
    return { ok: true, value: { ids, positions } };
  }
  return scoreFail(
    'separator-mismatch',
    t(
      'The tokenizer joins the answer {0} (id {1}) with the text around it, so the places of the {2} steps are not sure. Check that chat template and tokenizer.json belong to {3}.',
      JSON.stringify(separator.text),
      answer,
      solution.steps.length,
      spec.name,
    ),
  );
}

/** The offsets of the answers in a rendered conversation: found with answers that occur nowhere else in it. */
function answerPlaces(
  rendered: string,
  messages: readonly ChatMessage[],
  tokenizer: TokenizerView,
  answer: string,
): Scored<number[]> {
  let mark = FIRST_MARK;
  while (rendered.includes(String.fromCodePoint(mark))) mark++;
  const marked = tokenizer.render(
    messages.map((message) =>
      message.role === 'assistant' ? { ...message, content: String.fromCodePoint(mark) } : message,
    ),
  );
  if (!marked.ok) return marked;
  const between = marked.value.split(String.fromCodePoint(mark));
  const answers = messages.filter(({ role }) => role === 'assistant').length;
  if (between.length !== answers + 1 || between.join(answer) !== rendered) {
    return scoreFail(
      'tokenizer-invalid',
      t(
        'The chat template does not write every answer once and as it is, so the steps cannot be told apart. Use the tokenizer_config.json that belongs to this model.',
      ),
    );
  }
  let offset = 0;
  const places = between.slice(0, -1).map((text) => {
    offset += text.length;
    const place = offset;
    offset += answer.length;
    return place;
  });
  return { ok: true, value: places };
}
