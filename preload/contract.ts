/**
 * The only interface between the studio's two sides: every request with its reply, and every event,
 * as zod schemas that both sides check. Pixels do not cross here: they go by the pixel route
 * (`nativa://` under Electron, a guarded local route in the browser) under ids named in messages.
 */
import { z } from 'zod';

import { endEvents, JOB_REQUESTS } from './jobs.js';
import { packKey, packedPictureSchema, wireLayer, writeProjectSchema } from './layers.js';
import { MODEL_REQUESTS, modelEvents, modelSchema, tokenScaleSchema } from './models.js';
import { blobId, count, name, side, unit, workId } from './values.js';

export type {
  PackedLayer,
  PackedPicture,
  WireAdjustment,
  WireGroup,
  WireLayer,
  WireMask,
  WireRaster,
} from './layers.js';
export type { Candidate, JobEnd } from './jobs.js';
export type { WriteProject } from './layers.js';
export type { DownloadState, ModelInfo, OfferedModel } from './models.js';
export { blobId } from './values.js';

export const LANGUAGES = ['en', 'es'] as const;
export const THEMES = ['system', 'dark', 'light'] as const;
export const EXPORT_FORMATS = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'psd'] as const;
/** Networks of a model, in the order in which a picture needs them. */
export const NETWORKS = [
  'vision',
  'ar',
  'connector',
  'denoiser',
  'vae_encoder',
  'vae_decoder',
] as const;
export const STAGES = ['load', 'read', 'encode', 'tokens', 'denoise', 'decode', 'compose'] as const;

/** Settings of the studio, see services/settings.ts. */
export const settingsSchema = z.object({
  theme: z.enum(THEMES).default('system'),
  language: z.enum(LANGUAGES).nullable().default(null),
  model: z.string().max(200).nullable().default(null),
  /** Where networks compute: `auto`, or one of onnxruntime's execution providers. */
  provider: z.string().min(1).max(40).default('cpu'),
  /** Networks that compute elsewhere than `provider` says. */
  networkProviders: z.partialRecord(z.enum(NETWORKS), z.string().min(1).max(40)).default({}),
  /** Bytes that networks and what they compute may take; null: what there is. */
  engineMemory: z.number().min(64e6).max(4e12).nullable().default(null),
  threads: z.int().min(1).max(256).nullable().default(null),
  /** Bytes of pixels that a history may hold beside the picture before old states go to disk. */
  historyMemory: z.number().min(64e6).max(64e9).default(512e6),
  autosave: z.boolean().default(true),
  autosaveSeconds: z.number().min(2).max(600).default(5),
  /** Whether exported files carry what made them. */
  embedRecipe: z.boolean().default(true),
  candidates: z.int().min(1).max(4).default(4),
  /** Keys by command id; an empty list takes a command's keys away. */
  shortcuts: z.record(z.string().max(100), z.array(z.string().max(60)).max(4)).default({}),
  promptHistory: z.array(z.string().max(20_000)).max(200).default([]),
  recentFiles: z.array(z.string().max(4000)).max(20).default([]),
  /** Server of models, a proxy on the way to it, and what it knows the person by; empty: the usual. */
  hubEndpoint: z.string().max(1000).default(''),
  hubProxy: z.string().max(1000).default(''),
  hubToken: z.string().max(500).default(''),
});
export type Settings = z.output<typeof settingsSchema>;

type SettingsShape = typeof settingsSchema.shape;
/**
 * Some of the settings. Not `settingsSchema.partial()`: that would fill in the defaults, and so
 * reset all settings that are not named.
 */
export const settingsChangeSchema = z.object(
  Object.fromEntries(
    Object.entries(settingsSchema.shape).map(([key, value]) => [key, value.unwrap().optional()]),
  ) as { [K in keyof SettingsShape]: z.ZodOptional<ReturnType<SettingsShape[K]['unwrap']>> },
);

