import type { Json, JsonObject } from '../formats/format';
import { errorWords } from '../result';
import { checkSchema } from './checkSchema';
import { FAMILIES, INPUT_NAMES } from './families';
import type { FamilyId, Head, ModelSpec, TemplateSpec } from './modelSpec';
import { PRM_SCHEMA } from './prmSchema';
import { type Scored, scoreFail } from './scoreFault';

/** The name of the file that describes a model, in the model's folder. */
export const CARD_FILE = 'prm.json';

/**
 * Reads `prm.json` and fills in the defaults of its family. Faults (`card-invalid`): no JSON, an entry that is
 * unknown, missing or of the wrong kind, and entries that do not go together.
 */
export function parseCard(json: string): Scored<ModelSpec> {
  let card: Json;
  try {
    card = JSON.parse(json) as Json;
  } catch (error) {
    return invalid(`it is not valid JSON (${errorWords(error)})`);
  }
  const odd = checkSchema(card, PRM_SCHEMA);
  if (odd !== undefined) return invalid(odd);
  return resolveCard(card as JsonObject);
}

function resolveCard(card: JsonObject): Scored<ModelSpec> {
  const { title, architectures, nameWords, ...defaults } = FAMILIES[card.family as FamilyId];
  const { schema, $schema, ...entries } = card;
  const given = entries as unknown as Partial<ModelSpec> & Pick<ModelSpec, 'name' | 'family'>;
  const separator = given.separator ?? defaults.separator;
  if (separator === undefined) {
    return invalid(
      `separator is missing: the family ${given.family} has no default, so name its text and id`,
    );
  }
  const head = given.head ?? defaults.head;
  const spec: ModelSpec = {
    ...defaults,
    ...given,
    file: given.file ?? 'model.onnx',
    separator,
    head,
    template: withDefaults(given.template ?? defaults.template),
    activation: given.activation ?? (given.head === undefined ? defaults.activation : usual(head)),
    inputs: { ...INPUT_NAMES, ...given.inputs },
    output: given.output ?? (head.kind === 'rewards' ? 'rewards' : 'logits'),
  };
  const clash = contradiction(spec);
  return clash === undefined ? { ok: true, value: spec } : invalid(clash);
}

/** The optional texts of a plain template are empty unless given. */
function withDefaults(template: TemplateSpec): TemplateSpec {
  return template.kind === 'plain'
    ? { ...template, ...pick(template), kind: 'plain', start: template.start }
    : template;
}

function pick(template: Partial<Record<'prefix' | 'beforeSeparator' | 'joiner', string>>) {
  const { prefix = '', beforeSeparator = '', joiner = '' } = template;
  return { prefix, beforeSeparator, joiner };
}

function usual(head: Head): ModelSpec['activation'] {
  if (head.kind === 'rewards') return 'none';
  return head.kind === 'one-logit' ? 'sigmoid' : 'softmax';
}

/** Entries that each are possible, but not together. */
function contradiction({ head, activation, template, tokenize, read }: ModelSpec): string | undefined {
  const pair = head.kind === 'two-logits' || head.kind === 'vocabulary';
  if (pair && activation === 'none') {
    return `activation "none" leaves a head of kind "${head.kind}" without one value per step: take "softmax"`;
  }
  if (!pair && activation === 'softmax') {
    return `activation "softmax" needs two logits, which a head of kind "${head.kind}" has not: take "sigmoid" or "none"`;
  }
  if (template.kind === 'plain') {
    if (!template.start.includes('{problem}'))
      return 'template.start has no {problem}: the model would not see it';
    const glued = template.beforeSeparator !== '' || template.joiner !== '';
    if (tokenize === 'pieces' && glued) {
      return 'tokenize "pieces" puts nothing but the separator between steps: leave beforeSeparator and joiner out';
    }
    if (read === 'before-separator' && tokenize === 'whole') {
      return 'read "before-separator" needs tokenize "pieces" or the chat layout "turns", where separators have a sure place';
    }
    return undefined;
  }
  if (tokenize === 'pieces') return 'a chat template cannot be tokenized in pieces: take tokenize "whole"';
  const turns = template.layout === 'turns';
  if (turns === (read === 'before-separator')) return undefined;
  return turns
    ? 'with the chat layout "turns" the value stands before the answer: take read "before-separator"'
    : 'with the chat layout "answer" the value stands at the separator: take read "at-separator"';
}

function invalid(what: string): Scored<never> {
  return scoreFail('card-invalid', `${CARD_FILE}: ${what}.`);
}
