/** What helps somebody who is here for the first time, in Spanish. */
import type { enHints } from '../en/hints.js';

export const esHints: Readonly<Record<keyof typeof enHints, string>> = {
  'empty.try': 'O prueba con',
  'empty.example.1': 'una casa roja a la izquierda de un árbol verde',
  'empty.example.2': 'tres peces azules',
  'empty.example.3': 'un pato amarillo de noche',
  'tool.hint.move':
    'Arrastrar mueve la capa o lo seleccionado de ella, con {alt} una copia; los tiradores escalan y giran.',
  'tool.hint.crop':
    'Arrastra los bordes o dibuja otro marco; {shift} guarda la proporción, Intro recorta.',
  'tool.hint.fill': 'Un clic rellena lo de color parecido con el color frontal.',
  'tool.hint.gradient': 'Arrastra del color frontal al color de fondo.',
  'tool.hint.eyedropper': 'Un clic toma el color frontal.',
  'tool.hint.text': 'Un clic empieza un texto; arrastrar hace la caja en que se ajusta.',
  'tool.hint.shape': 'Arrastrar dibuja con el color frontal; {shift} lo mantiene regular.',
  'tool.hint.clone': '{alt} y clic marca de dónde copiar.',
};