/** What a file turned out to be. */
const openedSchema = z.discriminatedUnion('kind', [
  /** A picture or a layered file of another program; layers bottom first. */
  z.strictObject({
    kind: z.literal('layers'),
    name,
    width: side,
    height: side,
    layers: z.array(wireLayer).min(1).max(500),
    /** JSON of what made the picture, from its metadata. */
    recipe: z.string().max(100_000).nullable(),
  }),
  /** A project of ours: its document as `renderer/document/serialise.ts` writes it. */
  z.strictObject({
    kind: z.literal('project'),
    name,
    project: z.string().max(64_000_000),
    /**
     * Stands for all tiles, laid out as the project says: for `tiles.store`, and where it is a project
     * whose packed pieces are used again, for `packs.adopt`.
     */
    tiles: blobId,
    /** What the project was saved by, where its packed pieces can be used again. */
    packedBy: z.exactOptional(z.string()),
  }),
]);
export type Opened = z.output<typeof openedSchema>;

const strengthsSchema = z.strictObject({ semantics: unit, appearance: unit, structure: unit });
const pixelsSchema = z.strictObject({ blob: blobId, width: side, height: side });

/** A picture to be made, with pixels by blob id. */
export const runSchema = z.strictObject({
  kind: z.enum(['generate', 'edit']),
  prompt: z.string().max(60_000),
  model: z.string().max(200).nullable(),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
  count: z.int().min(1).max(4),
  steps: z.int().min(1).max(1000).nullable(),
  guidanceScale: z.number().min(0).max(100).nullable(),
  imageGuidanceScale: z.number().min(0).max(100).nullable(),
  tokens: tokenScaleSchema.nullable(),
  /** Generate: size of the picture. */
  width: side.nullable(),
  height: side.nullable(),
  /** Edit: the picture, raw RGBA. */
  image: pixelsSchema.nullable(),
  /** Edit: white where it may change; raw RGBA, of the picture's size. */
  mask: pixelsSchema.nullable(),
  maskFeather: z.number().min(0).max(1000).nullable(),
  lockTokens: z.boolean(),
  keep: unit.nullable(),
  strengths: strengthsSchema.nullable(),
  references: z.array(strengthsSchema.extend({ image: pixelsSchema })).max(8),
});
export type RunRequest = z.output<typeof runSchema>;

/** Work found after a crash. */
const recoverySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  savedAt: z.number(),
  width: side,
  height: side,
});

/** A file that is ready to be saved by the person, on the pixel route. */
const fileSchema = z.strictObject({ blob: blobId, bytes: count, mime: z.string() });
export type ReadyFile = z.output<typeof fileSchema>;

/** An entry of a menu, as the page's registry and state say it is now. */
const menuEntrySchema = z.strictObject({
  command: z.string().max(100),
  label: z.string().max(200),
  /** Its first combination in the notation of `renderer/commands/keys.ts`; null without one. */
  keys: z.string().max(60).nullable(),
  enabled: z.boolean(),
  /** Null for what does something and is not switched on or off. */
  checked: z.boolean().nullable(),
});
export type HostMenuEntry = z.output<typeof menuEntrySchema>;

/** A line of a menu: an entry, or a menu within the menu. */
const menuLineSchema = z.union([
  menuEntrySchema,
  z.strictObject({
    label: z.string().max(200),
    entries: z.array(menuEntrySchema).min(1).max(100),
  }),
]);
export type HostMenuLine = z.output<typeof menuLineSchema>;

/** What a host with a menu of its own puts into it. */
export const hostMenuSchema = z.strictObject({
  language: z.enum(LANGUAGES),
  /** Whether a text field has the keyboard: copying and undoing then mean its text. */
  typing: z.boolean(),
  menus: z
    .array(
      z.strictObject({
        id: z.string().max(40),
        label: z.string().max(100),
        groups: z.array(z.array(menuLineSchema).min(1).max(100)).max(30),
      }),
    )
    .max(20),
});
export type HostMenu = z.output<typeof hostMenuSchema>;

