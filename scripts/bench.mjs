// `npm run bench [-- options]`: builds, then prints the table of speeds.
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { main, run } from './process.mjs';

async function bench() {
  await ensureInstalled();
  await build({ production: true });
  const { code } = await run(process.execPath, [
    '--import',
    'tsx',
    'test/bench/main.ts',
    ...process.argv.slice(2),
  ]);
  process.exitCode = code;
}

await main(bench());
