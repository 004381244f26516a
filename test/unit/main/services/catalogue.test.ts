import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalogue, sourcesOf } from '../../../../native-models/catalogue/index.js';
import { accessNet, theCatalogue } from '../../../../main/services/downloads/index.js';
import { proxyFor } from '../../../../main/services/downloads/net/proxy.js';
import {
  PATIENT,
  pauseAfter,
  retryAfter,
  retryPause,
} from '../../../../main/services/downloads/net/retry.js';

describe('the catalogue', () => {
  it('names every released model, its bases, and no size or hash that nobody has checked', async () => {
    const catalogue = await theCatalogue();
    const repositories = catalogue.models.flatMap((model) => sourcesOf(model, catalogue));
    expect(new Set(repositories.map(({ repository }) => repository))).toEqual(
      new Set([
        ...['Pretrain-3B', 'SFT-3B', 'GRPO-Geneval-3B', 'GRPO-TexT-3B', 'edit-VAE'].map(
          (name) => `BLIP3o/BLIP3o-NEXT-${name}`,
        ),
        'Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers',
        'google/siglip2-so400m-patch14-384',
        'csuhan/TA-Tok',
      ]),
    );
    // An import calls a model as its folder, which is its id.
    for (const { id, name } of catalogue.models) expect(id).toBe(name.toLowerCase());
  });

  it('is refused as a whole where it is not one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nativa-catalogue-'));
    const path = join(folder, 'catalogue.json');
    try {
      const good = await theCatalogue();
      const [first] = good.models;
      for (const bad of [
        { ...good, endpoint: 'http://plain.example' },
        { ...good, models: [first, first] },
        { ...good, models: [{ ...first, id: '../up' }] },
        [],
      ]) {
        await writeFile(path, JSON.stringify(bad));
        await expect(readCatalogue(path)).rejects.toMatchObject({ code: 'CATALOGUE_INVALID' });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the server', () => {
  const usual = 'https://usual.example';
  it('is what is said last: the command line, the environment, the settings, the catalogue', () => {
    const env = { HF_ENDPOINT: 'https://env.example', HF_TOKEN: 'env' };
    const kept = { endpoint: 'https://kept.example', token: 'kept' };
    const said = { endpoint: 'http://127.0.0.1:1' };
    const told = [
      accessNet(said, kept, usual, env),
      accessNet({}, kept, usual, env),
      accessNet({}, kept, usual, {}),
      accessNet({}, { endpoint: '', token: '' }, usual, {}),
    ].map(({ endpoint, token }) => [endpoint.host, token]);
    expect(told).toEqual([
      ['127.0.0.1:1', 'env'],
      ['env.example', 'env'],
      ['kept.example', 'kept'],
      ['usual.example', undefined],
    ]);
  });

  it.each(['nothing', 'ftp://x', 'https://me:pass@x', 'file:///etc/passwd'])(
    'is not %s',
    (text) => {
      expect(() => accessNet({ endpoint: text }, {}, usual, {})).toThrow('is no address');
    },
  );
});

describe('the token', () => {
  const token = (text: string): string | undefined =>
    accessNet({ token: text }, {}, 'https://usual.example', {}).token;

  it('is taken without the spaces and line ends of copying', () => {
    expect([token(' hf_abc\r\n'), token('\n')]).toEqual(['hf_abc', undefined]);
  });

  it.each(['hf abc', 'hf\u0000', '‘hf_abc’'])(
    'is not %j, which no server could be told',
    (text) => {
      expect(() => token(text)).toThrow('characters that no token has');
    },
  );
});

describe('the proxy', () => {
  const url = new URL('https://hub.example/a');
  it.each([
    [undefined, { HTTPS_PROXY: 'http://p:1' }, 'http://p:1/'],
    [undefined, { https_proxy: 'p:1' }, 'http://p:1/'],
    [undefined, { HTTP_PROXY: 'http://p:1' }, undefined],
    [undefined, { ALL_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['http://q:2', { HTTPS_PROXY: 'http://p:1' }, 'http://q:2/'],
    [undefined, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'other, .example' }, undefined],
    [undefined, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'hub.example:443' }, undefined],
    [undefined, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'hub.example:80' }, 'http://p:1/'],
    [undefined, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'ub.example' }, 'http://p:1/'],
    [undefined, { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
  ])('of %s and %j is %s', (given, env, expected) => {
    expect(proxyFor(url, given, env)?.href).toBe(expected);
  });

  it('of another kind is refused', () => {
    expect(() => proxyFor(url, 'socks5://p:1', {})).toThrow('proxy');
  });
});

describe('the pause before another try', () => {
  it('doubles up to its longest, and is as long as the server asks', () => {
    const pauses = [1, 2, 3, 9].map((failures) => pauseAfter(failures, PATIENT, 0, () => 0));
    expect(pauses).toEqual([1000, 2000, 4000, 30_000]);
    expect(pauseAfter(1, PATIENT, 0, () => 1)).toBe(500);
    expect(pauseAfter(1, PATIENT, 7000)).toBe(7000);
  });

  it('is as long as a limit that is reached still counts', () => {
    const limit = {
      ratelimit: '"resolvers";r=0;t=55',
      'ratelimit-policy': '"resolvers";q=9;w=300',
    };
    expect(retryPause(429, limit)).toBe(56_000);
    expect(retryPause(429, { ...limit, 'retry-after': '3' })).toBe(3000);
    // Every answer has the header; only a limit that is reached says to wait.
    expect(retryPause(429, { ratelimit: '"resolvers";r=7;t=55' })).toBeUndefined();
    expect(retryPause(503, limit)).toBeUndefined();
    expect(301_000).toBeLessThan(PATIENT.longestAsked);
  });

  it('is read off seconds and dates', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfter('12', now)).toBe(12_000);
    expect(retryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
    expect(retryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    expect(retryAfter('soon', now)).toBeUndefined();
    expect(retryAfter(undefined, now)).toBeUndefined();
  });
});