/** All that can be done by a menu, its inner menus' entries too. */
export function menuEntries({ menus }: HostMenu): HostMenuEntry[] {
  const lines = menus.flatMap(({ groups }) => groups.flat());
  return lines.flatMap((line) => ('entries' in line ? line.entries : [line]));
}

/** Tiles in the order they lie in a blob: as many as the largest blob has room for. */
const tileList = z.array(z.strictObject({ id: count, bytes: count })).max(300_000);

const CLOSING = ['asking', 'leave', 'stay'] as const;
export type ClosingAnswer = (typeof CLOSING)[number];

const nothing = z.null();
const request = <Q extends z.ZodType, A extends z.ZodType>(ask: Q, answer: A) => ({ ask, answer });

/** Requests and their replies. */
export const REQUESTS = {
  /** What the studio starts with. */
  'app.start': request(
    nothing,
    z.strictObject({
      version: z.string(),
      host: z.enum(['electron', 'browser']),
      /** Names this run of the services. */
      session: z.string(),
      language: z.enum(LANGUAGES),
      settings: settingsSchema,
      /** Said once, when the settings' file was damaged and set aside. */
      settingsNotice: z.boolean(),
      recoveries: z.array(recoverySchema),
      /** Files given to the app that no page has opened, for `files.openPath`. */
      files: z.array(z.string()),
      /** Number of the first of them. */
      firstFile: count,
    }),
  ),
  'settings.set': request(settingsChangeSchema, settingsSchema),
  'models.list': request(nothing, z.array(modelSchema)),
  /** How many image tokens a model lays over a picture of this size. */
  'models.grid': request(
    z.strictObject({ model: z.string().max(200).nullable(), width: side, height: side }),
    z.strictObject({ columns: z.int().min(1), rows: z.int().min(1) }),
  ),
  ...MODEL_REQUESTS,
  'doctor.report': request(
    nothing,
    z.strictObject({
      providers: z.array(
        z.strictObject({ name: z.string(), available: z.boolean(), reason: z.string().nullable() }),
      ),
      memoryTotal: count,
      memoryFree: count,
    }),
  ),
  /** Where each network of the chosen model would compute now. */
  'doctor.plan': request(
    nothing,
    z.strictObject({
      networks: z.array(
        z.strictObject({
          network: z.enum(NETWORKS),
          provider: z.string(),
          precision: z.enum(['float32', 'float16']),
          bytes: z.number(),
          reason: z.string().nullable(),
        }),
      ),
      together: z.boolean(),
    }),
  ),
  /** Reads an uploaded file of any kind that can be opened. */
  'files.open': request(
    // A document that it becomes: then the file is kept until that is closed.
    z.strictObject({ name, blob: blobId, document: z.exactOptional(workId) }),
    openedSchema,
  ),
  /** Reads a file named on the command line or chosen in the host's own dialog. */
  'files.openPath': request(
    z.strictObject({ index: count, document: z.exactOptional(workId) }),
    openedSchema,
  ),
  /** Reads the file of a document once more, for a page that was loaded again. */
  'files.reopen': request(z.strictObject({ document: workId }), openedSchema),
  /** Which of these documents is the file of that number already. */
  'files.same': request(
    z.strictObject({
      index: count,
      documents: z
        .array(z.strictObject({ document: workId, origin: z.exactOptional(count) }))
        .max(1000),
    }),
    z.strictObject({ document: workId.nullable() }),
  ),
  /** A document was saved as the file in a blob: that is kept from now on. */
  'files.keep': request(z.strictObject({ document: workId, name, blob: blobId }), nothing),
  /** A document is closed: its file is not kept any longer. */
  'files.forget': request(z.strictObject({ document: workId }), nothing),
  /** Asks for files in the host's own dialog; they are opened by `files.openPath`. */
  'files.choose': request(nothing, z.strictObject({ files: z.array(z.string()), first: count })),
  /** Offers one of the recent files of the settings, to be opened by `files.openPath`. */
  'files.recent': request(
    z.strictObject({ path: z.string().max(4000) }),
    z.strictObject({ files: z.array(z.string()), first: count }),
  ),
  /** Encodes a flattened picture. */
  'files.export': request(
    z.strictObject({
      name,
      format: z.enum(['png', 'jpeg', 'webp', 'avif', 'tiff']),
      quality: z.int().min(1).max(100),
      lossless: z.boolean(),
      image: pixelsSchema,
      recipe: z.string().max(100_000).nullable(),
    }),
    fileSchema,
  ),
  'files.exportPsd': request(
    z.strictObject({
      name,
      width: side,
      height: side,
      layers: z.array(wireLayer).max(500),
      merged: blobId,
      task: workId,
    }),
    fileSchema,
  ),
  /** What of this is not packed under a name yet that the page made up: indices of the keys. */
  'packs.missing': request(
    z.strictObject({ store: workId, keys: z.array(packKey).max(300_000) }),
    z.strictObject({ missing: z.array(count) }),
  ),
  /** Packs rows of a picture, raw RGBA in a blob. */
  'packs.rows': request(
    z.strictObject({
      store: workId,
      key: packKey,
      width: side,
      channels: z.literal([3, 4]),
      blob: blobId,
    }),
    nothing,
  ),
  /** Packs tiles, each under the key `tile:` and its id. */
  'packs.tiles': request(z.strictObject({ store: workId, tiles: tileList, blob: blobId }), nothing),
  /** Takes over what is packed in an opened project, by the page's keys. */
  'packs.adopt': request(
    z.strictObject({
      store: workId,
      /** What `files.open` said stands for its tiles. */
      project: blobId,
      /** Ids of all its tiles, in the project's order. */
      tiles: z.array(count).max(300_000),
      /** Its pictures in their order; null for those that are to be packed again. */
      pictures: z.array(packedPictureSchema.nullable()).max(10_000),
      merged: packedPictureSchema.nullable(),
    }),
    nothing,
  ),
  /** Forgets all that was packed under a name. */
  'packs.clear': request(z.strictObject({ store: workId }), nothing),
  /** Puts a file together of what was packed; anything else is forgotten then. */
  'files.writeProject': request(writeProjectSchema, fileSchema),
  /** Gives up what is being written; nothing of it stays. */
  'task.cancel': request(z.strictObject({ task: workId }), nothing),
  /** Keeps tiles on disk for the next state, which may be too many for one message. */
  'autosave.tiles': request(z.strictObject({ id: workId, tiles: tileList, blob: blobId }), nothing),
  /** Keeps the state of the work on disk; tiles are those not yet kept. */
  'autosave.put': request(
    z.strictObject({
      id: workId,
      name,
      width: side,
      height: side,
      project: z.string().max(64_000_000),
      /** New tiles: ids and lengths in the order they lie in the blob. */
      tiles: tileList,
      blob: blobId.nullable(),
    }),
    nothing,
  ),
  /** Opens kept work: the newest state, or one so many states before it. Pixels are read later. */
  'autosave.open': request(
    z.strictObject({ id: z.string(), back: z.int().min(0).max(100) }),
    openedSchema,
  ),
  /** Forgets kept work: it was saved, or the person does not want it. */
  'autosave.discard': request(z.strictObject({ id: z.string() }), nothing),
  /** Starts making pictures; progress and the end are told by events of this job. */
  'studio.run': request(runSchema, z.strictObject({ job: count })),
  ...JOB_REQUESTS,
  /** What the host's own menu shows from now on; a host without one lets it be. */
  'menu.show': request(hostMenuSchema, nothing),
  /**
   * What comes of the window's closing, to a host that told of it by an event: the person is being
   * asked about their work, wants to leave, or to stay.
   */
  'window.closing': request(z.strictObject({ say: z.enum(CLOSING) }), nothing),
  /**
   * Keeps tiles of states that this page has released, by the page's own ids, for as long as it
   * lives; `store` is a name that the page makes up, and knows again after a lost connection.
   */
  'tiles.store': request(z.strictObject({ store: workId, tiles: tileList, blob: blobId }), nothing),
  /** Some of them as one blob, in the order asked for. */
  'tiles.fetch': request(
    z.strictObject({ store: workId, ids: z.array(count).min(1).max(4096) }),
    z.strictObject({ blob: blobId }),
  ),
  /** Reads those of an opened project once, to know whether they are whole. */
  'tiles.check': request(z.strictObject({ store: workId, task: workId }), nothing),
  /** Forgets all of them: another document is open. */
  'tiles.clear': request(z.strictObject({ store: workId }), nothing),
  /** Makes one blob of several uploads, in their order: for what is too large for one. */
  'blobs.join': request(z.array(blobId).min(1).max(1000), z.strictObject({ blob: blobId })),
  /** Lets blobs go that nobody will fetch. */
  'blobs.drop': request(z.array(blobId).max(1000), nothing),
} as const;

