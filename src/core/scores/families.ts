import type { FamilyId, InputNames, ModelSpec } from './modelSpec';

/** A family's defaults; what it does not fix, each `prm.json` has to say. */
export type Family = Omit<ModelSpec, 'name' | 'family' | 'file' | 'separator' | 'inputs' | 'output'> &
  Partial<Pick<ModelSpec, 'separator'>> & {
    /** The name a person reads. */
    readonly title: string;
    /** How it is known from a `config.json`: an architecture, or words of `_name_or_path`. */
    readonly architectures: readonly string[];
    readonly nameWords: RegExp;
  };

/** Input names of the exporters in use (optimum); those of our own exports are the same. */
export const INPUT_NAMES: InputNames = {
  ids: 'input_ids',
  mask: 'attention_mask',
  positions: 'position_ids',
  stepPositions: 'step_positions',
  features: 'features',
};

/**
 * How each family is fed and read.
 *
 * - Qwen2.5-Math-PRM: the model card's example (`make_step_rewards`).
 * - Math-Shepherd: the model card of peiyi9979/math-shepherd-mistral-7b-prm.
 * - Skywork-o1-Open-PRM: `prepare_input` and `derive_step_rewards` of SkyworkAI/skywork-o1-prm-inference.
 * - RLHFlow: `math-rm/prm_evaluate.py` of RLHFlow/RLHF-Reward-Modeling. It runs the model once per step on a
 *   conversation that grows; as the model is causal, one run over the whole conversation gives the same values.
 * - cfprm: our own exports; the separator's token closes each step, and the value is read there.
 */
export const FAMILIES: { readonly [id in FamilyId]: Family } = {
  cfprm: {
    title: 'CFPRM export',
    architectures: [],
    nameWords: /cfprm/iu,
    read: 'at-separator',
    head: { kind: 'one-logit' },
    activation: 'sigmoid',
    template: { kind: 'plain', start: '{problem}\n', prefix: '', beforeSeparator: '', joiner: '' },
    tokenize: 'pieces',
    specialTokens: false,
    maxLength: 2048,
  },
  'qwen2.5-math-prm': {
    title: 'Qwen2.5-Math-PRM',
    architectures: ['Qwen2ForProcessRewardModel'],
    nameWords: /qwen2\.5-math-(?:7b-)?prm/iu,
    separator: { text: '<extra_0>', id: 151651 },
    read: 'at-separator',
    head: { kind: 'two-logits', positive: 1 },
    activation: 'softmax',
    template: {
      kind: 'chat',
      layout: 'answer',
      system: 'Please reason step by step, and put your final answer within \\boxed{}.',
    },
    tokenize: 'whole',
    specialTokens: false,
    maxLength: 4096,
  },
  'math-shepherd': {
    title: 'Math-Shepherd',
    architectures: [],
    nameWords: /math-shepherd/iu,
    separator: { text: 'ки', id: 12902 },
    read: 'at-separator',
    head: { kind: 'vocabulary', positive: { text: '+', id: 648 }, negative: { text: '-', id: 387 } },
    activation: 'softmax',
    template: {
      kind: 'plain',
      start: '{problem} ',
      prefix: 'Step {k}: ',
      beforeSeparator: ' ',
      joiner: '\n',
    },
    tokenize: 'whole',
    specialTokens: true,
    maxLength: 4096,
  },
  'skywork-o1-open-prm': {
    title: 'Skywork-o1-Open-PRM',
    architectures: ['Qwen2ForPrmModel'],
    nameWords: /skywork-o1-open-prm/iu,
    separator: { text: '\n', id: 198 },
    read: 'at-separator',
    head: { kind: 'one-logit' },
    activation: 'sigmoid',
    template: { kind: 'plain', start: '{bos}{problem}\n', prefix: '', beforeSeparator: '', joiner: '' },
    tokenize: 'pieces',
    specialTokens: false,
    maxLength: 4096,
  },
  rlhflow: {
    title: 'RLHFlow',
    architectures: [],
    nameWords: /rlhflow|llama3\.1-8b-prm/iu,
    separator: { text: '+', id: 10 },
    read: 'before-separator',
    head: { kind: 'vocabulary', positive: { text: '+', id: 10 }, negative: { text: '-', id: 12 } },
    activation: 'softmax',
    template: { kind: 'chat', layout: 'turns' },
    tokenize: 'whole',
    specialTokens: false,
    maxLength: 8192,
  },
};
