import { t } from '@vscode/l10n';
import type { Json, JsonObject } from '../formats/format';
import { errorWords } from '../result';
import { checkSchema } from './checkSchema';
import { FAMILIES, INPUT_NAMES } from './families';
import type { FamilyId, Head, ModelSpec, OperatingPoints, TemplateSpec } from './modelSpec';
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
    return invalid(t('it is not valid JSON ({0})', errorWords(error)));
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
      t('separator is missing: the family {0} has no default, so name its text and id', given.family),
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
  const clash = contradiction(spec) ?? oddPoints(spec.operatingPoints, spec.activation);
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
    return t(
      'activation "none" leaves a head of kind "{0}" without one value per step: take "softmax"',
      head.kind,
    );
  }
  if (!pair && activation === 'softmax') {
    return t(
      'activation "softmax" needs two logits, which a head of kind "{0}" has not: take "sigmoid" or "none"',
      head.kind,
    );
  }
  if (template.kind === 'plain') {
    if (!template.start.includes('{problem}'))
      return t('template.start has no {problem}: the model would not see it');
    const glued = template.beforeSeparator !== '' || template.joiner !== '';
    if (tokenize === 'pieces' && glued) {
      return t(
        'tokenize "pieces" puts nothing but the separator between steps: leave beforeSeparator and joiner out',
      );
    }
    if (read === 'before-separator' && tokenize === 'whole') {
      return t(
        'read "before-separator" needs tokenize "pieces" or the chat layout "turns", where separators have a sure place',
      );
    }
    return undefined;
  }
  if (tokenize === 'pieces') return t('a chat template cannot be tokenized in pieces: take tokenize "whole"');
  const turns = template.layout === 'turns';
  if (turns === (read === 'before-separator')) return undefined;
  return turns
    ? t('with the chat layout "turns" the value stands before the answer: take read "before-separator"')
    : t('with the chat layout "answer" the value stands at the separator: take read "at-separator"');
}

/** What the schema cannot say of operating points: quantiles rise, and all are scores that the model can give. */
function oddPoints(
  points: OperatingPoints | undefined,
  activation: ModelSpec['activation'],
): string | undefined {
  if (points === undefined) return undefined;
  for (const label of ['correct', 'incorrect'] as const) {
    const { quantiles } = points[label];
    const fall = quantiles.findIndex((value, k) => k > 0 && value < quantiles[k - 1]!);
    if (fall < 0) continue;
    return t(
      'operatingPoints.{0}.quantiles[{1}] is {2}, less than the one before: order them from the lowest score to the highest',
      label,
      fall,
      quantiles[fall]!,
    );
  }
  if (activation === 'none') return undefined;
  const named = [
    ...points.correct.quantiles,
    ...points.incorrect.quantiles,
    ...(points.firstError === undefined ? [] : [points.firstError.threshold]),
  ];
  const outside = named.find((value) => value < 0 || value > 1);
  return outside === undefined
    ? undefined
    : t(
        'operatingPoints has the score {0}, and activation "{1}" gives scores from 0 to 1: measure them again',
        outside,
        activation,
      );
}

function invalid(what: string): Scored<never> {
  return scoreFail('card-invalid', `${CARD_FILE}: ${what}.`);
}
