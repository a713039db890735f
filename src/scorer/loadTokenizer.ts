import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { t } from '@vscode/l10n';
import { errorWords } from '../core/result';
import type { TokenizerView } from '../core/scores/align';
import type { ModelSpec, TokenSpec } from '../core/scores/modelSpec';
import { type Scored, scoreFail } from '../core/scores/scoreFault';
import { readRegular } from '../io/regularFile';
import { withinTime } from './timeLimit';

/** The tokenizer of a model folder. */
export interface ModelTokenizer extends TokenizerView {
  /** The largest id that it gives. */
  readonly largestId: number;
  /** Whether a text is a token of its own. */
  hasToken(text: string): boolean;
  /**
   * The id of a token that `prm.json` names. Faults: the tokenizer has another text at that id
   * (`tokenizer-invalid`), or makes several tokens of the text (`separator-split`).
   */
  idOf(token: TokenSpec): Scored<number>;
}

/** The longest that reading a tokenizer or a template may take: the largest take two seconds. */
const LOAD_LIMIT_MS = 60_000;

interface Config {
  readonly chat_template?: unknown;
  readonly bos_token?: unknown;
  readonly eos_token?: unknown;
}

/**
 * Loads `tokenizer.json` and `tokenizer_config.json` (and `chat_template.jinja`, where newer exports keep the
 * template). Faults: one of the first two is missing (`tokenizer-missing`) or cannot be used (`tokenizer-invalid`).
 */
export async function loadTokenizer(
  folder: string,
  spec: Pick<ModelSpec, 'template'>,
): Promise<Scored<ModelTokenizer>> {
  const tokenizerJson = await readJson(folder, 'tokenizer.json');
  if (!tokenizerJson.ok) return tokenizerJson;
  const configJson = await readJson(folder, 'tokenizer_config.json');
  if (!configJson.ok) return configJson;
  const json = tokenizerJson.value as { model?: { type?: string; byte_fallback?: boolean } };
  if (json.model?.type === 'Unigram' && json.model.byte_fallback) {
    return invalid(
      t('is of the kind Unigram with byte_fallback, which would be read with other ids than in training'),
    );
  }
  let tokenizer: Tokenizer | undefined;
  try {
    tokenizer = withinTime(LOAD_LIMIT_MS, () => new Tokenizer(json, configJson.value));
  } catch (error) {
    return invalid(t('cannot be read ({0})', errorWords(error)));
  }
  if (tokenizer === undefined) return invalid(t('was not loaded within {0} s', LOAD_LIMIT_MS / 1000));
  const config = configJson.value as Config;
  const render = await renderer(folder, spec, config);
  return render.ok ? { ok: true, value: view(tokenizer, config, render.value) } : render;
}

async function readJson(folder: string, name: string): Promise<Scored<object>> {
  let text: string;
  try {
    text = await readRegular(join(folder, name));
  } catch (error) {
    return scoreFail(
      'tokenizer-missing',
      t(
        '{0} cannot be read ({1}). Copy it from the folder of the original model.',
        join(folder, name),
        errorWords(error),
      ),
    );
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ok: true, value };
    return invalid(t('is no JSON object'), name);
  } catch (error) {
    return invalid(t('is not valid JSON ({0})', errorWords(error)), name);
  }
}

type Render = TokenizerView['render'];

async function renderer(
  folder: string,
  { template }: Pick<ModelSpec, 'template'>,
  config: Config,
): Promise<Scored<Render>> {
  if (template.kind === 'plain') {
    return { ok: true, value: () => invalid(t('is used for a chat that prm.json does not ask for')) };
  }
  const own = typeof config.chat_template === 'string' ? config.chat_template : undefined;
  const source = own ?? (await readRegular(join(folder, 'chat_template.jinja')).catch(() => undefined));
  if (source === undefined) {
    return invalid(t('has no chat_template, which prm.json asks for'), 'tokenizer_config.json');
  }
  const [bos_token, eos_token] = [tokenText(config.bos_token), tokenText(config.eos_token)];
  try {
    const parsed = withinTime(LOAD_LIMIT_MS, () => new Template(source));
    if (parsed === undefined) {
      const what = t('has a chat template that was not read within {0} s', LOAD_LIMIT_MS / 1000);
      return invalid(what, 'tokenizer_config.json');
    }
    const render: Render = (messages) => {
      try {
        const items = { messages, bos_token, eos_token, add_generation_prompt: false };
        return { ok: true, value: parsed.render(items) };
      } catch (error) {
        return invalid(t('has a chat template that fails ({0})', errorWords(error)), 'tokenizer_config.json');
      }
    };
    return { ok: true, value: render };
  } catch (error) {
    return invalid(
      t('has a chat template that cannot be read ({0})', errorWords(error)),
      'tokenizer_config.json',
    );
  }
}

function view(tokenizer: Tokenizer, config: Config, render: Render): ModelTokenizer {
  const encode: TokenizerView['encode'] = (text, special) =>
    tokenizer.encode(text, { add_special_tokens: special }).ids;
  let largestId = 0;
  for (const id of tokenizer.get_vocab(true).values()) largestId = Math.max(largestId, id);
  return {
    encode,
    render,
    bos: tokenText(config.bos_token),
    largestId,
    hasToken: (text) => tokenizer.token_to_id(text) !== undefined,
    idOf({ text, id }) {
      const ids = encode(text, false);
      const shown = JSON.stringify(text);
      if (id === undefined) {
        // A space that some tokenizers put in front of every text may be a token of its own.
        const extra = ids.length === 2 && tokenizer.id_to_token(ids[0]!) === '▁' ? 1 : 0;
        if (ids.length === 1 + extra) return { ok: true, value: ids[extra]! };
        return scoreFail(
          'separator-split',
          t(
            'The tokenizer makes {0} tokens of {1} ({2}), where one is needed. Check that tokenizer.json belongs to this model, or state another token in prm.json.',
            ids.length,
            shown,
            ids.join(', '),
          ),
        );
      }
      const own = tokenizer.id_to_token(id) === undefined ? undefined : tokenizer.decode([id]);
      if (own === text || (own !== undefined && own.trim() !== '' && own.trim() === text.trim())) {
        return { ok: true, value: id };
      }
      const is = own === undefined ? t('no token') : JSON.stringify(own);
      return invalid(t('has {0} at the id {1}, where prm.json expects {2}', is, id, shown));
    },
  };
}

/** A special token, which a config spells as text or as an object. */
function tokenText(token: unknown): string {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : '';
}

function invalid(what: string, name = 'tokenizer.json'): Scored<never> {
  return scoreFail('tokenizer-invalid', t('{0} {1}. Take the one that belongs to this model.', name, what));
}
