/** What the page as a whole listens to: files dropped and pasted, the system's theme, leaving. */
import { filesOf } from '../files/dropped.js';
import type { Studio } from './studio.svelte.js';

/** Files dropped anywhere are opened; the page never leaves for them. */
export function listenToDrops(studio: Studio): void {
  window.addEventListener('dragover', (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    studio.ui.dropping = event.dataTransfer?.types.includes('Files') === true;
  });
  window.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) studio.ui.dropping = false;
  });
  window.addEventListener(
    'drop',
    () => {
      studio.ui.dropping = false;
    },
    { capture: true },
  );
  window.addEventListener('drop', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const files = filesOf(event.dataTransfer);
    const place = studio.current;
    studio.attempt(async () => {
      await studio.files.addFiles(await files, place);
    });
  });
}

/** Pictures pasted from other programs become layers. */
export function listenToPaste(studio: Studio): void {
  window.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) =>
      type.startsWith('image/'),
    );
    if (files.length === 0) return;
    event.preventDefault();
    studio.attempt(() => studio.files.addFiles(files));
  });
}

/** Asks before leaving work that is neither saved nor kept. */
export function listenToLeaving(studio: Studio): void {
  window.addEventListener('beforeunload', (event) => {
    if (studio.documents.list.some(({ autosave }) => !autosave.safe)) event.preventDefault();
  });
}

/** Dark or light, as the settings or the system say. */
export function followTheme(studio: Studio): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let system = $state(dark.matches);
  dark.addEventListener('change', () => {
    system = dark.matches;
  });
  $effect.root(() => {
    $effect(() => {
      const { theme } = studio.settings;
      studio.ui.theme = theme === 'system' ? (system ? 'dark' : 'light') : theme;
      document.documentElement.dataset.theme = studio.ui.theme;
    });
  });
}

/** Keeps the work on disk, the title true and the token grid of the right size. */
export function watchDocument(studio: Studio): void {
  const size = $derived(
    studio.editor.document && `${studio.editor.document.width}x${studio.editor.document.height}`,
  );
  $effect.root(() => {
    $effect(() => {
      for (const { autosave } of studio.documents.list) autosave.notice();
      studio.historyMemory.notice();
    });
    $effect(() => {
      const { name, dirty } = studio.editor;
      document.title = size ? `${dirty ? '• ' : ''}${name} — Nativa` : 'Nativa';
    });
    $effect(() => {
      const model = studio.model?.id ?? null;
      const [width, height] = (size ?? '').split('x').map(Number);
      if (!width || !height || model === null) return;
      void studio.client
        .request('models.grid', { model, width, height })
        .then((grid) => {
          studio.grid = grid;
        })
        .catch(() => {
          studio.grid = null;
        });
    });
  });
}
