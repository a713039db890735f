/** How a chat template marks the user's turn: what opens it, and whatever closes it. */
interface Template {
  readonly open: string;
  readonly close: readonly string[];
}

/** The templates with marks of their own, as text: special tokens were kept when the prompt was decoded. */
const TEMPLATES: readonly Template[] = [
  // ChatML, Qwen
  { open: '<|im_start|>user\n', close: ['<|im_end|>', '<|im_start|>'] },
  // Llama 3
  { open: '<|start_header_id|>user<|end_header_id|>', close: ['<|eot_id|>', '<|start_header_id|>'] },
  // Gemma
  { open: '<start_of_turn>user\n', close: ['<end_of_turn>', '<start_of_turn>'] },
  // DeepSeek
  { open: '<｜User｜>', close: ['<｜Assistant｜>', '<｜end▁of▁sentence｜>'] },
  // Phi, Zephyr, GLM
  { open: '<|user|>', close: ['<|end|>', '<|assistant|>', '</s>'] },
  // Llama 2, Mistral
  { open: '[INST]', close: ['[/INST]'] },
  // Alpaca
  { open: '### Instruction:', close: ['### Response:'] },
];

/** The roles alone, which are left of ChatML and Llama 3 when special tokens were dropped, or were never there. */
const BARE: readonly { readonly user: string; readonly assistant: string }[] = [
  { user: 'user\n', assistant: 'assistant' },
  { user: 'User:', assistant: 'Assistant:' },
  { user: 'Human:', assistant: 'Assistant:' },
];

/**
 * What the user says last in a prompt, without the chat template round it (ChatML and Qwen, Llama 2 and 3, Mistral,
 * Gemma, DeepSeek, Phi, Alpaca; with their special tokens or, as verl decodes prompts, only the roles). A prompt in
 * no known template is returned as it is, without the white space at its ends.
 */
export function userText(prompt: string): string {
  for (const { open, close } of TEMPLATES) {
    const at = prompt.lastIndexOf(open);
    if (at < 0) continue;
    const start = at + open.length;
    const ends = close.map((mark) => prompt.indexOf(mark, start)).filter((end) => end >= 0);
    return withoutSystem(prompt.slice(start, Math.min(prompt.length, ...ends))).trim();
  }
  return bareTurn(prompt) ?? prompt.trim();
}

/** The last user turn of a prompt that ends in the bare name of the assistant. */
function bareTurn(prompt: string): string | undefined {
  const end = withoutEnd(prompt.trimEnd(), '<think>').trimEnd();
  for (const { user, assistant } of BARE) {
    if (!end.endsWith(assistant)) continue;
    const body = end.slice(0, -assistant.length);
    const earlier = body.lastIndexOf(`\n${assistant}`);
    if (earlier < 0 && body.startsWith(user)) return body.slice(user.length).trim();
    const from = Math.max(0, earlier);
    const line = body.indexOf(`\n${user}`, from);
    // Llama 3 has no line break between two turns once its special tokens are gone.
    const at = line >= 0 ? line + 1 : body.indexOf(user, from);
    if (at >= 0) return body.slice(at + user.length).trim();
  }
  return undefined;
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

/** Llama 2 puts the system's words into the user's turn. */
function withoutSystem(turn: string): string {
  const end = turn.indexOf('<</SYS>>');
  return end < 0 ? turn : turn.slice(end + '<</SYS>>'.length);
}
