import type { enPlacing } from '../en/placing.js';

/** What is said about where networks compute, in Spanish. */
export const esPlacing: Readonly<Record<keyof typeof enPlacing, string>> = {
  'settings.provider.auto': 'Automático',
  'settings.provider.auto.hint': 'el mejor que funcione aquí',
  'settings.placing': 'Avanzado: cada red por separado',
  'settings.placing.same': 'Como arriba',
  'settings.placing.memory': 'Memoria para las redes (GB)',
  'settings.placing.memory.auto': 'La que esté libre',
  'settings.placing.memory.hint':
    'Con menos, las redes se cargan una tras otra y las imágenes grandes se pintan por teselas.',
  'settings.placing.now': '{provider}, {precision}, {size}',
  'settings.placing.together': 'Todas las redes permanecen cargadas.',
  'settings.placing.inTurn':
    'Las redes no caben todas en la memoria: cada una se carga, se ejecuta y se libera a su turno.',
  'settings.placing.vision': 'Tokenizador visual',
  'settings.placing.ar': 'Modelo autorregresivo',
  'settings.placing.connector': 'Conectores',
  'settings.placing.denoiser': 'Difusor',
  'settings.placing.vae_encoder': 'Codificador del autocodificador',
  'settings.placing.vae_decoder': 'Decodificador del autocodificador',
};
