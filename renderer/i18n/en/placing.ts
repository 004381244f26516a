/** What is said about where networks compute, in English. */
export const enPlacing = {
  'settings.provider.auto': 'Automatic',
  'settings.provider.auto.hint': 'the best that works here',
  'settings.placing': 'Advanced: each network by itself',
  'settings.placing.same': 'As above',
  'settings.placing.memory': 'Memory for networks (GB)',
  'settings.placing.memory.auto': 'What is free',
  'settings.placing.memory.hint':
    'With less, networks are loaded one after the other and large pictures are painted in tiles.',
  'settings.placing.now': '{provider}, {precision}, {size}',
  'settings.placing.together': 'All networks stay loaded.',
  'settings.placing.inTurn':
    'The networks do not all fit in memory: each is loaded, run and released in its turn.',
  'settings.placing.vision': 'Vision tokenizer',
  'settings.placing.ar': 'Autoregressive model',
  'settings.placing.connector': 'Connectors',
  'settings.placing.denoiser': 'Denoiser',
  'settings.placing.vae_encoder': 'Autoencoder’s encoder',
  'settings.placing.vae_decoder': 'Autoencoder’s decoder',
} as const;
