/**
 * The recipe of a picture, what made it, inside the picture's file. PNG carries it as JSON in an
 * iTXt chunk with the keyword `nativa:recipe`; JPEG, WebP, AVIF and TIFF in an XMP packet as the
 * property `recipe`. Nothing else of a source's metadata (EXIF, GPS, comments) is ever copied.
 */
import { inflateSync } from 'node:zlib';

import { NativaError } from '../../../native-models/errors.js';
import { readInput } from './decode.js';
import { chunksOf, encodeChunk, insertChunks } from './png.js';
import { sharp } from './sharp.js';
import { sniffFormat } from './sniff.js';
import type { ImageInput } from './types.js';

/** Anything JSON can say. */
type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
/** A JSON object: the shape every recipe has. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Keyword of the iTXt chunk that holds the recipe. */
const RECIPE_KEYWORD = 'nativa:recipe';
/** Most bytes a recipe may have as JSON. */
export const MAX_RECIPE_BYTES = 1024 * 1024;

const NAMESPACE = 'urn:nativa:recipe:1#';
const DEEPEST = 32;

function badRecipe(reason: string, cause?: unknown): NativaError {
  return new NativaError(
    'INVALID_RECIPE',
    `The recipe in the picture cannot be used: ${reason}; the picture itself is not affected.`,
    { cause },
  );
}

function depth(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depth(inner));
  return deepest + 1;
}

/** @throws NativaError INVALID_RECIPE */
function parseRecipe(json: string): JsonObject {
  let value: JsonValue;
  try {
    value = JSON.parse(json) as JsonValue;
  } catch (error) {
    throw badRecipe('it is no JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRecipe('it is no JSON object');
  }
  if (depth(value) > DEEPEST) throw badRecipe('it is nested too deeply');
  return value;
}

/**
 * A recipe as JSON text.
 * @throws NativaError INVALID_RECIPE over {@link MAX_RECIPE_BYTES}
 */
function recipeJson(recipe: JsonObject): string {
  const json = JSON.stringify(recipe);
  if (Buffer.byteLength(json) > MAX_RECIPE_BYTES) throw badRecipe('it is over 1 MiB');
  return json;
}

/**
 * Adds a recipe to a PNG file's bytes; the pixels' own bytes stay as they are.
 * @throws NativaError INVALID_RECIPE, UNREADABLE_IMAGE
 */
export function withRecipe(png: Uint8Array, recipe: JsonObject): Uint8Array {
  // iTXt: keyword, 0, not compressed, method 0, no language, no translated keyword, UTF-8 text
  const head = Buffer.from(`${RECIPE_KEYWORD}\0\0\0\0\0`, 'latin1');
  const chunk = encodeChunk('iTXt', Buffer.concat([head, Buffer.from(recipeJson(recipe))]));
  return insertChunks(png, [chunk]);
}

/** Text of an iTXt chunk if its keyword is the recipe's. */
function recipeText(data: Uint8Array): string | null {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const keyword = bytes.indexOf(0);
  if (bytes.toString('latin1', 0, Math.max(keyword, 0)) !== RECIPE_KEYWORD) return null;
  const language = bytes.indexOf(0, keyword + 3);
  const translated = bytes.indexOf(0, language + 1);
  if (language < 0 || translated < 0) throw badRecipe('its chunk is damaged');
  const text = bytes.subarray(translated + 1);
  if (bytes[keyword + 1] === 0) {
    if (text.length > MAX_RECIPE_BYTES) throw badRecipe('it is over 1 MiB');
    return text.toString('utf8');
  }
  try {
    return inflateSync(text, { maxOutputLength: MAX_RECIPE_BYTES }).toString('utf8');
  } catch (error) {
    throw badRecipe('its chunk is damaged or too large', error);
  }
}

/**
 * The recipe that a PNG's bytes carry, or null where they carry none or are no PNG. What a recipe
 * must hold is for the caller to check; here it is bounded in size and depth and known to be a JSON
 * object.
 * @throws NativaError INVALID_RECIPE
 */
export function readRecipe(png: Uint8Array): JsonObject | null {
  for (const chunk of chunksOf(png, 'iTXt')) {
    const text = recipeText(chunk.data);
    if (text === null) continue;
    if (!chunk.intact) throw badRecipe('its check sum is wrong');
    return parseRecipe(text);
  }
  return null;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/**
 * An XMP packet that holds a recipe, for sharp's `withXmp`.
 * @throws NativaError INVALID_RECIPE
 */
export function recipeXmp(recipe: JsonObject): string {
  const value = recipeJson(recipe).replace(/[&<>"\n\t]/g, (c) => ESCAPES[c] ?? c);
  return (
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    `<rdf:Description rdf:about="" xmlns:nativa="${NAMESPACE}" nativa:recipe="${value}"/>` +
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
  );
}

/** @throws NativaError INVALID_RECIPE */
function readXmpRecipe(xmp: Buffer): JsonObject | null {
  if (xmp.length > 8 * MAX_RECIPE_BYTES) return null;
  const found = /nativa:recipe="([^"]*)"/.exec(xmp.toString('utf8'));
  if (!found) return null;
  const names = Object.fromEntries(Object.entries(ESCAPES).map(([c, name]) => [name, c]));
  const json = (found[1] ?? '').replace(/&#?\w+;/g, (name) => names[name] ?? name);
  return parseRecipe(json);
}

/**
 * The recipe that a file of any readable format carries, or null; see {@link readRecipe}.
 * @throws NativaError INVALID_RECIPE, FILE_NOT_FOUND, UNREADABLE_IMAGE, IMAGE_TOO_LARGE
 */
export async function readFileRecipe(input: ImageInput): Promise<JsonObject | null> {
  const bytes = await readInput(input);
  const format = sniffFormat(bytes);
  if (format === 'png') return readRecipe(bytes);
  if (format === null || format === 'gif') return null;
  const options = { limitInputPixels: false, failOn: 'error' } as const;
  const metadata = await sharp(bytes, options)
    .metadata()
    .catch(() => null);
  return metadata?.xmp ? readXmpRecipe(metadata.xmp) : null;
}
