import { basename, dirname } from 'node:path';

import type { Qwen3Config } from '../graphs/index.js';

/** Stages of training that BLIP3o-NEXT was released after. */
export type Variant =
  'pretrain' | 'sft' | 'grpo-geneval' | 'grpo-text' | 'grpo' | 'text-to-image' | 'edit';

/** The flags of `config.json` that say how a reference enters; they tell an editing model. */
type ReferenceFlags = Pick<
  Qwen3Config,
  | 'use_und_image_vae'
  | 'use_und_image_vae_as_noise'
  | 'only_use_und_image_vae_as_noise'
  | 'use_tar_siglip_features'
>;

/** Whether a model was trained to change pictures. */
export function isEditing(flags: ReferenceFlags): boolean {
  return (
    flags.use_und_image_vae ||
    flags.use_und_image_vae_as_noise ||
    flags.only_use_und_image_vae_as_noise ||
    flags.use_tar_siglip_features
  );
}

/** Whether a reference's latents are appended to the context, by the reference model's rule. */
export function hasReferenceContext(flags: ReferenceFlags): boolean {
  return flags.use_und_image_vae && !flags.only_use_und_image_vae_as_noise;
}

/** Whether a reference's latents stand beside the noise. */
export function hasReferenceNoise(flags: ReferenceFlags): boolean {
  return flags.use_und_image_vae_as_noise || flags.only_use_und_image_vae_as_noise;
}

/**
 * Which release a checkpoint is. Flags tell the editing model; the others have the same config and
 * are told by their names alone.
 * @param name of the folder or repository
 */
export function recogniseVariant(flags: ReferenceFlags, name: string): Variant {
  if (isEditing(flags)) return 'edit';
  const word = (text: string): boolean => new RegExp(`(^|[^a-z])${text}`, 'i').test(name);
  if (word('grpo')) {
    if (word('geneval')) return 'grpo-geneval';
    return word('text') ? 'grpo-text' : 'grpo';
  }
  if (word('sft')) return 'sft';
  return word('pretrain') ? 'pretrain' : 'text-to-image';
}

/** What a folder is called: that of its repository, where it is a snapshot in a download cache. */
export function checkpointName(dir: string): string {
  const snapshots = dirname(dir);
  const repository = basename(dirname(snapshots));
  if (basename(snapshots) === 'snapshots' && repository.startsWith('models--')) {
    return repository.split('--').at(-1) ?? repository;
  }
  return basename(dir) || 'model';
}

const MAX_ID = 64;

/** An id for a bundle, made of a name. */
export function idOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const id = plain.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '');
  return id.slice(0, MAX_ID) || 'model';
}
