/** A model comes from a server that misbehaves in all the ways servers do. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  Staging,
  accessNet,
  discardDownload,
  download,
  offer,
  theCatalogue,
} from '../../../main/services/downloads/index.js';
import type {
  Access,
  DownloadProgress,
  HubOptions,
} from '../../../main/services/downloads/index.js';
import { messagesFor } from '../../../main/services/i18n/index.js';
import { deleteModel, listModels, verifyModel } from '../../../main/services/models.js';
import { Hub } from '../../support/hub.js';

const ID = 'blip3o-next-edit-vae';
const SHARD = 'model-00001-of-00002.safetensors';
const QUICK = { attempts: 4, base: 5, longest: 20, longestAsked: 1000 };
const catalogue = await theCatalogue();

let home: string;
let hub: Hub;
const before = process.env.NATIVA_HOME;
beforeAll(() => {
  // Not what this machine's own environment says.
  for (const name of ['HF_TOKEN', 'HF_ENDPOINT']) Reflect.deleteProperty(process.env, name);
});
afterAll(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'NATIVA_HOME');
  else process.env.NATIVA_HOME = before;
});
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nativa-download-'));
  process.env.NATIVA_HOME = home;
  hub = await Hub.withCheckpoint();
});
afterEach(async () => {
  await hub.stop();
  await rm(home, { recursive: true, force: true });
});

function options(access: Access = {}, change: Partial<HubOptions['net']> = {}): HubOptions {
  const net = accessNet({ endpoint: hub.url, ...access }, {}, catalogue.endpoint, {});
  return {
    net: { ...net, patience: 1000, ...change },
    policy: QUICK,
    signal: new AbortController().signal,
  };
}

async function fetchModel(
  how = options(),
  onProgress?: (progress: DownloadProgress) => void,
): Promise<string> {
  const { plan } = await offer(ID, catalogue, how);
  return download(plan, { ...how, onProgress });
}

async function modelIds(): Promise<string[]> {
  return (await listModels()).flatMap((model) => (model.ok ? [model.manifest.id] : []));
}

/** Paths of all that is kept of a download. */
async function kept(): Promise<string[]> {
  const { folder } = new Staging(ID);
  return (await readdir(folder, { recursive: true }).catch(() => [])).sort();
}

