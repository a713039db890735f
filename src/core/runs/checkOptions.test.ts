import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { checkOptions } from './checkOptions';
import { type DeclaredOption, parseDeclaration } from './optionDeclaration';
import { joinLine, splitLine } from './optionLine';

const FILE = path.resolve(__dirname, '../../../runner/src/cfprm_runner/options.json');
const parsed = parseDeclaration(readFileSync(FILE, 'utf8'), FILE);
assert.ok(parsed.ok);
const declared = parsed.value;
const OWN = ['input', 'output', 'model'];
const free = [...declared.values()].filter(({ name }) => !OWN.includes(name));
const refusal = (...words: string[]): string => {
  const checked = checkOptions(words, declared);
  return checked.ok ? 'accepted' : checked.fault.message;
};

/** Values that an option may have, and values that it may not have, by what it declares. */
function values(option: DeclaredOption): { good: fc.Arbitrary<string>; bad: fc.Arbitrary<string> } {
  const { type, choices, least, most, above, below, filled, unescaped } = option;
  if (choices !== undefined) {
    const word = fc.stringMatching(/^[a-z0-9.]{1,12}$/u);
    return { good: fc.constantFrom(...choices), bad: word.filter((one) => !choices.includes(one)) };
  }
  if (type === 'text' || type === 'path') {
    const bad = [...(filled ? [''] : []), ...(unescaped ? ['a\\n'] : [])];
    return { good: fc.stringMatching(/^[a-zA-Z0-9/<>|_]{1,20}$/u), bad: fc.constantFrom(...bad) };
  }
  const [low, high] = [least ?? above ?? -1e6, most ?? below ?? 1e9];
  const outside = [
    ...(least === undefined ? [] : [least - 1]),
    ...(most === undefined ? [] : [most + 1]),
    ...(above === undefined ? [] : [above]),
    ...(below === undefined ? [] : [below]),
  ].map(String);
  const odd = ['much', '', '1e', '0x10', 'nan', 'inf', '--', ...(type === 'integer' ? ['1.5', '1e3'] : [])];
  const number =
    type === 'integer'
      ? fc.integer({ min: low, max: high })
      : fc.double({
          ...{ min: low, max: high, noNaN: true },
          ...{ minExcluded: above !== undefined, maxExcluded: below !== undefined },
        });
  return { good: number.map(String), bad: fc.constantFrom(...outside, ...odd.filter((one) => one !== '--')) };
}

describe('options of the runner', () => {
  for (const option of free)
    it(`--${option.name} takes what it declares, and nothing else`, () => {
      const { good, bad } = values(option);
      fc.assert(
        fc.property(good, fc.boolean(), (value, joined) => {
          const words = joined ? [`--${option.name}=${value}`] : [`--${option.name}`, value];
          assert.equal(refusal(...words), 'accepted');
          assert.equal(refusal(`--${option.name.replaceAll('-', '_')}`, value), 'accepted');
        }),
      );
      fc.assert(
        fc.property(bad, (value) => {
          const said = refusal(`--${option.name}=${value}`);
          assert.ok(said.startsWith(`--${option.name} is ${JSON.stringify(value)}: it must be `), said);
        }),
      );
      const optional = option.optional || (option.type === 'text' && option.choices === undefined);
      assert.equal(refusal(`--${option.name}`, 'None') === 'accepted', optional === true);
      if (!option.many) assert.match(refusal(`--${option.name}`), /needs a value: /u);
      assert.match(refusal(`--${option.name}=x`, `--${option.name}=x`), /must be|there twice/u);
    });

  it('names the option that was meant', () => {
    for (const [wrong, meant] of [
      ['steps', 'max-updates'],
      ['lr', 'learning-rate'],
      ['batchsize', 'batch-size'],
      ['los', 'loss'],
      ['learning-rat', 'learning-rate'],
      ['updates', 'max-updates'],
    ] as const) {
      const said = refusal(`--${wrong}`, '20');
      const known = meant === 'batch-size' ? /--batch/u : new RegExp(`Did you mean --${meant}\\?`, 'u');
      assert.match(said, known, wrong);
      assert.match(said, /^--\S+ is not an option of the runner\./u);
    }
    assert.match(refusal('--quux', '1'), /Its options are --loss, --zeta, .*--name\.$/u);
  });

  it('says everything that is wrong at once, and refuses what CFPRM gives itself', () => {
    const said = refusal('--steps', '20', '--batch', '0', 'stray', '--output', '/tmp', '--loss');
    assert.equal(said.match(/--(?:steps|batch|output|loss) /gu)?.length, 4 + 1, said);
    assert.match(said, /--batch is "0": it must be a whole number, 1 or more\./u);
    assert.match(said, /--output is set by CFPRM/u);
    assert.match(refusal('stray'), /"stray" belongs to no option/u);
  });

  it('misses what is required', () => {
    const more = new Map([...declared, ['key', { name: 'key', type: 'text', required: true } as const]]);
    const checked = checkOptions([], more);
    assert.equal(checked.ok ? '' : checked.fault.message, '--key is missing.');
    assert.ok(checkOptions(['--key', 'k'], more).ok);
  });

  it('takes several values where the option does, and negative numbers as values', () => {
    assert.equal(refusal('--report-to', 'wandb', 'mlflow', '--batch', '4'), 'accepted');
    assert.match(refusal('--report-to', 'wandb', 'paper'), /"paper": it must be one of wandb, mlflow/u);
    assert.match(refusal('--zeta', '-1'), /--zeta is "-1": it must be a number, 0 or more/u);
  });

  it('are not read from a file that declares none', () => {
    for (const text of ['', '[]', '{}', '{"version":2,"options":[]}', '{"version":1,"options":[null]}'])
      assert.ok(!parseDeclaration(text, 'options.json').ok, text);
  });
});

describe('a line of options', () => {
  it('is split as a shell splits it, and put together again', () => {
    const split = splitLine(`--loss  q-ranking --separator='a b' --name "it's"`);
    assert.deepEqual(split.ok && split.value, [
      ...['--loss', 'q-ranking', '--separator=a b', '--name', "it's"],
    ]);
    assert.ok(!splitLine(`--name "open`).ok);
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const again = splitLine(joinLine(words));
        assert.deepEqual(again.ok && again.value, words);
      }),
    );
  });
});
