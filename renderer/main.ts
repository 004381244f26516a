/** Where the page begins: connects to the services and shows the studio. */
import './styles/theme.css';
import './styles/controls.css';
import './styles/contrast.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connectBrowser } from './bridge/browser.js';
import { Client } from './bridge/client.js';
import { COMMANDS } from './commands/index.js';
import { Registry, commandsFor } from './commands/registry.js';
import {
  followTheme,
  listenToDrops,
  listenToLeaving,
  listenToPaste,
  watchDocument,
} from './state/page.svelte.js';
import { tellMenu } from './state/host-menu.svelte.js';
import { listenToKeys } from './state/keyboard.js';
import { reopen } from './state/reopening.svelte.js';
import { Studio } from './state/studio.svelte.js';

const browser = window.nativa ? null : connectBrowser();
const bridge = browser ?? window.nativa;
if (!bridge) throw new Error('the page has no way to the services');
const client = new Client(bridge);
const start = await client.request('app.start', null);
const mac = navigator.platform.startsWith('Mac');
const places = 'showSaveFilePicker' in window;
const commands = commandsFor(COMMANDS, { host: start.host, mac, places });
const studio = new Studio(client, new Registry(commands), start);
client.onEvent((event) => {
  studio.receive(event);
});
browser?.onConnection((state) => {
  studio.connected = state !== 'lost';
});
listenToKeys(studio);
listenToDrops(studio);
listenToPaste(studio);
listenToLeaving(studio);
if (studio.start.host === 'electron') tellMenu(studio);
followTheme(studio);
watchDocument(studio);
mount(App, { target: document.body, props: { studio } });
studio.attempt(() => studio.loadModels());
const { files, firstFile } = studio.start;
studio.attempt(async () => {
  await reopen(studio);
  if (files.length > 0) await studio.files.openGiven(files, firstFile);
});