describe('a download', () => {
  it('asks nobody for anything before it is wanted', async () => {
    await listModels();
    await theCatalogue();
    expect(hub.seen).toEqual([]);
  });

  it('offers what the server lists, with its licences, and brings a model that verifies', async () => {
    const { plan, begun, bytes, present, free } = await offer(ID, catalogue, options());
    expect({ begun, present }).toEqual({ begun: false, present: 0 });
    expect(free).toBeGreaterThan(bytes);
    const sizes = plan.files.map(({ size }) => size);
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    const [, sana] = plan.licences;
    expect(sana).toMatchObject({
      name: 'test-terms',
      nonCommercial: true,
      text: 'For research only.',
    });
    const steps: DownloadProgress[] = [];
    const dir = await download(plan, { ...options(), onProgress: (step) => steps.push(step) });
    expect(steps.filter(({ stage }) => stage === 'fetch').at(-1)?.files).toEqual(sizes);
    expect(steps.at(-1)?.stage).toBe('import');
    expect(await modelIds()).toContain(ID);
    expect(await readdir(join(home, 'models', '.downloads'))).toEqual([]);
    const { signal } = new AbortController();
    await expect(verifyModel(dir, () => undefined, signal)).resolves.toMatchObject({ id: ID });
  });

  it('leaves the base’s weights out where the checkpoint has its own', async () => {
    const sana = 'Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers';
    const files = new Map(hub.repositories.get(sana));
    const weights = 'transformer/diffusion_pytorch_model.safetensors';
    hub.repositories.set(sana, files.set(weights, Buffer.alloc(10)));
    const { plan } = await offer(ID, catalogue, options());
    const targets = plan.files.map(({ target }) => target);
    const folder = 'SANA1.5_1.6B_1024px_diffusers';
    expect(targets).not.toContain(`${folder}/${weights}`);
    expect(targets).toContain(`${folder}/vae/diffusion_pytorch_model.safetensors`);
    expect(targets).toContain('TA-Tok/ta_tok.pth');
  });

  it('goes on after dropped connections with what is missing, and no byte twice', async () => {
    let drops = 0;
    hub.misbehave = (_request, response, { name, bytes, from }) => {
      if (name !== SHARD || drops === 2) return false;
      drops++;
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': bytes.length - from,
        ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
      });
      response.write(bytes.subarray(from, from + 1000), () => response.socket?.destroy());
      return true;
    };
    await fetchModel();
    const ranges = hub.asked(SHARD).map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=1000-', 'bytes=2000-']);
  });

  it('gives up a server that brings nothing, keeps the rest, and goes on later', async () => {
    hub.misbehave = (_request, response, { name }) => {
      if (name !== SHARD) return false;
      response.socket?.destroy();
      return true;
    };
    await expect(fetchModel()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(hub.asked(SHARD)).toHaveLength(QUICK.attempts);
    expect(await modelIds()).not.toContain(ID);
    const whole = (await kept()).filter((path) => /^[^/]+\.(json|safetensors)$/.test(path));
    hub.misbehave = () => false;
    hub.seen.length = 0;
    await fetchModel();
    // What was whole, and the listings, are not asked for again.
    const asked = hub.asked('edit-VAE/resolve/').map(({ path }) => path);
    expect(whole.filter((path) => asked.some((one) => one.endsWith(`/${path}`)))).toEqual([]);
    expect(hub.asked('/api/')).toEqual([]);
    expect(await modelIds()).toContain(ID);
  });

  it('takes a connection for dropped on which nothing comes', async () => {
    let stalls = 0;
    hub.misbehave = (_request, response, { name, bytes }) => {
      if (name !== SHARD || stalls++ > 0) return false;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 500));
      return true;
    };
    await fetchModel(options({}, { patience: 200 }));
    expect(hub.asked(SHARD).map(({ range }) => range)).toEqual([undefined, 'bytes=500-']);
  });

  it.each([500, 503, 429])('comes back after %s', async (status) => {
    let refusals = 0;
    hub.misbehave = (_request, response, { name }) => {
      if (name !== SHARD || refusals++ > 1) return false;
      response.writeHead(status).end('later');
      return true;
    };
    await fetchModel();
    expect(hub.asked(SHARD)).toHaveLength(3);
  });

  it('waits as long as it is asked to, and says so where that is too long', async () => {
    let wait = '1';
    hub.misbehave = (_request, response, { name }) => {
      if (name !== SHARD || hub.asked(SHARD).length > 1) return false;
      response.writeHead(429, { 'retry-after': wait }).end();
      return true;
    };
    const began = performance.now();
    await fetchModel();
    expect(performance.now() - began).toBeGreaterThan(990);
    await deleteModel(ID, messagesFor('en'));
    hub.seen.length = 0;
    wait = '3600';
    await expect(fetchModel()).rejects.toMatchObject({
      code: 'DOWNLOAD_BUSY',
      message: expect.stringContaining('60 minutes') as string,
    });
  });

  it('begins a file anew where the server knows no ranges, or not this one', async () => {
    const part = new Staging(ID);
    await mkdir(part.folder, { recursive: true });
    await writeFile(join(part.folder, `${SHARD}.part`), 'left by another');
    await writeFile(join(part.folder, 'config.json.part'), 'left by another');
    hub.misbehave = (request, response, { name, bytes }) => {
      if (request.headers.range === undefined) return false;
      if (name === SHARD) response.end(bytes);
      else response.writeHead(416).end();
      return true;
    };
    await fetchModel();
    expect(hub.asked('config.json').map(({ range }) => range)).toContain('bytes=15-');
    expect(await modelIds()).toContain(ID);
  });

  it('does not append a part that begins elsewhere', async () => {
    const part = new Staging(ID);
    await mkdir(part.folder, { recursive: true });
    await writeFile(join(part.folder, `${SHARD}.part`), 'left by another');
    hub.misbehave = (request, response, { name, bytes }) => {
      if (request.headers.range === undefined || name !== SHARD) return false;
      response.writeHead(206, { 'content-range': `bytes 3-${bytes.length - 1}/${bytes.length}` });
      response.end(bytes.subarray(3));
      return true;
    };
    await fetchModel();
    expect(await modelIds()).toContain(ID);
  });

  it.each([
    ['says another size', (bytes: Buffer) => [bytes.length + 5, bytes] as const],
    ['sends more', (bytes: Buffer) => [undefined, Buffer.concat([bytes, bytes])] as const],
  ])('stops where the server %s than it listed', async (_what, lie) => {
    hub.misbehave = (_request, response, { name, bytes }) => {
      if (name !== SHARD) return false;
      const [length, sent] = lie(bytes);
      if (length !== undefined) response.setHeader('content-length', length);
      response.write(sent);
      response.socket?.end();
      return true;
    };
    await expect(fetchModel()).rejects.toMatchObject({ code: 'DOWNLOAD_SIZE' });
    expect(await modelIds()).not.toContain(ID);
  });

  it('forgives wrong bytes once, and keeps none of them', async () => {
    let lies = 1;
    const wrong = new Set([SHARD, 'tokenizer.json']);
    hub.misbehave = (_request, response, { name, bytes }) => {
      if (!wrong.has(name) || hub.asked(name).length > lies) return false;
      response.end(Buffer.alloc(bytes.length, 7));
      return true;
    };
    await fetchModel();
    expect(hub.asked(SHARD)).toHaveLength(2);
    await deleteModel(ID, messagesFor('en'));
    hub.seen.length = 0;
    lies = 9;
    wrong.delete(SHARD);
    await expect(fetchModel()).rejects.toMatchObject({
      code: 'DOWNLOAD_CORRUPT',
      message: expect.stringContaining('tokenizer.json') as string,
    });
    expect(await kept()).not.toContain('tokenizer.json');
    expect(await kept()).not.toContain('tokenizer.json.part');
  });

  it('follows redirects, tells the token to the person’s server alone, and no plain stranger', async () => {
    const store = await Hub.withCheckpoint();
    try {
      hub.misbehave = (request, response) => {
        if (request.url?.includes('moved') === true) return false;
        response.writeHead(302, { location: `${store.url}${request.url ?? ''}` }).end();
        return true;
      };
      const how = options({ token: 'hf_secret' });
      await expect(fetchModel(how)).rejects.toMatchObject({ code: 'UNSAFE_REDIRECT' });
      expect(store.seen).toEqual([]);
      await fetchModel(options({ token: 'hf_secret' }, { plainHosts: [store.host] }));
      expect(store.seen.length).toBeGreaterThan(5);
      expect(store.seen.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
      expect(hub.seen.every(({ authorization }) => authorization === 'Bearer hf_secret')).toBe(
        true,
      );
      expect(await kept()).toEqual([]);
    } finally {
      await store.stop();
    }
  });

  it('brings large files from the store they are led to, and asks again when that turns away', async () => {
    const store = await Hub.start();
    hub.store = store;
    let turned = 0;
    store.misbehaveStore = (request, response) => {
      if (request.headers.range !== undefined || turned > 2) return false;
      turned++;
      // An address that was signed too long ago; a connection that breaks.
      if (turned === 1) response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      else response.writeHead(200).write('x', () => response.socket?.destroy());
      return true;
    };
    try {
      const how = options({ token: 'hf_secret' }, { plainHosts: [store.host] });
      // What came of the broken ones is not the file's, which its hash tells.
      await fetchModel(how);
      expect(await modelIds()).toContain(ID);
      expect(turned).toBe(3);
      expect(store.seen.flatMap(({ authorization }) => authorization ?? [])).toEqual([]);
      expect(store.seen.some(({ range }) => range === 'bytes=1-')).toBe(true);
      expect(hub.seen.filter(({ authorization }) => authorization === undefined)).toEqual([]);
    } finally {
      await store.stop();
    }
  });

  it('reads a listing to its last page, of the server that was asked', async () => {
    const { plan } = await offer(ID, catalogue, options());
    hub.pageSize = 2;
    hub.seen.length = 0;
    expect((await offer(ID, catalogue, options())).plan.files).toEqual(plan.files);
    expect(hub.asked('edit-VAE/tree/').length).toBeGreaterThan(2);
  });

  it.each([
    [undefined, 'on http://127.0.0.1:', '/BLIP3o/BLIP3o-NEXT-edit-VAE, and set a token'],
    ['hf_other', 'refuses', '/BLIP3o/BLIP3o-NEXT-edit-VAE with the account'],
    ['hf_old', 'does not know this token', 'copy it again'],
  ])(
    'says where terms are accepted, or what is wrong with the token (%s)',
    async (token, ...words) => {
      hub.gated.set('BLIP3o/BLIP3o-NEXT-edit-VAE', ['hf_member']);
      hub.tokens = ['hf_member', 'hf_other'];
      const refused = await offer(ID, catalogue, options({ token })).catch(
        (error: unknown) => error,
      );
      expect(refused).toMatchObject({ code: 'DOWNLOAD_FORBIDDEN' });
      for (const word of words) expect((refused as Error).message).toContain(word);
      await fetchModel(options({ token: 'hf_member' }));
      expect(await modelIds()).toContain(ID);
    },
  );

  it('tells a repository that is gone from one that asks for a token', async () => {
    hub.repositories.delete('csuhan/TA-Tok');
    const message = expect.stringMatching(/no csuhan\/TA-Tok, or shows it only/) as string;
    await expect(fetchModel()).rejects.toMatchObject({ code: 'DOWNLOAD_NOT_FOUND', message });
  });

  it('takes nothing that was packed on its way', async () => {
    hub.misbehave = (_request, response, { name, bytes }) => {
      if (name !== 'tokenizer.json') return false;
      response.setHeader('content-encoding', 'gzip');
      response.end(bytes);
      return true;
    };
    await expect(fetchModel()).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
  });

  it('follows a redirect on the same server, and none without an end', async () => {
    hub.misbehave = (request, response) => {
      if (request.url?.includes('again') === true) return false;
      response.writeHead(307, { location: `${request.url ?? ''}?again` }).end();
      return true;
    };
    await fetchModel();
    expect(await modelIds()).toContain(ID);
    await deleteModel(ID, messagesFor('en'));
    hub.misbehave = (request, response) => {
      response.writeHead(302, { location: request.url ?? '' }).end();
      return true;
    };
    await expect(fetchModel()).rejects.toMatchObject({ code: 'UNSAFE_REDIRECT' });
  });

  it.each([
    [401, 'DOWNLOAD_FORBIDDEN', 'HF_TOKEN'],
    [403, 'DOWNLOAD_FORBIDDEN', 'HF_TOKEN'],
    [404, 'DOWNLOAD_NOT_FOUND', SHARD],
  ])('says what to do about %s', async (status, code, word) => {
    hub.misbehave = (_request, response, { name }) => {
      if (name !== SHARD) return false;
      response.writeHead(status).end();
      return true;
    };
    const message = expect.stringContaining(word) as string;
    await expect(fetchModel()).rejects.toMatchObject({ code, message });
    expect(hub.asked(SHARD)).toHaveLength(1);
  });

  it.each(['../outside', 'a/../../b', '/etc/passwd', 'C:\\x', 'nul', '.hidden', 'a:b', 'x\u0000'])(
    'takes no file called %j',
    async (name) => {
      hub.list = (entry) =>
        entry.path === 'README.md' ? { ...entry, path: `transformer/${name}` } : entry;
      const sources = structuredClone(catalogue);
      sources.bases.diffusion.files.push({ match: '*', required: false });
      // The catalogue's patterns fit plain names only, so such a name is never asked for …
      const { plan } = await offer(ID, sources, options());
      expect(plan.files.map(({ target }) => target).join()).not.toContain(name);
      // … and one that a pattern fits is refused.
      hub.list = (entry) =>
        entry.path === 'LICENSE' ? { ...entry, path: `LICENSE${name}` } : entry;
      const planned = await offer(ID, catalogue, options()).then(
        ({ plan: { files } }) => files.map(({ target }) => target),
        (error: unknown) => error,
      );
      if (Array.isArray(planned)) {
        expect(planned.join()).not.toContain('..');
        expect(planned.join()).not.toContain(':');
      } else expect(planned).toMatchObject({ code: 'UNSAFE_NAME' });
    },
  );

  it('stops when it is told to, and goes on from there', async () => {
    hub.slow = { piece: 4000, pause: 5 };
    const controller = new AbortController();
    const how = { ...options(), signal: controller.signal };
    const stopped = fetchModel(how, ({ done, total }) => {
      if (done > total / 4) controller.abort();
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const { present, begun } = await offer(ID, catalogue, options());
    expect(begun).toBe(true);
    expect(present).toBeGreaterThan(0);
    hub.slow = undefined;
    const first: number[] = [];
    await fetchModel(options(), ({ done }) => first.push(done));
    expect(first[0]).toBe(present);
    expect(await modelIds()).toContain(ID);
  });

  it('keeps to the commit it began with when the server has moved on', async () => {
    hub.misbehave = (_request, response, { name }) => {
      if (name !== SHARD) return false;
      response.writeHead(404).end();
      return true;
    };
    await expect(fetchModel()).rejects.toThrow();
    hub.misbehave = () => false;
    const own = new Map(hub.repositories.get('BLIP3o/BLIP3o-NEXT-edit-VAE'));
    hub.repositories.set('BLIP3o/BLIP3o-NEXT-edit-VAE', own.set(SHARD, Buffer.from('another')));
    await expect(fetchModel()).rejects.toMatchObject({ code: 'DOWNLOAD_SIZE' });
  });

  it('is done by one at a time, and leaves nothing when it is not wanted any more', async () => {
    hub.slow = { piece: 2000, pause: 10 };
    const controller = new AbortController();
    const first = fetchModel({ ...options(), signal: controller.signal });
    const ended = first.catch((error: unknown) => error);
    await expect.poll(() => hub.asked(SHARD).length).toBeGreaterThan(0);
    await expect(fetchModel()).rejects.toMatchObject({ code: 'DOWNLOAD_RUNNING' });
    controller.abort();
    await ended;
    await discardDownload(ID);
    expect(await readdir(join(home, 'models', '.downloads'))).toEqual([]);
  });

  it('does not take what is spoiled on the disk', async () => {
    const part = new Staging(ID);
    await mkdir(part.folder, { recursive: true });
    const bytes = hub.repositories.get('BLIP3o/BLIP3o-NEXT-edit-VAE')?.get(SHARD);
    await writeFile(join(part.folder, `${SHARD}.part`), Buffer.alloc(bytes?.length ?? 0, 1));
    const dir = await fetchModel();
    expect(await readFile(join(dir, SHARD))).toEqual(bytes);
    await appendFile(join(dir, SHARD), 'x');
    const { signal } = new AbortController();
    await expect(verifyModel(dir, () => undefined, signal)).rejects.toThrow();
  });

  it('refuses a model that is here, and one that nobody knows', async () => {
    await fetchModel();
    await expect(offer(ID, catalogue, options())).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    await expect(offer('other', catalogue, options())).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('blip3o-next-sft-3b') as string,
    });
  });
});

