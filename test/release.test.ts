import assert from 'node:assert/strict';
import { isLater, releasedChangelog } from '../scripts/release.mjs';

describe('a release', () => {
  const changelog =
    '# Changelog\nWords.\n\n## [Unreleased]\n### Added\n- A thing.\n\n## [0.1.0] - 2026-01-02\n- Old.\n';

  it('puts what was unreleased under its version, below an empty heading', () => {
    assert.equal(
      releasedChangelog(changelog, '0.2.0', '2026-03-04'),
      '# Changelog\nWords.\n\n## [Unreleased]\n\n## [0.2.0] - 2026-03-04\n### Added\n- A thing.\n\n## [0.1.0] - 2026-01-02\n- Old.\n',
    );
  });

  it('is refused without news, for a version that was released, and without a heading', () => {
    const empty = changelog.replace('- A thing.\n', '');
    assert.throws(() => releasedChangelog(empty, '0.2.0', '2026-03-04'), /Nothing stands under/);
    assert.throws(() => releasedChangelog(changelog, '0.1.0', '2026-03-04'), /already/);
    assert.throws(() => releasedChangelog('# Changelog\n', '0.2.0', '2026-03-04'), /no heading/);
  });

  it('comes after the last one, number by number', () => {
    assert.ok(isLater('0.10.0', '0.9.9'));
    assert.ok(isLater('1.0.0', '0.9.9'));
    assert.ok(isLater('0.1.1', '0.1.0'));
    assert.ok(!isLater('0.1.0', '0.1.0'));
    assert.ok(!isLater('0.9.9', '0.10.0'));
  });
});
