import { ACTIVATIONS, FAMILY_IDS, READS } from './modelSpec';

/** The part of JSON Schema that `prm.json` needs; `checkSchema` understands exactly this. */
export interface Schema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly properties?: { readonly [key: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  /** What each element of an array is. */
  readonly items?: Schema;
  readonly minItems?: number;
  /** Alternatives that the required property `kind` tells apart. */
  readonly oneOf?: readonly Schema[];
}

const text = (description: string): Schema => ({ type: 'string', description });
const name = (description: string): Schema => ({ type: 'string', minLength: 1, description });

function object(
  description: string,
  properties: { readonly [key: string]: Schema },
  required: readonly string[],
): Schema {
  return { type: 'object', description, properties, required, additionalProperties: false };
}

function token(description: string): Schema {
  const id: Schema = { type: 'integer', minimum: 0, description: 'Its id; the tokenizer says it if absent.' };
  return object(description, { text: name('The text that is one token.'), id }, ['text']);
}

const kind = (word: string): Schema => ({ type: 'string', enum: [word] });

const HEAD: Schema = {
  description: "What the model's output is.",
  oneOf: [
    object('One logit per position.', { kind: kind('one-logit') }, ['kind']),
    object(
      'Two logits per position.',
      {
        kind: kind('two-logits'),
        positive: { type: 'integer', enum: [0, 1], description: 'Which of the two means "correct".' },
      },
      ['kind', 'positive'],
    ),
    object(
      'The logits of the vocabulary, or of only the two tokens, the positive one first.',
      {
        kind: kind('vocabulary'),
        positive: token('The token that means "correct".'),
        negative: token('The token that means "incorrect".'),
      },
      ['kind', 'positive', 'negative'],
    ),
    object('A finished value per step, [batch, steps].', { kind: kind('rewards') }, ['kind']),
  ],
};

const TEMPLATE: Schema = {
  description: 'How problem and steps become text.',
  oneOf: [
    object(
      'Plain text.',
      {
        kind: kind('plain'),
        start: text("What stands before the steps; {problem} and {bos} (the tokenizer's) are filled in."),
        prefix: text('Before every step that has none of its own; {k} is its number. None if absent.'),
        beforeSeparator: text('Between a step and its separator. Nothing if absent.'),
        joiner: text(
          "Between a separator and the next step. Nothing if absent; tokenize 'pieces' allows none.",
        ),
      },
      ['kind', 'start'],
    ),
    object(
      "The tokenizer's chat template.",
      {
        kind: kind('chat'),
        layout: {
          type: 'string',
          enum: ['answer', 'turns'],
          description: 'All steps in one answer, or a turn per step that the separator answers.',
        },
        system: text("The system's words. The template's own if absent."),
      },
      ['kind', 'layout'],
    ),
  ],
};

function stepScores(description: string): Schema {
  return object(
    description,
    {
      steps: { type: 'integer', minimum: 1, description: 'How many steps they are.' },
      quantiles: {
        type: 'array',
        items: { type: 'number' },
        minItems: 2,
        description: 'Their scores at evenly spaced ranks, from the lowest score to the highest.',
      },
    },
    ['steps', 'quantiles'],
  );
}

const OPERATING_POINTS: Schema = object(
  'How the scores lie on labelled rows that the model did not learn from: what colours and ranks go by.',
  {
    rows: name('Which validation rows these are.'),
    correct: stepScores('Scores of the steps that are labelled correct.'),
    incorrect: stepScores('Scores of the steps that are labelled incorrect.'),
    firstError: object(
      'Finding the first error: the first step whose score is below the threshold.',
      {
        threshold: { type: 'number', description: 'The threshold with the highest F1 on these rows.' },
        f1: { type: 'number', minimum: 0, maximum: 1, description: 'That F1, as ProcessBench defines it.' },
        solutions: { type: 'integer', minimum: 2, description: 'How many solutions they are.' },
      },
      ['threshold', 'f1', 'solutions'],
    ),
  },
  ['rows', 'correct', 'incorrect'],
);

/** The JSON schema of `prm.json`; `media/prm.schema.json` is its copy for editors. */
export const PRM_SCHEMA: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'CFPRM model description',
  ...object(
    'How a process reward model is fed and read. Everything but schema, name and family has defaults, by family.',
    {
      $schema: text('Address of this schema.'),
      schema: { type: 'integer', enum: [1], description: 'Version of this file format.' },
      name: name('What the model is called; it stands beside its scores.'),
      family: {
        type: 'string',
        enum: FAMILY_IDS,
        description: 'Where the defaults come from.',
      },
      file: {
        type: 'string',
        pattern: '^[^/\\\\]+\\.onnx$',
        description: "The model's file, in this folder. model.onnx if absent.",
      },
      separator: token('What ends a step; with read before-separator, the token that answers it.'),
      read: {
        type: 'string',
        enum: READS,
        description: "Where a step's value is read.",
      },
      head: HEAD,
      activation: { type: 'string', enum: ACTIVATIONS, description: 'How logits become a score.' },
      template: TEMPLATE,
      tokenize: {
        type: 'string',
        enum: ['whole', 'pieces'],
        description: 'The text as one, or start and steps apart with the separator put between.',
      },
      specialTokens: {
        type: 'boolean',
        description: 'Whether the tokenizer adds its own special tokens to plain text.',
      },
      maxLength: { type: 'integer', minimum: 1, description: 'The longest input, in tokens.' },
      inputs: object(
        "Names of the model's inputs, where they differ from these keys' defaults.",
        {
          ids: name('Token ids. input_ids if absent.'),
          mask: name('1 for tokens, 0 for padding. attention_mask if absent.'),
          positions: name('Positions of the tokens. position_ids if absent.'),
          stepPositions: name('Where the values are read, [batch, steps]. step_positions if absent.'),
          features: name('Features per step, [batch, steps, size]. features if absent.'),
        },
        [],
      ),
      output: name('The output that is read. logits, or rewards for a head of that kind, if absent.'),
      features: object(
        'Step features that the model takes.',
        {
          set: name('Name of the feature set.'),
          version: { type: 'integer', minimum: 1, description: 'Its version.' },
          size: { type: 'integer', minimum: 1, description: 'Numbers per step.' },
        },
        ['set', 'version', 'size'],
      ),
      operatingPoints: OPERATING_POINTS,
      licence: text('Licence of the weights.'),
      trainedOn: text('What the model was trained on.'),
    },
    ['schema', 'name', 'family'],
  ),
};
