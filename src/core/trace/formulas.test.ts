import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formulaParts } from './formulas';

/** The formulas of a text, those in display mode in double signs. */
const formulas = (text: string): string[] =>
  formulaParts(text).flatMap((part) =>
    typeof part === 'string' ? [] : [part.isDisplay ? `«${part.tex}»` : `‹${part.tex}›`],
  );

describe('formulas of a text', () => {
  for (const [text, ...found] of [
    ['Add $3$ and \\(x^2\\).', '‹3›', '‹x^2›'],
    ['So $$a = b$$ and \\[c\\].', '«a = b»', '«c»'],
    ['It costs $5, or $6 at most.'],
    ['It costs \\$5 and $x$.', '‹x›'],
    ['The set $\\{1, 2\\}$ and $y \\$ z$.', '‹\\{1, 2\\}›', '‹y \\$ z›'],
    ['So \\boxed{\\frac{1}{\\sqrt{x^{2}}}}.', '‹\\boxed{\\frac{1}{\\sqrt{x^{2}}}}›'],
    ['Cut \\boxed{ then \\boxed{7}', '‹\\boxed{7}›'],
    ['\\[a \\\\[2pt] b\\]', '«a \\\\[2pt] b»'],
    ['A line break \\\\[2pt] alone, and \\] too.'],
    ['\\begin{align*}a &= 1 \\\\ b &= 2\\end{align*}', '«\\begin{align*}a &= 1 \\\\ b &= 2\\end{align*}»'],
    ['\\begin{align}a\\end{align}', '«\\begin{align*}a\\end{align*}»'],
    ['$\\begin{gather}a\\end{gather}$', '«\\begin{gather*}a\\end{gather*}»'],
    ['$\\begin{cases}a\\end{cases}$', '‹\\begin{cases}a\\end{cases}›'],
    [
      '\\begin{pmatrix}\\begin{pmatrix}1\\end{pmatrix}\\end{pmatrix}',
      '«\\begin{pmatrix}\\begin{pmatrix}1\\end{pmatrix}\\end{pmatrix}»',
    ],
    ['\\begin{itemize}\\item $x$\\end{itemize}', '‹x›'],
    ['\\begin{align*} never ends, \\(x\\)', '‹x›'],
    ['$a\n\nb$ and $c$', '‹c›'],
    ['$$ $$ is empty'],
    ['$$$$ is empty, too'],
    ['One $$ alone and $x$', '‹x›'],
  ]) {
    it(text!, () => assert.deepEqual(formulas(text!), found));
  }

  it('loses nothing of any text', () => {
    const piece = fc.constantFrom(
      '$',
      '$$',
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '\\boxed{',
      '}',
      '\\\\',
      ' ',
      '1',
      'x',
    );
    const environment = fc.constantFrom(
      '\\begin{align}',
      '\\end{align}',
      '\\begin{cases}',
      '\\end{cases}',
      '\n\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, environment), { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const whole = formulaParts(text).map((part) => (typeof part === 'string' ? part : part.source));
        assert.equal(whole.join(''), text);
      }),
    );
  });

  for (const token of [
    '$',
    '$$',
    '$a',
    '$$a',
    '$1 ',
    ' $a\\',
    '\\(',
    '\\[',
    '\\boxed{',
    '\\boxed{$',
    '\\begin{align}',
    '\\begin{cases}$',
    '\\end{align}\\begin{align}',
    '\\',
    '{',
  ]) {
    it(`takes time in proportion to a text of ${JSON.stringify(token)} alone`, () => {
      const cost = (length: number): number => {
        const text = token.repeat(length / token.length);
        const started = process.cpuUsage().user;
        formulaParts(text);
        return process.cpuUsage(undefined).user - started;
      };
      cost(1e4);
      // What takes the square of the length would need minutes here.
      assert.ok(cost(1e6) < 2e6, 'more than two seconds of work');
    });
  }
});
