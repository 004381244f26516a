import type { ModelInfo } from '../../../../preload/contract.js';

/** What people know a model by: its name, or its folder's where it has none that can be read. */
export function nameOf(model: ModelInfo): string {
  return model.ok ? model.name : (model.place.split(/[\\/]/).at(-1) ?? model.place);
}
