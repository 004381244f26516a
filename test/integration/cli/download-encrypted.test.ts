/** `models download` from a server with a certificate, directly and through a proxy's tunnel. */
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from '../../support/cli.js';
import { Hub } from '../../support/hub.js';

const ID = 'blip3o-next-edit-vae';
const HOST = 'models.example';
const canCertify = spawnSync('openssl', ['version']).status === 0;
const without = canCertify ? '' : ' (no openssl here to make a certificate)';

let place: Workplace;
let hub: Hub;
const servers: Server[] = [];
const sockets = new Set<Socket>();
/** What the proxy was asked to reach. */
const asked: string[] = [];

beforeEach(async () => {
  place = await Workplace.make();
  hub = await Hub.withCheckpoint();
  asked.length = 0;
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await hub.stop();
  await place.remove();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Both ways, until one end is gone. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    sockets.add(from);
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
}

/** The hub behind a certificate for a host and for this machine. @returns its port */
async function encrypted(): Promise<number> {
  const [key, cert] = [place.path('home', 'key.pem'), place.path('home', 'cert.pem')];
  execFileSync('mkdir', ['-p', place.path('home')]);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${HOST}`],
      ...['-addext', `subjectAltName=DNS:${HOST},DNS:localhost`, '-keyout', key, '-out', cert],
    ],
    { stdio: 'pipe' },
  );
  const options = { key: await readFile(key), cert: await readFile(cert) };
  return listening(
    createTlsServer(options, (socket) => {
      join(socket, connect(Number(new URL(hub.url).port), '127.0.0.1'));
    }),
  );
}

/** A proxy that knows where the host is. @returns its address */
async function proxied(port: number): Promise<string> {
  const proxy = createServer();
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    const far = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      join(socket, far);
    });
  });
  return `http://127.0.0.1:${await listening(proxy)}`;
}

describe.skipIf(!canCertify)(`a server with a certificate${without}`, () => {
  const download = ['models', 'download', ID, '--accept-licence', '--endpoint'];
  const fetching = [...download, `https://${HOST}`];

  it('brings the model', async () => {
    const at = `https://localhost:${await encrypted()}`;
    const direct = {
      NODE_EXTRA_CA_CERTS: place.path('home', 'cert.pem'),
      ...{ NO_PROXY: 'localhost', no_proxy: 'localhost' },
    };
    const brought = await place.run([...download, at], undefined, direct);
    expect(brought.code).toBe(0);
    expect((await place.run(['models', 'verify', ID])).code).toBe(0);
  });

  it('brings the model through the tunnel where the certificate is trusted', async () => {
    const proxy = await proxied(await encrypted());
    const trusting = { NODE_EXTRA_CA_CERTS: place.path('home', 'cert.pem') };
    const brought = await place.run([...fetching, '--proxy', proxy], undefined, trusting);
    expect(brought.stderr).not.toContain('could not');
    expect(brought.code).toBe(0);
    expect(new Set(asked)).toEqual(new Set([`${HOST}:443`]));
    expect((await place.run(['models', 'verify', ID])).code).toBe(0);
  });

  it('takes nothing from a server whose certificate nobody vouches for', async () => {
    const proxy = await proxied(await encrypted());
    const { code, stderr } = await place.run([...fetching, '--proxy', proxy]);
    expect(code).toBe(1);
    expect(stderr).toContain('certificate');
    expect(hub.seen).toEqual([]);
  });
});
