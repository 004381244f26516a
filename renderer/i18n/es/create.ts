import type { enCreate } from '../en/create.js';

/** What runs on their way and candidates say, in Spanish. */
export const esCreate: Readonly<Record<keyof typeof enCreate, string>> = {
  'job.queued': '{count} en espera',
  'job.left': 'quedan {seconds} s',
  'job.cancel': 'Cancelar',
  'job.cancelled': 'Cancelado.',
  'candidates.title': 'Candidatas',
  'candidates.one': 'Candidata {number}, semilla {seed}',
  'candidates.accept': 'Aceptar',
  'candidates.keepAll': 'Conservar todas',
  'candidates.discard': 'Descartar',
  'candidates.before': 'Antes',
  'candidates.after': 'Después',
  'candidates.discarded': 'Apartadas; {keys} las recupera.',
  'job.leftOfStage': 'quedan {seconds} s de esta etapa',
  'job.line': 'Lo que está en cola',
  'job.remove': 'Sacar de la cola: {prompt}',
  'job.sooner': 'Antes: {prompt}',
  'job.stopped': '«{prompt}» se detuvo antes de terminar; {keys} lo ejecuta otra vez.',
  'job.stoppedSome':
    '{count} ejecuciones se detuvieron antes de terminar; {keys} las ejecuta otra vez.',
  'job.replayStopped': 'Rehacer un paso del historial se detuvo; empieza de nuevo allí.',
  'candidates.damaged': 'No se pueden leer imágenes que esperaban tu elección; créalas de nuevo.',
  'job.cancelAll': 'Cancelar todo',
  'candidates.keepSome': 'Conservar {count}',
  'candidates.mark': 'Marcar la candidata {number} para conservarla con otras',
  'candidates.of': '{at} de {count}',
  'candidates.next': 'Candidatas de la instrucción siguiente',
  'candidates.previous': 'Candidatas de la instrucción anterior',
  'candidates.back': 'Recuperar candidatas',
  'consistency.references.untrained':
    'El modelo no se entrenó con ella; cuanto más fuerte, más se impone.',
  'prompt.size.canvas': 'Lienzo',
};
