/**
 * `npm test`: format, lint, types, dead code, what a package would have in it, unit, golden and
 * integration tests, and the recipe's own, ruff and mypy among them, where its Python is there (in
 * its .venv, or where NATIVA_PYTHON says). All run even when one fails; the last line sums them up.
 * `npm test -- unit lint` runs only those.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { SetupError, root, runProgram, runTool } from './program.mjs';
import { setUp } from './setup.mjs';

const binary = (...path) => join(root, 'node_modules', ...path);
const python =
  process.env.NATIVA_PYTHON || join(root, 'native-models', 'recipe', '.venv', 'bin', 'python');

/** A program of one thread that passes or fails as a whole; what it says comes in one piece. */
const check = (script, ...args) => ({
  sharesCores: true,
  run: async (name) => {
    const { code, interrupted, output } = await runProgram(process.execPath, [script, ...args], {
      capture: true,
    });
    process.stderr.write(`\nnativa: ${name} ${code === 0 ? 'passed' : 'failed'}\n${output}`);
    return { interrupted, counts: code === 0 ? [1, 0, 0] : [0, 1, 0] };
  },
});

const vitest = (projects, env = {}) => ({
  run: async () => {
    const report = join(root, '.cache', `test-${projects[0]}.json`);
    rmSync(report, { force: true });
    const { code, interrupted } = await runProgram(
      process.execPath,
      [
        binary('vitest', 'vitest.mjs'),
        'run',
        ...projects.map((project) => `--project=${project}`),
        '--reporter=default',
        '--reporter=json',
        `--reporter=${join(root, 'tools', 'second-tries.mjs')}`,
        `--outputFile.json=${report}`,
      ],
      { env: { ...process.env, ...env } },
    );
    return { interrupted, counts: countTests(report, code) };
  },
});

/** A run that failed without a failed test (a file that does not load, a crash) counts as one. */
function countTests(report, code) {
  if (!existsSync(report)) return [0, 1, 0];
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = result;
  const failed = code === 0 ? numFailedTests : Math.max(1, numFailedTests);
  return [numPassedTests, failed, numPendingTests + numTodoTests];
}

const recipe = {
  run: async () => {
    if (!existsSync(python)) {
      process.stderr.write('nativa: the recipe’s Python is not set up; its tests are left out\n');
      return { interrupted: false, counts: [0, 0, 1] };
    }
    const cwd = join(root, 'native-models', 'recipe');
    const { code, interrupted } = await runProgram(python, ['-m', 'pytest', '-q'], { cwd });
    // 5: pytest found no tests.
    return { interrupted, counts: code === 0 ? [1, 0, 0] : [0, code === 5 ? 0 : 1, 0] };
  },
};

/** Specs of the studio in a browser, and which of them only Electron's runtime can run. */
const e2e = {
  run: async () => {
    const browser = await ensureBrowser();
    if (browser === undefined) {
      process.stderr.write(
        'nativa: no Chromium or Chrome was found; install one and the studio’s specs run too\n',
      );
      return { interrupted: false, counts: [0, 0, 1] };
    }
    return vitest(['e2e', 'e2e-alone'], { NATIVA_BROWSER: browser }).run();
  },
};

const suites = {
  lint: check(binary('eslint', 'bin', 'eslint.js'), '.', '--max-warnings=0'),
  format: check(binary('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.'),
  types: check(binary('typescript', 'bin', 'tsc'), '--noEmit', '-p', '.'),
  page: check(
    binary('svelte-check', 'bin', 'svelte-check'),
    '--tsconfig=tsconfig.renderer.json',
    '--fail-on-warnings',
    '--output=human',
  ),
  unused: check(binary('knip', 'bin', 'knip.js'), '--no-progress'),
  packed: check(join(root, 'tools', 'packed-files.mjs'), `--${process.arch}`),
  unit: vitest(['unit']),
  golden: vitest(['golden']),
  integration: vitest(['integration', 'integration-alone']),
  e2e,
  recipe,
};

await runTool(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in suites));
  if (unknown !== undefined) {
    const names = Object.keys(suites).join(', ');
    throw new SetupError(`there is no suite "${unknown}"; there are ${names}.`);
  }
  await setUp();
  mkdirSync(join(root, '.cache'), { recursive: true });
  const names = asked.length === 0 ? Object.keys(suites) : asked;
  const checks = names.filter((name) => suites[name].sharesCores);
  const tests = names.filter((name) => !suites[name].sharesCores);
  return summarise([...(await runInLanes(checks, 2)), ...(await runInLanes(tests, 1))]);
});

/** Runs suites in order, so many at a time. @returns what came of each, in their order */
async function runInLanes(names, lanes) {
  const rows = [];
  const waiting = [...names.entries()];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, name] = next;
      process.stderr.write(`\nnativa: ${name} ...\n`);
      const started = performance.now();
      const { interrupted, counts } = await suites[name].run(name);
      if (interrupted) throw new SetupError('tests interrupted.', 130);
      rows[index] = { name, counts, seconds: (performance.now() - started) / 1000 };
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return rows;
}

/** @returns the exit status: 0 when nothing failed and something passed */
function summarise(rows) {
  process.stdout.write('\n');
  for (const { name, counts, seconds } of rows) {
    const [passed, failed, skipped] = counts;
    const line = `${passed} passed, ${failed} failed, ${skipped} skipped`;
    process.stdout.write(`${name.padEnd(12)} ${line} (${seconds.toFixed(1)} s)\n`);
  }
  const total = [0, 1, 2].map((i) => rows.reduce((sum, { counts }) => sum + counts[i], 0));
  process.stdout.write(`\n${total[0]} passed, ${total[1]} failed, ${total[2]} skipped\n`);
  return total[1] === 0 && total[0] > 0 ? 0 : 1;
}