/** What happens without being asked for. */
export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('progress'),
    job: count,
    stage: z.enum(STAGES),
    step: count,
    total: count,
  }),
  z.strictObject({
    type: z.literal('preview'),
    job: count,
    index: count,
    width: side,
    height: side,
    /** Raw RGBA. */
    pixels: blobId,
  }),
  ...endEvents,
  /** How much of a file is written, from 0 to 1. */
  z.strictObject({ type: z.literal('task'), task: workId, part: unit }),
  ...modelEvents,
  /** The host's own menu ran a command. */
  z.strictObject({ type: z.literal('command'), command: z.string().max(100) }),
  /** The host's window is about to close, and waits for `window.closing`. */
  z.strictObject({ type: z.literal('closing') }),
  /** The recent files of the settings have changed. */
  z.strictObject({ type: z.literal('recent'), files: z.array(z.string()) }),
  /** Files were given to the running app; see `files.openPath`. */
  z.strictObject({ type: z.literal('files'), files: z.array(z.string()), first: count }),
]);
export type StudioEvent = z.output<typeof eventSchema>;

export type RequestName = keyof typeof REQUESTS;
export type Ask<N extends RequestName> = z.input<(typeof REQUESTS)[N]['ask']>;
export type Answer<N extends RequestName> = z.output<(typeof REQUESTS)[N]['answer']>;

