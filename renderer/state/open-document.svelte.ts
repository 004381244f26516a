/** One of the open documents, with all that is its own and stays as it is while another is shown. */
import type { Settings } from '../../preload/contract.js';
import type { Client } from '../bridge/client.js';
import type { Compositor } from '../document/pixels/compose.js';
import type { LayerId, Matrix, Point } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import { Autosave } from './autosave.svelte.js';
import { ConsistencyState } from './consistency.svelte.js';
import { CropState } from './crop.svelte.js';
import { CreateState, type RunsShared } from './create.svelte.js';
import { Editor } from './editor.svelte.js';
import { Keeping } from './keeping.svelte.js';
import { MaskState } from './mask.svelte.js';
import { Packing } from './packing.js';
import { ReferencePictures } from './pictures.js';
import { Released } from './released.svelte.js';
import { Typing } from './typing.svelte.js';
import type { UiState } from './ui.svelte.js';
import { ViewState } from './view.svelte.js';

/** What all documents have in common. */
export interface DocumentShared extends RunsShared {
  readonly ui: UiState;
  readonly settings: Settings;
  readonly compositor: Compositor;
  /** A name that no open document has. */
  readonly untitled: () => string;
}

let made = 0;

export class OpenDocument {
  /** Names it within this page. */
  readonly key = `document-${++made}`;
  readonly editor: Editor;
  readonly view = new ViewState();
  readonly mask: MaskState;
  readonly typing: Typing;
  readonly crop: CropState;
  readonly create: CreateState;
  readonly consistency = new ConsistencyState();
  readonly pictures = new ReferencePictures();
  readonly keeping: Keeping;
  readonly released: Released;
  readonly autosave: Autosave;
  readonly packing: Packing;
  /** Where the clone tool copies from, of which layer, and how far from what it paints. */
  cloneFrom = $state.raw<{
    readonly point: Point;
    readonly layer: LayerId | undefined;
    readonly offset: Point | null;
  } | null>(null);
  /** Where the last stroke ended, for a straight line from there. */
  strokeEnd: Point | null = null;
  /** The document with the candidate that is looked at; made once, for it has layers of its own. */
  readonly #candidate = $derived.by(() => this.create.preview(this.editor.document));

  readonly #client: Client;

  /** @param like settings of runs and the window's size are taken over from this one */
  constructor(shared: DocumentShared, like: OpenDocument | null) {
    this.#client = shared.client;
    this.editor = new Editor(shared.failed, shared.untitled);
    this.mask = new MaskState(this.editor);
    this.typing = new Typing(this.editor);
    this.crop = new CropState(this.editor);
    this.create = new CreateState(shared, like?.create);
    this.released = new Released(shared, this.editor);
    this.keeping = new Keeping(this);
    this.autosave = new Autosave(shared, this);
    this.packing = new Packing(shared.client, shared.compositor, this.released);
    if (like) this.view.takeWindow(like.view);
    this.create.arrived = ({ items }) => {
      const [first] = items;
      // Without a document nothing says yet where the picture lies.
      if (!this.editor.document && first) this.view.fit({ x: 0, y: 0, ...first.raster });
    };
  }

  get name(): string {
    if (this.editor.document) return this.editor.name;
    const { jobs, current } = this.create;
    return jobs[0]?.prompt ?? current?.placement.name ?? t('tabs.empty');
  }

  get candidate() {
    return this.#candidate;
  }

  /** Whether it waits for pictures, or for someone to choose among them. */
  get pending(): boolean {
    return this.create.busy || this.create.current !== null;
  }

  get untouched(): boolean {
    return this.editor.tree === null && !this.pending && !this.keeping.restoring;
  }

  /** Shows all of it. */
  fit(): void {
    const { document } = this.editor;
    if (document) this.view.fit({ x: 0, y: 0, width: document.width, height: document.height });
  }

  /** After its frame has changed; see `ViewState.reframe`. @param moved from the old to the new */
  reframed(moved: Matrix): void {
    const { document } = this.editor;
    if (!document) return;
    this.view.reframe(moved, { x: 0, y: 0, width: document.width, height: document.height });
  }

  /** Nothing of it is wanted any more. */
  async end(): Promise<void> {
    this.typing.finish();
    const { id } = this.editor;
    if (id) void this.#client.request('files.forget', { document: id }).catch(() => undefined);
    await Promise.all([this.create.end(), this.autosave.forget(false)]);
    this.editor.close();
    this.released.end();
    this.pictures.clear();
    this.packing.end();
  }
}