describe('through a proxy', () => {
  it('asks it for plain addresses, with the name and password it wants', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.headers['proxy-authorization']);
      // Node hands on what stands in the request line: an address here.
      void fetch(new URL(request.url ?? ''), { headers: { range: request.headers.range ?? '' } })
        .then(async (answer) => {
          response.writeHead(answer.status, { 'content-type': 'application/octet-stream' });
          response.end(Buffer.from(await answer.arrayBuffer()));
        })
        .catch(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    try {
      await fetchModel(options({ proxy: `http://me:pass%20word@127.0.0.1:${port}` }));
      const told = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
      expect(asked.length).toBeGreaterThan(10);
      expect(new Set(asked)).toEqual(new Set([told]));
    } finally {
      proxy.close();
    }
  });

  it('opens a tunnel for encrypted ones, and says what the proxy answers', async () => {
    const asked: string[] = [];
    let refuse = true;
    // Known beforehand: what was asked for at once can come when the server is gone already.
    const end = Number(new URL(hub.url).port);
    const proxy = createServer().listen(0, '127.0.0.1');
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      if (refuse) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      // The far end speaks no TLS: the tunnel stands, what goes through it does not.
      const far = connect(end, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        far.pipe(socket).pipe(far);
      });
      far.on('error', () => socket.destroy());
      socket.on('error', () => far.destroy());
    });
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const how = options({ endpoint: 'https://models.example', proxy: `127.0.0.1:${port}` });
    try {
      await expect(fetchModel(how)).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringContaining('407') as string,
      });
      refuse = false;
      await expect(fetchModel(how)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
      expect(new Set(asked)).toEqual(new Set(['models.example:443']));
    } finally {
      proxy.close();
    }
  });
});