/** An error as it crosses: a stable code and one sentence. */
export const wireErrorSchema = z.strictObject({ code: z.string(), message: z.string() });

/** What the renderer sends over the browser host's socket. */
export const clientFrameSchema = z.strictObject({
  id: count,
  name: z.enum(Object.keys(REQUESTS) as [RequestName, ...RequestName[]]),
  ask: z.unknown(),
});
/** What it is sent. */
export const serverFrameSchema = z.union([
  z.strictObject({ id: count, answer: z.unknown() }),
  z.strictObject({ id: count, error: wireErrorSchema }),
  z.strictObject({ event: eventSchema }),
]);

/** The document that a saved file is of, so that it is saved there again without a question. */
export const saveTargetSchema = z.strictObject({
  document: workId,
  /** Whether the person is asked in any case. */
  ask: z.boolean(),
  /** Number of the given file that it was opened from. */
  origin: z.exactOptional(count),
});
export type SaveTarget = z.output<typeof saveTargetSchema>;

/** The door the renderer is given, the same under every host. */
export interface NativaBridge {
  /** Checked on both sides. @throws an Error with a `code` */
  request(name: RequestName, ask: unknown): Promise<unknown>;
  onEvent(listener: (event: unknown) => void): () => void;
  /** Where blobs are fetched from and posted to: `${pixelRoute}/${id}`. */
  readonly pixelRoute: string;
  /**
   * Saves a ready file: where the document was saved before, or where the person says. Answers the
   * file's name, or null if they thought better of it.
   */
  saveFile?(name: string, blob: string, target?: SaveTarget): Promise<string | null>;
}
