import assert from 'node:assert/strict';
import path from 'node:path';
import { modelPathIn } from './modelPath';

describe('the folder of the model that the settings name', () => {
  const folder = path.resolve('/work');
  const absolute = path.resolve('/models/prm');
  const found = (named: string, isTrusted: boolean, within: string | undefined = folder): string => {
    const result = modelPathIn(named, { folder: within, isTrusted });
    return result.ok ? result.value : result.fault.message;
  };

  it('is in the workspace if it is relative, and where it says if it is not', () => {
    assert.equal(found('models/prm', true), path.join(folder, 'models/prm'));
    for (const isTrusted of [true, false]) assert.equal(found(absolute, isTrusted), absolute);
  });

  it('is never one of a workspace that is not trusted', () => {
    for (const named of ['models/prm', './prm', '.', '..', 'a/../../prm'])
      assert.match(
        found(named, false),
        /of this workspace, which is not trusted\. Trust the workspace, or write/,
      );
  });

  it('is not one beside the program where no folder is open', () => {
    const result = modelPathIn('prm', { folder: undefined, isTrusted: true });
    assert.match(
      result.ok ? result.value : result.fault.message,
      /no folder is open\. Write an absolute path/,
    );
  });
});
