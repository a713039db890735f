// A Vulkan driver that computes in software, so that the WebGPU path is tested without a GPU: Mesa's lavapipe, from
// version 25 on (older ones lack what WebGPU asks for). Taken from the machine's own Debian sources with a
// configuration of its own, unpacked into the git-ignored .software-vulkan/; nothing is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, root } from './process.mjs';

const FOLDER = path.join(root, '.software-vulkan');
const READY = path.join(FOLDER, 'ready.json');
/** The first version of Mesa whose driver in software WebGPU takes. */
const LEAST = 25;
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const PACKAGES = ['mesa-vulkan-drivers', 'libvulkan1'];

/**
 * What has to stand in the environment of a process for it to use the driver, fetched if need be. Nothing where WebGPU
 * needs no such driver (macOS, Windows) or is not built (Linux on arm64). `CFPRM_SOFTWARE_VULKAN` set by hand is taken
 * as it is.
 * @returns {Record<string, string>} @throws if the driver cannot be had
 */
export function softwareVulkan() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.env.CFPRM_SOFTWARE_VULKAN) return {};
  if (!existsSync(READY)) fetchDriver();
  const { driver, libraries } = JSON.parse(readFileSync(READY, 'utf8'));
  const before = process.env.LD_LIBRARY_PATH;
  return {
    CFPRM_SOFTWARE_VULKAN: driver,
    LD_LIBRARY_PATH: before ? `${libraries}:${before}` : libraries,
  };
}

function fetchDriver() {
  console.log('Fetching a Vulkan driver that computes in software (Mesa) ...');
  const work = `${FOLDER}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(path.join(work, 'lists/partial'), { recursive: true });
  mkdirSync(path.join(work, 'archives/partial'), { recursive: true });
  try {
    const { sources, suite } = debianSources();
    writeFileSync(path.join(work, 'sources.list'), sources);
    apt(work, 'update');
    apt(work, 'install', '--download-only', '--no-install-recommends', '--yes', '-t', suite, ...PACKAGES);
    const files = readdirSync(path.join(work, 'archives')).filter((file) => file.endsWith('.deb'));
    for (const file of files)
      must('dpkg', ['-x', path.join(work, 'archives', file), path.join(work, 'files')]);
    const version = files.find((file) => file.startsWith('mesa-vulkan-drivers_')) ?? '';
    if (Number(/_(\d+)/.exec(version)?.[1]) < LEAST)
      throw new Error(
        `${suite} has ${version || 'no Mesa'}; the driver in software is good from Mesa ${LEAST} on.`,
      );
    rmSync(path.join(work, 'lists'), { recursive: true });
    rmSync(path.join(work, 'archives'), { recursive: true });
    rmSync(FOLDER, { recursive: true, force: true });
    renameSync(work, FOLDER);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `There is no Vulkan driver in software for the tests of WebGPU: ${why}\n` +
        `Set CFPRM_SOFTWARE_VULKAN to the description of one (lvp_icd.json of Mesa ${LEAST} or later).`,
    );
  }
  const libraries = path.join(FOLDER, 'files/usr/lib/x86_64-linux-gnu');
  const driver = path.join(FOLDER, 'lvp_icd.json');
  const icd = {
    file_format_version: '1.0.0',
    ICD: { library_path: path.join(libraries, 'libvulkan_lvp.so'), api_version: '1.4.305' },
  };
  writeFileSync(driver, JSON.stringify(icd));
  writeFileSync(READY, JSON.stringify({ driver, libraries }));
}

/**
 * The machine's own Debian archive, with the suite of newer versions beside its release.
 * @returns {{ sources: string, suite: string }}
 */
function debianSources() {
  const format = '$(REPO_URI)|$(CODENAME)';
  const { stdout = '' } = spawnSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages', 'Origin: Debian'],
    {
      encoding: 'utf8',
    },
  );
  const known = stdout.split('\n').map((line) => line.split('|'));
  const main = known.find(
    ([uri = '', codename = '']) => /\/debian\/?$/.test(uri) && /^[a-z]+$/.test(codename),
  );
  if (!main) throw new Error('apt-get knows no Debian archive here.');
  const [uri, codename] = main;
  const suites = [codename, `${codename}-updates`, `${codename}-backports`];
  const sources = suites.map((suite) => `deb [signed-by=${KEYRING}] ${uri} ${suite} main\n`).join('');
  return { sources, suite: `${codename}-backports` };
}

/** @param {string} work @param {...string} args */
function apt(work, ...args) {
  const options = {
    'Dir::Etc::sourcelist': path.join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': path.join(work, 'lists'),
    'Dir::Cache': work,
    'Dir::Cache::archives': path.join(work, 'archives'),
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const set = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  must('apt-get', ['-qq', ...set, ...args]);
}

/** @param {string} program @param {string[]} args */
function must(program, args) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 });
  if (error) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${program} failed (${status}): ${stderr || stdout}`);
}

if (isMain(import.meta.url)) console.log(softwareVulkan());
