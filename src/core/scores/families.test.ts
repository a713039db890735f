import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAMILIES } from './families';

describe('families', () => {
  it('have the defaults that the runner has, which exports and evaluates by them', () => {
    const file = join(__dirname, '../../../runner/src/cfprm_runner/scoring/families.json');
    const defaults = Object.entries(FAMILIES).map(
      ([id, { title: _title, architectures: _architectures, nameWords: _nameWords, ...rest }]) => [id, rest],
    );
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), Object.fromEntries(defaults));
  });
});