/** Whether this person may mount a disk in memory. */
async function canMount(): Promise<boolean> {
  const disk = await mkdtemp(join(tmpdir(), 'nativa-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' });
    execFileSync('umount', [disk]);
    return true;
  } catch {
    return false;
  } finally {
    await rm(disk, { recursive: true, force: true });
  }
}

describe.skipIf(!(await canMount()))('on a small disk', () => {
  it('says what is missing before a byte is fetched, and works once there is room', async () => {
    const models = join(home, 'models');
    await mkdir(models);
    const size = (bytes: string): void => {
      execFileSync('mount', ['-o', `remount,size=${bytes}`, models]);
    };
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', models]);
    try {
      await expect(fetchModel()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(hub.asked(SHARD)).toEqual([]);
      size('6m');
      // Someone else fills the disk meanwhile.
      hub.misbehave = (_request, _response, { name }) => {
        if (name === SHARD) fill(join(models, 'filler'));
        return false;
      };
      await expect(fetchModel()).rejects.toMatchObject({ code: 'DISK_FULL' });
      await rm(join(models, 'filler'));
      hub.misbehave = () => false;
      await fetchModel();
      expect(await modelIds()).toContain(ID);
    } finally {
      execFileSync('umount', [models]);
    }
  });
});

/** Writes until there is no room. */
function fill(path: string): void {
  try {
    for (;;) appendFileSync(path, Buffer.alloc(65_536));
  } catch {
    // Now there is none.
  }
}
