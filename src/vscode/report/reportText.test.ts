import assert from 'node:assert/strict';
import { reportText } from './reportText';

describe('the diagnostic report', () => {
  const facts = {
    versions: [['VS Code', '1.100.3 | web'] as const],
    model: [['not webgpu', 'provider-no-device: No adapter\nwas found.'] as const],
    settings: [['cfprm.trace.pageSize', 50] as const],
    files: [{ format: 'trl', bytes: 12, rows: '3 rows' }],
    errors: ['2026-01-01T00:00:00.000Z error: row 3: the label "Natalia sold" is of no known kind'],
  };

  it('names versions, settings, files and errors', () => {
    const text = reportText(facts);
    assert.match(text, /\| VS Code \| 1\.100\.3 \\\| web \|/);
    assert.match(text, /\| not webgpu \| provider-no-device: No adapter was found\. \|/);
    assert.match(text, /`cfprm\.trace\.pageSize`: `50`/);
    assert.match(text, /- trl, 12 bytes, 3 rows/);
    assert.match(text, /row 3: the label "…" is of no known kind/);
  });

  it('holds nothing that a message quotes from a trace', () => {
    assert.doesNotMatch(reportText(facts), /Natalia/);
  });

  it('says none where there is none', () => {
    const text = reportText({ versions: [], model: [], settings: [], files: [], errors: [] });
    assert.equal(text.match(/^none$/gm)?.length, 4);
  });
});
