import { t } from '@vscode/l10n';
import type { Trajectory } from '../trajectory';
import type { ModelSpec, TemplateSpec } from './modelSpec';

/** What is scored: a problem and the steps of one solution. */
export interface Solution {
  readonly problem: string;
  readonly steps: readonly string[];
}

/** What of a trajectory is scored. */
export function solutionOf({ problem, steps }: Trajectory): Solution {
  return { problem, steps: steps.map(({ text }) => text) };
}

/** Why there are no scores where `hasTexts` says so. */
export const NO_TEXTS = t('The row holds no texts of steps, so there is nothing to score.');

/** True for steps that say anything; files of results may hold their labels or scores only. */
export function hasTexts({ steps }: Solution): boolean {
  return steps.length === 0 || steps.some((step) => step !== '');
}

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Marks of a numbered step: a step that has one of its own gets no second one. */
const OWN_PREFIX = /^\s*step\s+\d+\s*[:.]/iu;

type Plain = Extract<TemplateSpec, { kind: 'plain' }>;
type Chat = Extract<TemplateSpec, { kind: 'chat' }>;

/** A plain template's text before the steps. `bos` is the tokenizer's text for the beginning, or empty. */
export function plainStart({ start }: Plain, problem: string, bos: string): string {
  return start.replace(/\{(problem|bos)\}/gu, (_, word) => (word === 'bos' ? bos : problem));
}

/** A step with its prefix; `index` counts from 0. */
export function plainStep({ prefix }: Plain, step: string, index: number): string {
  const numbered = prefix.includes('{k}') && OWN_PREFIX.test(step);
  return numbered ? step : prefix.replaceAll('{k}', String(index + 1)) + step;
}

/** The whole text of a plain template. */
export function plainText(template: Plain, separator: string, solution: Solution, bos: string): string {
  const steps = solution.steps.map(
    (step, index) => plainStep(template, step, index) + template.beforeSeparator + separator,
  );
  return plainStart(template, solution.problem, bos) + steps.join(template.joiner);
}

/** The conversation of a chat template. */
export function chatMessages(template: Chat, separator: string, { problem, steps }: Solution): ChatMessage[] {
  const messages: ChatMessage[] =
    template.system === undefined ? [] : [{ role: 'system', content: template.system }];
  if (template.layout === 'answer') {
    const content = steps.map((step) => step + separator).join('');
    return [...messages, { role: 'user', content: problem }, { role: 'assistant', content }];
  }
  steps.forEach((step, index) => {
    messages.push({ role: 'user', content: index === 0 ? `${problem} ${step}` : step });
    messages.push({ role: 'assistant', content: separator });
  });
  return messages;
}

/** The 1-based step whose text holds the separator, 0 for the problem, undefined if none does. */
export function separatorInText({ separator }: ModelSpec, { problem, steps }: Solution): number | undefined {
  if (problem.includes(separator.text)) return 0;
  const index = steps.findIndex((step) => step.includes(separator.text));
  return index < 0 ? undefined : index + 1;
}
