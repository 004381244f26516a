import type { enHistory } from './en-history.js';

/** What the history and its replay say, in Spanish. */
export const esHistory: Readonly<Record<keyof typeof enHistory, string>> = {
  'history.title': 'Historial',
  'history.start': 'Lienzo nuevo',
  'history.open': 'Se abrió {name}',
  'history.here': 'Estado actual',
  'history.branch': 'Rama {number}',
  'history.again': 'Ejecutar de nuevo',
  'history.vary': 'Ejecutar con otra semilla',
  'history.reuse': 'Llevar a la barra de instrucciones',
  'history.opening': 'Leyendo pasos anteriores …',
  'history.damaged':
    'Algunos pasos anteriores de «{name}» están dañados en su archivo; la imagen está entera.',
  'history.reading': 'Leyendo un paso antiguo del disco …',
  'history.recipe': '{model} · semilla {seed}',
  'history.none': 'Todavía no se ha hecho nada.',

  'replay.title': 'Repetir sobre los pasos siguientes',
  'replay.run': 'Repetir',
  'replay.newSeed': 'Otra semilla',
  'replay.then': 'Después se rehace',
  'replay.nothing': 'Ningún paso sigue a este.',
  'replay.hint': 'Lo que hay ahora queda en el historial; la repetición es una rama a su lado.',
  'replay.step': 'Repitiendo el paso {step} de {total}: {name}',
  'replay.done': 'Repetido en una rama nueva, {count} pasos; la anterior sigue en el historial.',
  'replay.left': 'Estos pasos no se pudieron rehacer del todo: {names}.',
  'replay.quoted': '«{name}»',
  'replay.elsewhere': 'La repetición está lista: es una rama nueva del historial.',
  'replay.cancelled': 'Cancelado: los {done} de {total} pasos hechos son una rama del historial.',
  'replay.failed': 'La repetición se detuvo en el paso {step} de {total}: {reason}',
  'replay.noModel': 'No hay ningún modelo para ejecutar este paso; añade uno en los ajustes.',
};
