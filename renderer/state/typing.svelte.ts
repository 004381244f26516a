/** Text that is being typed on the canvas: shown as it grows, and one step of the history. */
import { uniqueName } from '../document/create.js';
import { addLayer, removeLayers } from '../document/layers/arrange.js';
import { updateText } from '../document/layers/content.js';
import { selectLayers } from '../document/layers/select.js';
import { findLayer } from '../document/layers/tree.js';
import type { LayerId, StudioDocument, TextLayer } from '../document/types.js';
import type { Editor } from './editor.svelte.js';

/** Characters of a text that its layer is named by. */
const NAMED = 40;

/** Where the caret stands when typing begins. */
export type Caret = number | 'all';

interface Session {
  readonly id: LayerId;
  /** The layer, if there was none before. */
  readonly fresh: TextLayer | null;
  readonly caret: Caret;
  /** The work that it belongs to. */
  readonly work: string;
}

export class Typing {
  readonly #editor: Editor;
  #session = $state.raw<Session | null>(null);
  #text = $state('');

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  get session(): Session | null {
    return this.#session;
  }

  /** The layer as it is shown while it is typed. */
  get layer(): TextLayer | null {
    const { gesture, document } = this.#editor;
    const session = this.#session;
    if (!session || session.work !== this.#editor.id) return null;
    const shown = gesture ?? document;
    const layer = (shown && findLayer(shown, session.id)) ?? session.fresh;
    return layer?.type === 'text' ? layer : null;
  }

  /** Begins a new text. */
  begin(layer: TextLayer, caret: Caret = 'all'): void {
    this.finish();
    this.#start({ id: layer.id, fresh: layer, caret, work: this.#editor.id }, layer.text);
  }

  /** Goes on with the text of a layer. @throws DocumentError if it is locked */
  edit(layer: TextLayer, caret: Caret): void {
    this.finish();
    const { document } = this.#editor;
    if (!document) return;
    // Asked for before anything is typed.
    updateText(document, layer.id, { text: layer.text });
    this.#editor.touch((current) => selectLayers(current, [layer.id]));
    this.#start({ id: layer.id, fresh: null, caret, work: this.#editor.id }, layer.text);
  }

  /** Shows the text as it is now. */
  write(text: string): void {
    this.#text = text;
    this.#show();
  }

  /** Makes a step of what was typed; a text of nothing is no layer. */
  finish(): void {
    const session = this.#session;
    const { document } = this.#editor;
    this.#session = null;
    if (!session || !document || session.work !== this.#editor.id) return;
    this.#editor.gesture = null;
    const { id, fresh } = session;
    const text = this.#text;
    if (text.trim() !== '') {
      const key = fresh ? 'command.tool.text' : 'properties.text';
      this.#editor.change(key, (current) => typed(current, session, text));
    } else if (!fresh) {
      this.#editor.change('command.layer.delete', (current) => removeLayers(current, [id]));
    }
  }

  #start(session: Session, text: string): void {
    this.#session = session;
    this.#text = text;
    this.#show();
  }

  #show(): void {
    const { document } = this.#editor;
    if (document && this.#session) {
      this.#editor.gesture = typed(document, this.#session, this.#text);
    }
  }
}

function typed(document: StudioDocument, { id, fresh }: Session, text: string): StudioDocument {
  if (!fresh) return updateText(document, id, { text });
  const [line = ''] = text.trim().split('\n');
  const name = line === '' ? fresh.name : uniqueName(document, line.slice(0, NAMED));
  return addLayer(document, { ...fresh, text, name });
}
