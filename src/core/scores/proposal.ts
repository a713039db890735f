import type { Json, JsonObject } from '../formats/format';
import { FAMILIES } from './families';
import { FAMILY_IDS, type FamilyId } from './modelSpec';

/** What a model folder without `prm.json` says about itself. */
export interface FolderHints {
  /** The folder's name. */
  readonly name: string;
  /** Its `config.json`, if there is one that can be read. */
  readonly config?: JsonObject;
  /** Whether the tokenizer has this token. */
  hasToken(text: string): boolean;
}

/**
 * The text of a `prm.json` for a folder of a known family, or undefined if the family cannot be told. It names the
 * family's defaults, so that they can be seen and changed.
 */
export function proposeCard(hints: FolderHints): string | undefined {
  const family = guessFamily(hints);
  if (family === undefined) return undefined;
  const { architectures, nameWords, title, specialTokens, ...defaults } = FAMILIES[family];
  const longest = hints.config?.max_position_embeddings;
  const maxLength = Number.isInteger(longest)
    ? Math.min(longest as number, defaults.maxLength)
    : defaults.maxLength;
  const name = hints.name === '' ? title : hints.name;
  return `${JSON.stringify({ schema: 1, name, family, ...defaults, maxLength }, null, 2)}\n`;
}

function guessFamily({ name, config, hasToken }: FolderHints): FamilyId | undefined {
  const architectures = list(config?.architectures);
  const names = [name, config?._name_or_path].filter((word) => typeof word === 'string');
  // Our own exports come with a prm.json.
  const foreign = FAMILY_IDS.filter((id) => id !== 'cfprm');
  return (
    foreign.find((id) => FAMILIES[id].architectures.some((word) => architectures.includes(word))) ??
    foreign.find((id) => names.some((word) => FAMILIES[id].nameWords.test(word))) ??
    (hasToken('<extra_0>') ? 'qwen2.5-math-prm' : undefined)
  );
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
